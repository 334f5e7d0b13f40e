"""Orders a day without the holidays."""

from collections.abc import Set
from random import Random
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import fleet_formulas, fleet_rests
from processors.day_series import Day, Days
from processors.fleet_formulas import LEAST_CLIENTS, SPAN
from processors.fleet_rests import Group
from processors.state import LeadState
from processors.volume import BEFORE, COMPARED, LEAST, RECENT, a_day, left_out
from tests.unit.processors.clients import TODAY, client, context, weekday

NEAR = st.integers(TODAY - 40, TODAY + 5)


@given(st.dictionaries(NEAR, st.integers(0, 99)), NEAR, st.integers(1, 30), st.sets(NEAR))
def test_as_by_counting_each_day(orders: dict[int, int], start: int, long: int, without: Set[int]) -> None:
    """The mean of the days that are left, where they are a quarter, or nothing is left out."""
    days = Days.of({day: Day(count) for day, count in orders.items()})
    left = [orders.get(day, 0) for day in range(start, start + long) if day not in without]
    mean = sum(left) / len(left) if len(left) >= LEAST * long or not without else None
    assert a_day(days, start, start + long, without) == mean


FRIDAYS = [day for day in range(TODAY + 1 - COMPARED, TODAY + 1) if weekday(day) == 4]


def on_fridays(times: int) -> LeadState:
    """One a day, but on so many Fridays of twelve."""
    return client(lambda day: int(weekday(day) != 4 or day in FRIDAYS[:times]), last=TODAY)


def test_his_week_is_that_of_all_that_is_compared() -> None:
    """A weekday on which he ordered three times in twelve weeks is his. One of two times is none, so he rests with
    those who never work then, and these weekdays are left out, too."""
    around = context(closed=[TODAY - 9], pauses=[[], [], [], [], [TODAY - 3], [], []])
    assert set(left_out(on_fridays(3), TODAY, around)) == {TODAY - 9}
    assert set(left_out(on_fridays(2), TODAY, around)) == {TODAY - 9, TODAY - 3, *FRIDAYS}


@pytest.mark.parametrize("day", [TODAY + 1 - COMPARED, TODAY])
def test_what_is_compared_begins_and_ends(day: int) -> None:
    """A holiday on its first day, or on its last, is one."""
    assert set(left_out(on_fridays(3), TODAY, context(closed=[day]))) == {day}


@pytest.mark.parametrize("day", [TODAY - COMPARED, TODAY + 1, FRIDAYS[-1]])
def test_without_a_holiday_every_day_counts(day: int) -> None:
    """One before or behind what is compared is none, nor one on his day off."""
    assert not left_out(on_fridays(0), TODAY, context(closed=[day]))


@given(st.integers(0, 1 << 32))
def test_the_fleet_compares_the_same(seed: int) -> None:
    """Yesterday's days off of each client, and the median of what is left of them, as by asking one by one."""
    rng, days = Random(seed), range(TODAY - SPAN, TODAY)
    weeks = [{weekday for weekday in range(7) if rng.random() < 0.7} for _ in range(LEAST_CLIENTS + rng.randrange(3))]
    orders = [[rng.randrange(4) if weekday(day) in his else int(rng.random() < 0.1) for day in days] for his in weeks]
    often = rng.choice((0.0, 0.01, 0.1))
    closed, *pauses = ([day for day in days[-COMPARED - 3 :] if rng.random() < often] for _ in range(8))

    table = np.array([[*row[1:], 0] for row in orders], dtype=float)
    off = fleet_rests.left_out(table > 0, closed, [Group(each, np.arange(0), 0.0) for each in pauses], TODAY)
    around, ratios, middle = context(closed=closed, pauses=pauses), [], TODAY - RECENT
    for row, theirs in zip(orders, off, strict=True):
        told = Days.of({day: Day(count) for day, count in zip(days, row, strict=True)})
        without = left_out(LeadState(days=told), TODAY - 1, around)
        assert sorted(without) == [TODAY - COMPARED + place for place in np.flatnonzero(theirs)]
        recent, before = a_day(told, middle, TODAY, without), a_day(told, middle - BEFORE, middle, without)
        if recent is not None and before and told.total(told.reservations, middle - BEFORE, middle) >= 30:
            ratios.append(recent / before)
    known = np.zeros(len(table), dtype=np.int64), np.ones(len(table), dtype=np.bool_)
    found = fleet_formulas.decline(table, *known, off, TODAY)
    there = len(ratios) >= LEAST_CLIENTS
    assert found == (pytest.approx(min(max(median(ratios), 0.67), 1.5), abs=1e-4) if there else 1.0)
