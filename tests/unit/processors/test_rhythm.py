"""How unusual it is that a client is not there, by hand."""

from itertools import accumulate
from math import isfinite, log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.rhythm import NO_RESTS, Rests, is_short, silence, surprise
from processors.rules import builtin
from tests.unit.processors.clients import TODAY, weekday

RULES = builtin().silence
DAILY = list(range(TODAY - 90, TODAY - 4))


def test_the_formula() -> None:
    """Thirty gaps of one day, five without: P = (32 / 37)^31."""
    assert surprise(5, [1] * 30) == pytest.approx(31 * log10(37 / 32))


def test_working_days_only() -> None:
    """Who orders from Monday to Friday is silent for the working days alone, and a weekend is no gap."""
    there = [day for day in range(TODAY - 90, TODAY - 8) if weekday(day) < 5]
    found = silence(there, TODAY, NO_RESTS, RULES)
    assert found is not None
    assert (found.days, found.working_days, found.usual_gap, found.longest_gap) == (TODAY - there[-1], 7, 1.0, 1)


def test_days_on_which_the_fleet_rests() -> None:
    """Holidays count for nobody, neither in the silence nor in the gaps before."""
    rests = frozenset({TODAY - 1, TODAY - 2, TODAY - 30})
    there = [day for day in DAILY if day not in rests]
    found = silence(there, TODAY, Rests(rests), RULES)
    assert found is not None
    assert (found.working_days, found.longest_gap) == (3, 1)


def test_days_on_which_his_week_rests() -> None:
    """A holiday of those who never work at weekends is none of one who does, and none of his own silence."""
    holidays = frozenset({TODAY - 1, TODAY - 2})
    week = Rests(without=(*[frozenset[int]()] * 5, holidays, holidays))
    office = [day for day in range(TODAY - 92, TODAY - 5) if weekday(day) < 5]
    for there, working in ((office, 2), (DAILY, 5)):  # since Friday; since Saturday
        found = silence(there, TODAY, week, RULES)
        assert found is not None and found.working_days == working
    sundays = Rests(without=(*[frozenset[int]()] * 6, holidays))
    assert (found := silence(office, TODAY, sundays, RULES)) is not None and found.working_days == 2


def test_a_silence_does_not_change_his_week() -> None:
    """Weekdays are those up to his last day: a month without him closes none of them."""
    found = silence(DAILY, TODAY + 26, NO_RESTS, RULES)
    assert found is not None and found.working_days == 31


@pytest.mark.parametrize(
    ("there", "why"), [(DAILY[-30:], "young"), (DAILY[:3], "few"), ([*DAILY, TODAY], "just there")]
)
def test_too_little(there: list[int], why: str) -> None:
    """Known for less than six weeks, three days in all, or there today: nothing to say."""
    assert silence(there, TODAY, NO_RESTS, RULES) is None


def test_rare_buyers_by_plain_recency() -> None:
    """An order every 30 days: silent from 45 days on, or one and a half of the longest gap."""
    there = list(range(TODAY - 420, TODAY - 40, 30))
    mark = -log10(RULES.warning_probability)
    early, late = silence(there, there[-1] + 44, NO_RESTS, RULES), silence(there, there[-1] + 45, NO_RESTS, RULES)
    assert early is not None and late is not None
    assert early.size < mark <= late.size
    longer = silence([there[0] - 60, *there], there[-1] + 89, NO_RESTS, RULES)
    assert longer is not None and longer.size < mark


def test_few_gaps_are_judged_as_rare() -> None:
    """Six orders in six weeks are no rhythm yet: ten days without one are nothing, 45 are."""
    there = [TODAY - 60 + 7 * place for place in range(6)]
    assert (found := silence(there, there[-1] + 18, NO_RESTS, RULES)) is not None and found.size < 1
    assert (found := silence(there, there[-1] + 45, NO_RESTS, RULES)) is not None and found.size > 1.5


@given(
    st.sets(st.integers(TODAY - 400, TODAY), max_size=60),
    st.integers(0, 400),
    st.frozensets(st.integers(TODAY - 400, TODAY + 400)),
    st.lists(st.frozensets(st.integers(TODAY - 400, TODAY + 400), max_size=9), min_size=7, max_size=7),
)
def test_finite_and_growing(
    there: set[int], after: int, everybody: frozenset[int], without: list[frozenset[int]]
) -> None:
    """Whatever the days: finite, and a longer silence is never less unusual."""
    ordered, rests = sorted(there), Rests(everybody, tuple(without))
    shorter, longer = silence(ordered, TODAY + after, rests, RULES), silence(ordered, TODAY + after + 1, rests, RULES)
    if shorter is not None:
        assert longer is not None and isfinite(shorter.size)
        assert longer.size >= shorter.size - 1e-9


def test_gaps_of_a_rare_buyer() -> None:
    """The usual one is their mean."""
    found = silence([TODAY - 200, TODAY - 180, TODAY - 160, TODAY - 130, TODAY - 100], TODAY, NO_RESTS, RULES)
    assert found is not None and (found.usual_gap, found.longest_gap) == (25.0, 30)


@given(st.lists(st.integers(1, 70), min_size=4, max_size=45), st.integers(1, 200), st.integers(1, 50))
def test_what_is_found_was_not_short(gaps: list[int], days: int, evenly: int) -> None:
    """Of no silence that is found `is_short` is said before, at its own size: however his days lie."""
    for there in (list(accumulate([TODAY, *gaps])), list(range(TODAY, TODAY + 20 * evenly, 1 + evenly // 5))):
        found = silence(there, there[-1] + days, NO_RESTS, RULES)
        assert found is None or not is_short(len(there), days, RULES, found.size)


def test_most_of_what_is_silent_for_some_days_is_short() -> None:
    """The bound is worth asking: it holds for a week without calls, be they rare or weekly, and ends with the alarm."""
    mark = -log10(RULES.other_probability)
    assert is_short(5, 30, RULES, mark) and is_short(40, 5, RULES, mark)
    assert not is_short(5, 68, RULES, mark) and not is_short(40, 7, RULES, mark)
