"""When a source is silent by its own habit, on rhythms as they are met."""

from collections.abc import Callable, Collection
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.days import HOUR_MS, local_day
from processors.habit import WEEK, WINDOW, Hour, due

MONDAY: Hour = 1_780_866_000_000 // HOUR_MS
"""2026-06-08 00:00 in Moscow."""
YEAR = 52 * WEEK

Rhythm = Callable[[Random, int, int, int], bool]
"""Whether something comes in an hour: by chance, week, weekday (0 is Monday) and hour of the day."""


def day_only(dice: Random, _week: int, weekday: int, hour: int) -> bool:
    """A warehouse: Monday to Friday from nine to six, a Saturday now and then."""
    if weekday == 5:
        return 10 <= hour < 14 and dice.random() < 0.2
    return weekday < 5 and 9 <= hour < 18 and dice.random() < 0.97


def around_the_clock(dice: Random, _week: int, _weekday: int, hour: int) -> bool:
    """A marketplace: always, a little less at night."""
    return dice.random() < (0.9 if hour < 6 else 0.995)


def weekly_file(dice: Random, week: int, weekday: int, hour: int) -> bool:
    """An export on Mondays, at nine or ten."""
    return weekday == 0 and hour == 9 + Random(week).randrange(2)


def bursty(dice: Random, week: int, weekday: int, hour: int) -> bool:
    """Chats: on some working days, then for hours together."""
    return weekday < 5 and Random(week * 7 + weekday).random() < 0.4 and 9 <= hour < 20 and dice.random() < 0.6


def rare(dice: Random, _week: int, weekday: int, hour: int) -> bool:
    """Meetings: two or three a week at any working hour."""
    return weekday < 5 and 10 <= hour < 18 and dice.random() < 0.06


RHYTHMS = [day_only, around_the_clock, weekly_file, bursty, rare]


def lived(rhythm: Rhythm, seed: int, hours: int = YEAR) -> list[Hour]:
    """Hours with something in them."""
    dice = Random(seed)
    return [MONDAY + n for n in range(hours) if rhythm(dice, n // WEEK, n // 24 % 7, n % 24)]


def false_alarms(active: list[Hour], rests: Collection[int] = ()) -> int:
    """How often the source would have been called silent before it came again."""
    return sum(
        (due(active[max(0, n - WINDOW) : n], rests) or active[n] * HOUR_MS) < active[n] * HOUR_MS
        for n in range(1, len(active))
        if active[n] - active[n - 1] > 1
    )


def silent_after(active: list[Hour]) -> float:
    """Hours from the end of the last hour with something in it."""
    at = due(active)
    assert at is not None
    return at / HOUR_MS - active[-1] - 1


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_a_year_without_a_false_alarm(rhythm: Rhythm) -> None:
    """Nights, weekends, pauses between bursts, a file an hour later are habit. One in six years at most."""
    alarms = [false_alarms(lived(rhythm, seed)) for seed in range(6)]
    assert sum(alarms) <= 1, alarms


def test_who_stops_is_found_soon() -> None:
    """Around the clock within five hours; a working day's source on the same day; a weekly file within a day and a
    half of its hour; meetings within two weeks and a half."""
    assert silent_after(lived(around_the_clock, 1)) <= 5
    until_ten = [hour for hour in lived(day_only, 1, 10 * WEEK + 24 + 24) if hour < MONDAY + 10 * WEEK + 24 + 11]
    assert silent_after(until_ten) <= 6
    assert 7 * 24 < silent_after(lived(weekly_file, 1)) <= 8.5 * 24
    assert silent_after(lived(rare, 1)) <= 18 * 24
    assert silent_after(lived(bursty, 1)) <= 18 * 24


def test_no_alarm_at_night_from_who_lives_by_day() -> None:
    """Stopped at any hour of a week, a working day's source is never called silent outside of its hours."""
    active = lived(day_only, 3, 11 * WEEK)
    for stop in range(10 * WEEK, 11 * WEEK):
        at = due([hour for hour in active if hour < MONDAY + stop])
        assert at is not None
        weekday, hour = (at // HOUR_MS - MONDAY) // 24 % 7, (at // HOUR_MS - MONDAY) % 24
        assert weekday < 5, (stop, weekday, hour)
        assert 10 <= hour <= 18, (stop, weekday, hour)


def test_a_holiday_is_a_sunday() -> None:
    """New Year's ten days are no silence of who does not work on Sundays, when the rules name them."""
    silence = range(MONDAY + 20 * WEEK, MONDAY + 20 * WEEK + 10 * 24)
    active = [hour for hour in lived(day_only, 5, 24 * WEEK) if hour not in silence]
    rests = {local_day(hour * HOUR_MS) for hour in silence}
    assert false_alarms(active) == 1
    assert false_alarms(active, rests) == 0


def test_a_new_source_is_not_judged() -> None:
    """Less than two weeks are no habit; nor are two files."""
    assert due([]) is None
    assert due(lived(around_the_clock, 1, 2 * WEEK - 1)) is None
    assert due(lived(weekly_file, 1, 2 * WEEK + 48)) is None
    assert due(lived(around_the_clock, 1, 2 * WEEK + 5)) is not None


hours = st.lists(st.integers(0, 20 * WEEK), min_size=1, max_size=300, unique=True).map(sorted)


@given(hours)
def test_never_before_an_hour_has_passed(active: list[Hour]) -> None:
    """Whoever came just now is not silent, whatever his past; and everybody is after two months."""
    at = due(active)
    assert at is None or active[-1] + 2 <= at // HOUR_MS <= active[-1] + 1 + 60 * 24


@given(hours, st.integers(0, 1000))
def test_the_same_week_later_is_the_same(active: list[Hour], weeks: int) -> None:
    """Only the place within the week matters."""
    at, later = due(active), due([hour + weeks * WEEK for hour in active])
    assert later == (at + weeks * WEEK * HOUR_MS if at is not None else None)


@given(hours)
def test_what_lies_behind_the_window_is_forgotten(active: list[Hour]) -> None:
    """A season that is over says nothing."""
    recent = [hour for hour in active if hour > active[-1] - WINDOW]
    assert due(active) == due(recent)
