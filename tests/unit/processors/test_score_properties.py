"""What no set of findings may break in the score."""

import math

from hypothesis import given
from hypothesis import strategies as st

from processors import score
from processors.context import NO_FLEET, Context
from processors.day_series import Day, Days
from processors.days import DAY_MS
from processors.rules import builtin
from processors.state import LeadState, Raised
from schemas.alerts import RULES, Rule
from schemas.scores import Score

CONTEXT = Context(builtin(), NO_FLEET)
NOW = 1_728_320_400_000

times = st.integers(NOW - 200 * DAY_MS, NOW + DAY_MS)
findings = st.builds(
    Raised,
    level=st.integers(-1, 2),
    since=times,
    at=times,
    strength=st.floats(0, 1),
    value=st.floats(-1e9, 1e9),
    event_id=st.sampled_from(["", "00000000000000aa"]),
    over=times | st.just(0),
    worst=st.integers(-1, 2),
)
raised = st.dictionaries(st.sampled_from(RULES), findings)
days = st.dictionaries(st.integers(19_880, 20_004), st.builds(Day, reservations=st.integers(0, 50)), max_size=60)


def points(found: dict[Rule, Raised], now: int = NOW, history: dict[int, Day] | None = None) -> float:
    """The points as of `now`."""
    state = LeadState(raised=found, days=Days.of(history or {}), first_day=min(history) if history else None)
    return score.risk(*score.weigh(state, now, CONTEXT))


@given(found=raised, history=days)
def test_points_are_points(found: dict[Rule, Raised], history: dict[int, Day]) -> None:
    """Finite, 0..100, and not fewer than the background and the heaviest part alone."""
    state = LeadState(raised=found, days=Days.of(history), first_day=min(history, default=None))
    background, parts = score.weigh(state, NOW, CONTEXT)
    total = score.risk(background, parts)
    assert math.isfinite(total)
    assert 0.0 <= total <= 100.0
    assert total >= max([background, *(part.points for part in parts)]) - 0.01
    assert "combined_risk" not in [part.rule for part in parts]


@given(found=raised, history=days, rule=st.sampled_from(RULES), level=st.integers(0, 2), strength=st.floats(0, 1))
def test_one_more_red_signal_never_lowers_it(
    found: dict[Rule, Raised], history: dict[int, Day], rule: Rule, level: int, strength: float
) -> None:
    """Whatever else is known, silent or not; and neither does a higher level of the same one."""
    without = {name: finding for name, finding in found.items() if name != rule}
    here = without | {rule: Raised(level, NOW, NOW, strength, worst=level)}
    worse = without | {rule: Raised(2, NOW, NOW, strength, worst=2)}
    assert points(without, history=history) <= points(here, history=history) <= points(worse, history=history)


@given(found=raised, lower=st.floats(0, 1), higher=st.floats(0, 1))
def test_a_stronger_signal_never_lowers_it(found: dict[Rule, Raised], lower: float, higher: float) -> None:
    """Of each rule."""
    for finding in found.values():
        kept = finding.strength
        finding.strength = min(lower, higher)
        less = points(found)
        finding.strength = max(lower, higher)
        assert less <= points(found)
        finding.strength = kept


@given(found=raised, passed=st.integers(0, 400 * DAY_MS))
def test_more_age_never_raises_it(found: dict[Rule, Raised], passed: int) -> None:
    """Where no days speak, time alone only calms."""
    assert points(found, NOW + passed) <= points(found)


@given(found=raised, history=days)
def test_the_order_of_findings_is_irrelevant(found: dict[Rule, Raised], history: dict[int, Day]) -> None:
    """To points and parts."""
    turned = dict(reversed(list(found.items())))
    first = LeadState(raised=found, days=Days.of(history))
    second = LeadState(raised=turned, days=Days.of(history))
    assert score.weigh(first, NOW, CONTEXT) == score.weigh(second, NOW, CONTEXT)


@given(found=raised, pauses=st.lists(st.integers(-DAY_MS, 5 * DAY_MS), max_size=20))
def test_looking_twice_says_it_once(found: dict[Rule, Raised], pauses: list[int]) -> None:
    """Versions grow by one, times never fall, a level never falls by more than one, and nothing changes unsaid."""
    state, now, last = LeadState(raised=found), NOW, 0
    level = 0
    for pause in pauses:
        now += pause
        told = [item for item in score.look(state, "7", now, CONTEXT) if isinstance(item, Score)]
        assert score.look(state, "7", now, CONTEXT) == ()
        assert [item.version for item in told] == list(range(last + 1, state.scored.version + 1))
        assert all(item.ts >= now for item in told)
        assert state.scored.level >= level - 1
        last, level = state.scored.version, state.scored.level
