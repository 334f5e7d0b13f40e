"""Business days and hours. Everything else counts milliseconds UTC; only this and `alerting.render` know Moscow."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from schemas.types import LocalDay, Millis

MOSCOW: Final = ZoneInfo("Europe/Moscow")

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000

OFFSET_MS: Final = 3 * HOUR_MS
"""Moscow is UTC+3 all the year since the 26th of October 2014 (Federal law 248-FZ of 21.07.2014)."""

FIXED_SINCE: Final = 1_414_274_400_000
"""2014-10-26 02:00 Moscow time. Before it the offset changed with the season, so older history asks zoneinfo."""

_FIRST_FIXED_DAY: Final = (FIXED_SINCE + OFFSET_MS) // DAY_MS + 1
_EPOCH: Final = date(1970, 1, 1).toordinal()


def local_day(ts: Millis) -> LocalDay:
    """The Moscow day (days since 1970-01-01) of a time in ms UTC."""
    if ts >= FIXED_SINCE:
        return (ts + OFFSET_MS) // DAY_MS
    return datetime.fromtimestamp(ts // 1000, MOSCOW).toordinal() - _EPOCH


def local_day_of(on: date) -> LocalDay:
    """A date as days since 1970-01-01."""
    return on.toordinal() - _EPOCH


def day_start(day: LocalDay) -> Millis:
    """When a Moscow day begins, in ms UTC."""
    if day >= _FIRST_FIXED_DAY:
        return day * DAY_MS - OFFSET_MS
    midnight = datetime.fromordinal(day + _EPOCH).replace(tzinfo=MOSCOW)
    return int(midnight.astimezone(UTC).timestamp()) * 1000


def hour_start(ts: Millis) -> Millis:
    """When the hour of a time begins, in ms UTC. Moscow's offset is in whole hours since 1930."""
    return ts - ts % HOUR_MS


def day_since(now: Millis, hour: int) -> LocalDay:
    """The Moscow day on which it was `hour` (0..23) last: today from that hour on, before it yesterday."""
    return local_day(now - hour * HOUR_MS)


def next_hour(now: Millis, hour: int) -> Millis:
    """The next time after `now` when it is `hour` (0..23) in Moscow."""
    today = day_start(local_day(now)) + hour * HOUR_MS
    return today if today > now else day_start(local_day(now) + 1) + hour * HOUR_MS
