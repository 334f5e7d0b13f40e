"""Times of day in Moscow."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as TimeOfDay  # noqa: N812 — the class, beside the module `time`

from processors.days import MOSCOW
from schemas.types import Millis


def moscow(ts: Millis) -> datetime:
    """A time as the clock in Moscow shows it."""
    return datetime.fromtimestamp(ts / 1000, MOSCOW)


def latest_at(now: Millis, at: str) -> Millis:
    """The last moment not after `now` when it was `at` (HH:MM) in Moscow."""
    day = moscow(now).date()
    today = at_time(day, at)
    return today if today <= now else at_time(day - timedelta(days=1), at)


def every_day_at(after: Millis, until: Millis, at: str) -> Iterator[Millis]:
    """Every moment in (`after`, `until`] when it was `at` (HH:MM) in Moscow, oldest first."""
    day = moscow(after).date()
    while (moment := at_time(day, at)) <= until:
        if moment > after:
            yield moment
        day += timedelta(days=1)


def at_time(day: date, at: str) -> Millis:
    """When it is `at` (HH:MM) on a Moscow day."""
    moment = datetime.combine(day, TimeOfDay.fromisoformat(at), MOSCOW)
    return int(moment.timestamp()) * 1000
