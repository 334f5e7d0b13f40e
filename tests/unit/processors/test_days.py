"""Business days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from processors.days import DAY_MS, FIXED_SINCE, HOUR_MS, day_start, hour_start, local_day

MOSCOW = ZoneInfo("Europe/Moscow")
TIMES = st.integers(0, 4_102_444_800_000)
DAYS = st.integers(1, 47_000)
SUMMER_1981 = 354_920_400_000
"""1981-04-01 00:00 Moscow time did not exist: the clocks went to 01:00."""


@given(TIMES)
@example(0)
@example(FIXED_SINCE - 1)
@example(FIXED_SINCE)
@example(SUMMER_1981)
def test_local_day_is_the_date_in_moscow(ts: int) -> None:
    """Agrees with zoneinfo at every time from 1970 to 2100, over all changes of the offset."""
    date = datetime.fromtimestamp(ts // 1000, MOSCOW).date()
    assert datetime(1970, 1, 1).date() + timedelta(days=local_day(ts)) == date  # noqa: DTZ001 - a plain date


@given(DAYS)
@example(local_day(FIXED_SINCE))
@example(local_day(SUMMER_1981))
def test_a_day_begins_where_the_day_before_ends(day: int) -> None:
    """`day_start` is the first millisecond of its day, also on days when the clocks changed."""
    assert local_day(day_start(day)) == day
    assert local_day(day_start(day) - 1) == day - 1


@given(TIMES)
def test_hour_start_is_the_full_hour_in_moscow(ts: int) -> None:
    """Hours of UTC are hours of Moscow."""
    start = hour_start(ts)
    assert 0 <= ts - start < HOUR_MS
    assert datetime.fromtimestamp(start // 1000, MOSCOW).minute == 0


def test_midnight_in_moscow() -> None:
    """A day changes at 21:00 UTC, not at midnight UTC."""
    nine = int(datetime(2026, 11, 20, 21, tzinfo=UTC).timestamp()) * 1000
    assert local_day(nine) == local_day(nine - 1) + 1
    assert day_start(local_day(nine)) == nine
    assert local_day(nine + DAY_MS) == local_day(nine) + 1
