"""Volume decline on clients made by hand."""

from collections.abc import Callable
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.day_series import Day, Days, add
from processors.signals import decline
from processors.signals.raising import Cleared, Fresh
from processors.state import LeadState, Raised
from schemas.alerts import Signal
from tests.unit.processors.clients import TODAY, at, client, context, weekday


def falls_to(orders: int, known: int = 119) -> LeadState:
    """Ten a day, and so many in the last 28 days."""
    return client(lambda day: orders if day > TODAY - 28 else 10, known, last=TODAY)


def look(state: LeadState, fleet: float = 1.0) -> Signal | Fresh | Cleared | None:
    """What the evening says."""
    found = decline.evening(state, "7", at(TODAY), context(decline=fleet))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("orders", "severity"), [(9, None), (6, None), (5, "warning"), (3, "warning"), (2, "critical")]
)
def test_thresholds(orders: int, severity: str | None) -> None:
    """Half of what there was is a warning, a fifth is critical."""
    found = look(falls_to(orders))
    assert (found.severity if isinstance(found, Signal) else None) == severity
    if isinstance(found, Signal):
        assert (found.value, found.baseline, found.unit) == (orders, 10.0, "reservations")
        assert found.figures == {"ratio": orders / 10, "fleet": 1.0, "days": 28.0}


def test_a_season_that_all_share_is_none() -> None:
    """Half of it while all have fallen to two thirds is none."""
    assert look(falls_to(5), fleet=0.67) is None


def test_that_others_grow_is_no_decline() -> None:
    """Six tenths while all have grown by half are none; half of it is one, and its figures tell how the others grew."""
    assert look(falls_to(6), fleet=1.5) is None
    found = look(falls_to(5), fleet=1.5)
    assert isinstance(found, Signal)
    assert (found.severity, found.figures["fleet"]) == ("warning", 1.5)


CHRISTMAS = range(TODAY - 20, TODAY - 9)
"""Eleven days of the last 28."""


def pausing(orders: int, pause: range, works: Callable[[int], bool] = lambda day: True) -> LeadState:
    """Ten a day, and so many in the last 28 days, but none in the pause and on days on which he never works."""
    return client(
        lambda day: (orders if day > TODAY - 28 else 10) if day not in pause and works(day) else 0, 119, last=TODAY
    )


def test_a_holiday_of_all_is_left_out() -> None:
    """Eleven days without orders of 28 are none of a decline; half as many on the others are one, and told as such."""
    around = context(closed=[*CHRISTMAS])
    assert decline.evening(pausing(10, CHRISTMAS), "7", at(TODAY), around) == ()
    (found,) = decline.evening(pausing(5, CHRISTMAS), "7", at(TODAY), around)
    assert isinstance(found, Signal)
    assert (found.value, found.baseline) == (5.0, 10.0)
    assert found.figures == {"ratio": 0.5, "fleet": 1.0, "days": 28.0, "off": 11.0}


def test_a_holiday_before_hides_nothing() -> None:
    """Eleven idle days of the 56 make the days before no poorer: half of them is a decline."""
    before = range(TODAY - 60, TODAY - 49)
    (found,) = decline.evening(pausing(5, before), "7", at(TODAY), context(closed=[*before]))
    assert isinstance(found, Signal)
    assert found.baseline == 10.0
    assert found.figures == {"ratio": 0.5, "fleet": 1.0, "days": 28.0}  # none of the 28 is left out


def test_a_holiday_is_of_those_who_keep_his_week() -> None:
    """The pause of those who never work on Saturdays is none of one who does."""
    around = context(pauses=[[], [], [], [], [], [*CHRISTMAS], []])
    alike = pausing(6, CHRISTMAS, lambda day: weekday(day) != 5)
    assert decline.evening(alike, "7", at(TODAY), around) == ()
    assert isinstance(decline.evening(pausing(6, CHRISTMAS), "7", at(TODAY), around)[0], Signal)


def test_nearly_nothing_but_holidays_says_nothing() -> None:
    """With six days left of the 28 nobody can say."""
    pause = range(TODAY - 27, TODAY - 5)
    assert decline.evening(pausing(0, pause), "7", at(TODAY), context(closed=[*pause])) == ()


@pytest.mark.parametrize(("known", "before"), [(111, 10), (119, 0)])
def test_too_little(known: int, before: int) -> None:
    """Known for less than sixteen weeks, or 30 orders before: nothing."""
    few: Callable[[int], int] = lambda day: 0 if day > TODAY - 28 else int(before or day % 2)  # noqa: E731
    assert look(client(few, known, last=TODAY)) is None


def test_said_once_and_over_at_eight_tenths() -> None:
    """The same evening again says nothing; at 0.7 it goes on, at 0.8 it is over, and then it may be said again."""
    state = falls_to(5)
    assert isinstance(look(state), Signal)
    assert look(state) is None
    for orders, over in ((7, False), (8, True)):
        state.days = falls_to(orders).days
        assert isinstance(look(state), Cleared) is over
    state.days = falls_to(5).days
    assert isinstance(look(state), Signal)


def test_a_silent_client_has_that_alert() -> None:
    """While his orders are silent the decline, which follows from it, is not told beside it."""
    state = falls_to(0)
    state.raised["order_silence"] = Raised(level=1)
    assert look(state) is None
    state.raised["order_silence"].level = -1
    assert isinstance(look(state), Signal)


@given(
    st.dictionaries(st.integers(TODAY - 119, TODAY + 5), st.integers(0, 10**6)),
    st.integers(0, 200),
    st.floats(0.67, 1.5),
)
def test_finite_and_monotone(days: dict[int, int], known: int, fleet: float) -> None:
    """Whatever the days: finite, and one order more today never makes it worse."""

    def score(more: int) -> float:
        state = LeadState(first_day=TODAY - known, days=Days.of({day: Day(orders) for day, orders in days.items()}))
        add(state.days.reservations, state.place(TODAY), more)
        found = look(state, fleet)
        return found.score if isinstance(found, Signal) else 0.0

    assert isfinite(score(0)) and score(1) <= score(0)
