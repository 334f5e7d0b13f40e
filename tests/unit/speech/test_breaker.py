"""The breaker on a clock that the test turns by hand."""

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.speech.breaker import (
    COUNTS,
    IN_A_ROW,
    JITTER,
    OPEN_MAX_S,
    OPEN_S,
    TRIAL_S,
    WINDOW,
    Breaker,
    State,
)
from streams.speech.faults import ErrorKind

LONGER = 1 + JITTER


@dataclass
class Bench:
    """A breaker, its clock, and what it told."""

    now: float = 1000.0
    told: list[tuple[State, ErrorKind | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaker = Breaker(lambda: self.now, changed=lambda *change: self.told.append(change), dice=Random(1))

    def fail(self, times: int, kind: ErrorKind = ErrorKind.TRANSIENT) -> None:
        for _ in range(times):
            assert self.breaker.allow()
            self.breaker.failed(kind)

    def state(self) -> State:
        return self.breaker.state

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("kind", [ErrorKind.AUTH, ErrorKind.MODEL])
def test_a_lasting_fault_opens_at_once_and_for_long(bench: Bench, kind: ErrorKind) -> None:
    """A refused key opens at the first segment, for at least ten minutes, and says why."""
    bench.fail(1, kind)
    assert bench.state() is State.OPEN
    assert bench.breaker.cause is kind
    assert bench.told == [(State.OPEN, kind)]
    bench.wait(OPEN_MAX_S - 1)
    assert not bench.breaker.allow()
    bench.wait(OPEN_MAX_S * JITTER + 1)
    assert bench.breaker.allow()


def test_five_in_a_row_open(bench: Bench) -> None:
    """Four failures leave it closed, the fifth opens it; a success in between starts the count again."""
    bench.fail(IN_A_ROW - 1)
    bench.breaker.succeeded()
    bench.fail(IN_A_ROW - 1)
    assert bench.state() is State.CLOSED
    bench.fail(1)
    assert bench.state() is State.OPEN
    assert not bench.breaker.allow()
    assert OPEN_S <= bench.breaker.retry_in_s <= OPEN_S * LONGER


def test_half_of_the_last_twenty_open(bench: Bench) -> None:
    """Failures that never come five in a row open it as half of the last twenty, if those are recent."""
    for _ in range(WINDOW // 2 - 1):
        bench.fail(1)
        bench.breaker.succeeded()
    bench.wait(121)
    bench.fail(1)
    assert bench.state() is State.CLOSED
    for _ in range(WINDOW // 2):
        bench.breaker.succeeded()
        if bench.state() is State.CLOSED:
            bench.fail(1)
    assert bench.state() is State.OPEN


def test_half_open_lets_one_real_segment_through(bench: Bench) -> None:
    """After the open time one segment goes, no second one beside it; two successes close it."""
    bench.fail(IN_A_ROW)
    bench.wait(OPEN_S * LONGER)
    assert bench.state() is State.HALF_OPEN
    assert [bench.breaker.allow() for _ in range(3)] == [True, False, False]
    bench.breaker.succeeded()
    assert bench.state() is State.HALF_OPEN
    assert [bench.breaker.allow() for _ in range(2)] == [True, False]
    bench.breaker.succeeded()
    assert bench.state() is State.CLOSED
    assert bench.breaker.cause is None
    assert all(bench.breaker.allow() for _ in range(5))


def test_a_failed_trial_doubles_the_wait(bench: Bench) -> None:
    """Each failed trial opens it for twice as long, up to ten minutes; closing starts over."""
    bench.fail(IN_A_ROW)
    spells = []
    for _ in range(7):
        spells.append(bench.breaker.retry_in_s)
        bench.wait(bench.breaker.retry_in_s)
        bench.fail(1)
    for number, spell in enumerate(spells):
        least = min(OPEN_S * 2**number, OPEN_MAX_S)
        assert least <= spell <= least * LONGER + 1e-6
    bench.wait(bench.breaker.retry_in_s)
    for _ in range(2):
        assert bench.breaker.allow()
        bench.breaker.succeeded()
    bench.fail(IN_A_ROW)
    assert bench.breaker.retry_in_s <= OPEN_S * LONGER


def test_a_cancelled_or_lost_trial_does_not_block(bench: Bench) -> None:
    """A trial given up, one that fails for its own sake, and one that nobody reports all free the place."""
    bench.fail(IN_A_ROW)
    bench.wait(OPEN_S * LONGER)
    assert bench.breaker.allow()
    bench.breaker.abandoned()
    assert bench.breaker.allow()
    bench.breaker.failed(ErrorKind.INVALID)
    assert bench.state() is State.HALF_OPEN
    assert bench.breaker.allow()
    bench.wait(TRIAL_S - 1)
    assert not bench.breaker.allow()
    bench.wait(1)
    assert bench.breaker.allow()


def test_what_began_before_it_opened_changes_nothing(bench: Bench) -> None:
    """Eight sessions fail together: the ones that end after it opened neither close it nor make the wait longer."""
    bench.fail(1, ErrorKind.AUTH)
    until = bench.breaker.retry_in_s
    for _ in range(7):
        bench.breaker.failed(ErrorKind.AUTH)
    bench.breaker.succeeded()
    assert bench.state() is State.OPEN
    assert bench.breaker.retry_in_s == until


@given(st.lists(st.sampled_from(sorted(set(ErrorKind) - COUNTS)), max_size=60))
def test_faults_of_segments_never_open(kinds: list[ErrorKind]) -> None:
    """However many segments are refused for their own sake, the engine stays in use."""
    bench = Bench()
    for kind in kinds:
        bench.fail(1, kind)
    assert bench.state() is State.CLOSED


@given(st.lists(st.sampled_from(["allow", "succeeded", "transient", "auth", "abandoned", "wait"]), max_size=200))
def test_open_never_lets_a_segment_through(steps: list[str]) -> None:
    """Whatever happens, an open breaker refuses, and a half-open one has at most one trial out."""
    bench = Bench()
    breaker = bench.breaker
    trial_since: float | None = None
    for step in steps:
        before = bench.state()
        match step:
            case "allow":
                allowed = breaker.allow()
                assert allowed if before is State.CLOSED else True
                assert not (before is State.OPEN and allowed)
                if before is State.HALF_OPEN:
                    lost = trial_since is not None and bench.now - trial_since >= TRIAL_S
                    assert allowed == (trial_since is None or lost)
                    trial_since = bench.now if allowed else trial_since
            case "wait":
                bench.wait(40)
            case "succeeded":
                breaker.succeeded()
            case "abandoned":
                breaker.abandoned()
            case kind:
                breaker.failed(ErrorKind(kind))
        if step not in ("allow", "wait"):
            trial_since = None
        assert breaker.retry_in_s <= OPEN_MAX_S * LONGER
