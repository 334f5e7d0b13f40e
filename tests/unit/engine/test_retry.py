"""Trying again: how long the pauses are, whose word counts, and when it ends."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Transient
from streams.engine.retry import Attempts, Policy, World, retry

SECONDS = st.floats(0.001, 1000)
POLICIES = st.builds(Policy, first=SECONDS, longest=SECONDS, factor=st.floats(1, 10), jitter=st.floats(0, 1))


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.pauses = 0.0, list[float]()

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def world(self, seed: int = 0) -> World:
        return World(lambda: self.now, self.sleep, Random(seed))


async def never() -> None:
    """Fails each time."""
    raise Transient("away")


@given(POLICIES, st.integers(1, 10_000), st.integers())
def test_pause_is_between_what_jitter_leaves_and_the_roof(policy: Policy, tried: int, seed: int) -> None:
    """No pause is longer than its roof or shorter than the part of it that is not left to chance."""
    roof, pause = policy.roof(tried), policy.pause(tried, Random(seed))
    assert roof * (1 - policy.jitter) * 0.999_999 <= pause <= roof <= policy.longest


@given(POLICIES, st.integers(1, 10_000))
def test_roofs_never_fall(policy: Policy, tried: int) -> None:
    """Waiting only grows, up to the longest pause, and the first roof is the first pause."""
    assert policy.roof(tried) <= policy.roof(tried + 1) * 1.000_001
    assert policy.roof(1) == pytest.approx(min(policy.first, policy.longest))


@given(POLICIES, st.floats(0, 10_000), st.integers(1, 100), st.integers())
def test_a_named_time_is_kept(policy: Policy, asked: float, tried: int, seed: int) -> None:
    """Nobody is asked again before the time that he named, nor much later; a time of zero is no licence to hammer."""
    pause = policy.after(Transient("busy", asked), tried, Random(seed))
    assert pause == max(asked, min(policy.first, policy.longest))


@given(st.floats(0.1, 100), st.integers())
async def test_total_time_is_a_limit(total: float, seed: int) -> None:
    """The trying never lasts longer than the total time, and the last fault is what the caller gets."""
    time = Time()
    with pytest.raises(Transient, match="away"):
        await retry(Policy(first=0.05, longest=7, total=total), never, world=time.world(seed))
    assert time.now <= total


@given(st.integers(1, 50))
async def test_attempts_are_counted(attempts: int) -> None:
    """The first call is an attempt too, so there is one pause less, and none after the last."""
    time = Time()
    with pytest.raises(Transient):
        await retry(Policy(attempts=attempts), never, world=time.world())
    assert len(time.pauses) == attempts - 1


async def test_a_pause_that_nobody_has_patience_for_ends_it() -> None:
    """Who names an hour is not waited for where a minute is the limit."""

    async def busy() -> None:
        raise Transient("busy", 3600)

    time = Time()
    with pytest.raises(Transient):
        await retry(Policy(patience=60), busy, world=time.world())
    assert time.pauses == []


async def test_success_starts_the_pauses_anew() -> None:
    """After something went well the next fault is the first one again."""
    time = Time()
    attempts = Attempts(Policy(first=1, longest=64, jitter=0), time.world())
    for _ in range(4):
        await attempts.failed(Transient("away"))
    attempts.well()
    await attempts.failed(Transient("away"))
    assert time.pauses == [1, 2, 4, 8, 1]


async def test_only_passing_faults_are_tried_again() -> None:
    """Any other exception goes to the caller at once; the passing ones are told."""
    told: list[Exception] = []
    faults = [Transient("away"), OSError("cut"), ValueError("wrong")]

    async def shaky() -> None:
        raise faults.pop(0)

    with pytest.raises(ValueError, match="wrong"):
        await retry(Policy(), shaky, told=told.append, passing=(Transient, OSError), world=Time().world())
    assert [type(error) for error in told] == [Transient, OSError]


def test_a_policy_without_limits_has_none() -> None:
    """A worker that waits for Kafka waits for ever, and a million attempts overflow nothing."""
    policy = Policy()
    assert policy.attempts == policy.total == math.inf
    assert policy.roof(10**6) == policy.longest
