"""What the days say about a client without an alarm."""

import math
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import readings
from processors.context import NO_FLEET, Context
from processors.day_series import Day, Days
from processors.readings import Reading
from processors.rules import builtin
from processors.state import DAYS_KEPT, LeadState
from schemas.alerts import Rule

RULES = builtin().score
TODAY = 20_003
"""A Monday (20_003 + 4 is divisible by seven on Mondays)."""


def client(orders: Callable[[int], int], known: int = DAYS_KEPT) -> LeadState:
    """One who made `orders(age)` orders on the day `age` days ago, and is known for so many days."""
    state = LeadState()
    for age in range(known - 1, -1, -1):
        if count := orders(age):
            state.days[TODAY - age] = Day(reservations=count)
    state.first_day = TODAY - known + 1
    return state


def read(state: LeadState, through: int = TODAY, **fleet: object) -> dict[Rule, Reading]:
    """Readings by rule."""
    figures = msgspec.structs.replace(NO_FLEET, **fleet)
    found = readings.read(state, through, Context(builtin(), figures))
    return {reading.rule: reading for reading in found}


def test_who_orders_as_always_reads_nothing() -> None:
    """No silence, and a steady volume is no fall."""
    assert read(client(lambda _: 3)) == {}


def silent_for(days: int) -> LeadState:
    return client(lambda age: 3 * (age >= days))


def test_silence_grows_with_every_working_day() -> None:
    """After daily orders each day without one says more; its value are the days, its baseline the usual gap."""
    found = [read(silent_for(days))["order_silence"] for days in range(1, 12)]
    assert [reading.value for reading in found] == list(range(1, 12))
    assert all(reading.baseline == 1.0 for reading in found)
    assert [reading.strength for reading in found] == sorted({reading.strength for reading in found})


def test_days_on_which_he_never_works_are_no_silence() -> None:
    """One who rests at weekends is as silent on Sunday as on Friday, and so on a day when all rest."""
    works = client(lambda age: 2 * ((TODAY - age) % 7 not in (2, 3)))  # Saturday and Sunday: day % 7 is 2 and 3
    for age in (0, 1, 2, 3):
        works.days.clear(TODAY - age, TODAY - age + 1)
    friday, monday = read(works, TODAY - 3)["order_silence"], read(works)["order_silence"]
    assert (friday.value, monday.value) == (1, 2)
    assert read(works, TODAY - 1)["order_silence"] == friday
    assert read(works, closed=[TODAY])["order_silence"] == friday


def test_a_rare_client_is_silent_after_his_longest_gap() -> None:
    """With a mean gap over ten days plain recency counts: as strong as a warning at the limit, less before."""
    rare = client(lambda age: age in (30, 48, 66, 84, 102))
    found = read(rare)["order_silence"]
    assert (found.value, found.baseline) == (30, 18)
    warning = -math.log10(builtin().silence.warning_probability)
    assert found.strength == pytest.approx(
        readings.strength(warning * 30 / 45, RULES.silence.half, RULES.silence.steep)
    )


def test_an_order_of_this_morning_ends_it() -> None:
    """Whole days are read, but an order after them is no silence."""
    quiet = client(lambda age: age >= 10)
    assert "order_silence" in read(quiet, TODAY - 1)
    quiet.days[TODAY] = Day(reservations=1)
    assert "order_silence" not in read(quiet, TODAY - 1)


def test_a_fall_is_read_against_the_fleet_and_not_when_the_last_week_is_back() -> None:
    """To a quarter: strong; the same of all clients: nothing; with a usual last week: nothing."""
    fallen = client(lambda age: 2 if age < 28 else 8)
    assert read(fallen)["volume_decline"].strength > 0.9
    assert read(fallen, decline=0.25) == {}
    assert read(client(lambda age: 2 if 7 <= age < 28 else 8)) == {}


def test_a_holiday_is_no_decline() -> None:
    """Eleven idle days of the last 28 are none of it where all had them."""
    rested = client(lambda age: 0 if 4 <= age <= 14 else 9)
    assert "volume_decline" in read(rested)
    assert "volume_decline" not in read(rested, closed=[TODAY - age for age in range(4, 15)])


def test_a_holiday_does_not_take_the_last_week_away() -> None:
    """Five working days of it are left, and as many orders as ever: nothing."""
    back = client(lambda age: 0 if (TODAY - age + 3) % 7 > 4 else 2 if 7 <= age < 28 else 8)
    assert read(back, closed=[TODAY - 40]) == {}


def test_too_little_is_not_judged() -> None:
    """Three order days are no rhythm, thirty orders before are needed for a ratio, and twelve weeks."""
    assert read(client(lambda age: age in (20, 21, 22))) == {}
    assert "volume_decline" not in read(client(lambda age: age in (40, 50, 60, 70)))
    assert read(client(lambda age: 9 * (age > 20), known=84)).keys() == {"order_silence"}
    assert read(client(lambda age: 9 * (age > 20), known=85)).keys() == {"order_silence", "volume_decline"}


def test_a_rare_clients_days_that_are_gone_count() -> None:
    """Of a client with an order in two months the state holds a day or two; the others are remembered as days."""
    rare = client(lambda age: age in (70, 110))
    assert read(rare) == {}
    alone = readings.rarity(rare, TODAY, RULES)
    rare.ordered = [TODAY - age for age in (300, 240, 180, 150)]
    found = read(rare)["order_silence"]
    assert (found.value, found.baseline) == (70, 46)
    assert readings.rarity(rare, TODAY, RULES) < alone


def test_rarity_falls_with_each_order_day_and_begins_high() -> None:
    """Daily: little. Once in four weeks: about a half. One who began three days ago counts as rare."""

    def rare(state: LeadState) -> float:
        return readings.rarity(state, TODAY, RULES)

    daily, monthly = rare(client(lambda _: 1)), rare(client(lambda age: age % 28 == 0))
    assert daily < 0.05
    assert 0.45 < monthly < 0.6
    assert rare(client(lambda _: 1, known=3)) > 2 * daily
    assert rare(client(lambda age: age == 119)) > 0.8
    assert rare(client(lambda _: 0)) == 0.0
    assert rare(LeadState()) == 0.0


@given(
    days=st.dictionaries(st.integers(-30, 150), st.integers(-5, 10**9)),
    decline=st.floats(0, 1e9),
    known=st.none() | st.integers(-5, 4000),
)
def test_every_history_gives_numbers(days: dict[int, int], decline: float, known: int | None) -> None:
    """Days to come, negative counts, absurd figures of the fleet: strengths stay in 0..1."""
    state = LeadState(days=Days.of({TODAY - age: Day(reservations=count) for age, count in days.items()}))
    state.first_day = None if known is None else TODAY - known
    for reading in read(state, decline=decline).values():
        assert 0.0 <= reading.strength <= 1.0
        assert math.isfinite(reading.value)
        assert math.isfinite(reading.baseline)
    assert 0.0 <= readings.rarity(state, TODAY, RULES) <= 1.0
