"""Times of day on the installation's clock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as TimeOfDay  # noqa: N812 — the class, beside the module `time`

from processors.days import local_time, zone
from schemas.types import Millis


def latest_at(now: Millis, at: str) -> Millis:
    """The last moment not after `now` when it was `at` (HH:MM)."""
    day = local_time(now).date()
    today = at_time(day, at)
    return today if today <= now else at_time(day - timedelta(days=1), at)


def every_day_at(after: Millis, until: Millis, at: str) -> Iterator[Millis]:
    """Every moment in (`after`, `until`] when it was `at` (HH:MM), oldest first."""
    day = local_time(after).date()
    while (moment := at_time(day, at)) <= until:
        if moment > after:
            yield moment
        day += timedelta(days=1)


def at_time(day: date, at: str) -> Millis:
    """When it is `at` (HH:MM) on a local day."""
    moment = datetime.combine(day, TimeOfDay.fromisoformat(at), zone())
    return int(moment.timestamp()) * 1000
