"""Business days, in every kind of zone: fixed for long, with summer time, of half hours, with changes every year by the
moon."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from processors.days import (
    DAY_MS,
    HOUR_MS,
    at_local,
    day_since,
    day_start,
    hour_start,
    local_day,
    local_hour,
    local_time,
    next_hour,
)
from processors.russian.dates import moment, whose_clock
from tests.zones import BERLIN, VLADIVOSTOK, living_in

ZONES = (
    "Europe/Moscow",
    VLADIVOSTOK,
    BERLIN,
    "Africa/Casablanca",
    "America/New_York",
    "America/Santiago",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "UTC",
)
TIMES = st.integers(0, 4_102_444_800_000)
DAYS = st.integers(1, 47_000)
HOURS = st.integers(0, 23)
FIXED_SINCE = 1_414_274_400_000
"""2014-10-26 02:00 in Moscow: the last change there (Federal law 248-FZ of 21.07.2014)."""
SUMMER_1981 = 354_920_400_000
"""1981-04-01 00:00 Moscow time did not exist: the clocks went to 01:00."""
SPRING, AUTUMN = 20_541, 20_751
"""2026-03-29 and 2026-10-25: days of 23 and 25 hours in Berlin."""

every_zone = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=ZONES)
def there(request: pytest.FixtureRequest) -> Iterator[ZoneInfo]:
    """The zone in which the process lives."""
    with living_in(request.param):
        yield ZoneInfo(request.param)


@every_zone
@given(TIMES)
@example(0)
@example(FIXED_SINCE - 1)
@example(FIXED_SINCE)
@example(SUMMER_1981)
def test_the_local_day_and_hour_are_those_of_the_zone(there: ZoneInfo, ts: int) -> None:
    """Agrees with zoneinfo at every time from 1970 to 2100, over all changes of the offset."""
    at = datetime.fromtimestamp(ts // 1000, there)
    assert datetime(1970, 1, 1).date() + timedelta(days=local_day(ts)) == at.date()  # noqa: DTZ001 - a plain date
    assert local_hour(ts) == at.hour
    assert local_time(ts).replace(microsecond=0) == at


@every_zone
@given(DAYS)
@example(local_day(FIXED_SINCE))
@example(local_day(SUMMER_1981))
@example(SPRING)
@example(AUTUMN)
def test_a_day_begins_where_the_day_before_ends(there: ZoneInfo, day: int) -> None:
    """`day_start` is the first millisecond of its day, also on days when the clocks changed."""
    assert local_day(day_start(day)) == day
    assert local_day(day_start(day) - 1) == day - 1


@every_zone
@given(TIMES, HOURS)
@example(1_774_746_000_000, 2)
@example(1_792_886_400_000, 2)
def test_the_next_hour_comes_within_a_day_and_is_the_first(there: ZoneInfo, ts: int, hour: int) -> None:
    """What is put off until 9 o'clock comes at the next 9 o'clock, and the day looked back at began then; where the
    hour is left out in spring, the hour after it stands for it."""
    found = next_hour(ts, hour)
    assert 0 < found - ts <= 25 * HOUR_MS
    left_out = local_hour(found) != hour
    assert local_hour(found - 1) != hour
    assert local_hour(found) == hour + 1 if left_out else True
    assert local_day(at_local(day_since(ts, hour), hour * HOUR_MS)) == day_since(ts, hour)
    assert left_out or at_local(day_since(found, hour), hour * HOUR_MS) == found


def test_days_of_23_and_25_hours() -> None:
    """In Berlin a day is an hour shorter in spring and longer in autumn; 9 o'clock is 9 o'clock on both."""
    with living_in(BERLIN):
        assert day_start(SPRING + 1) - day_start(SPRING) == 23 * HOUR_MS
        assert day_start(AUTUMN + 1) - day_start(AUTUMN) == 25 * HOUR_MS
        assert local_hour(next_hour(day_start(SPRING), 9)) == local_hour(next_hour(day_start(AUTUMN), 9)) == 9


@given(TIMES)
def test_an_hour_is_one_of_utc(ts: int) -> None:
    """Ticks beat at full hours of UTC."""
    start = hour_start(ts)
    assert 0 <= ts - start < HOUR_MS
    assert datetime.fromtimestamp(start // 1000, UTC).minute == 0


def test_midnight_in_moscow() -> None:
    """A day changes at 21:00 UTC, not at midnight UTC."""
    nine = int(datetime(2026, 11, 20, 21, tzinfo=UTC).timestamp()) * 1000
    assert local_day(nine) == local_day(nine - 1) + 1
    assert day_start(local_day(nine)) == nine
    assert local_day(nine + DAY_MS) == local_day(nine) + 1


def test_words_follow_the_zone() -> None:
    """A time in a message is the installation's, and is called Moscow's only there."""
    evening = int(datetime(2026, 11, 20, 20, 5, tzinfo=UTC).timestamp()) * 1000
    assert (moment(evening), whose_clock()) == ("20\u00a0ноября в\u00a023:05", "мск")
    with living_in(VLADIVOSTOK):
        assert (moment(evening), whose_clock()) == ("21\u00a0ноября в\u00a006:05", "местное время")
