"""Business days and hours on the clock of the installation: one time zone for days and for words. Else: ms UTC.

The zone is set once, by `streams.settings.load`, before anything is folded or told; a process without settings lives in
Moscow. It is no threshold: in another zone other days are cut, and what is kept by day has to be counted anew.
(docs/decisions, "One time zone, set once per process".)
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.types import LocalDay, Millis

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000

HOME: Final = "Europe/Moscow"

_EPOCH: Final = date(1970, 1, 1).toordinal()
_STEP: Final = timedelta(days=7)
"""No zone has ever changed its offset and taken it back within a week since 1970."""
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""`Millis` go no further."""


class Calendar(NamedTuple):
    """A zone as its spans of one offset: `starts` (ms UTC, rising, the first before everything) and `offsets` (ms to be
    added to UTC). `since` and `offset` are the last span's: where a zone no longer changes, nearly all times are in it.
    """

    zone: ZoneInfo
    starts: list[Millis]
    offsets: list[int]
    since: Millis
    offset: int


@cache
def calendar(name: str) -> Calendar:
    """The calendar of an IANA zone. Raises `ValueError` or `ZoneInfoNotFoundError` where there is none of the name."""
    zone = ZoneInfo(name)
    at = datetime(1970, 1, 1, tzinfo=UTC)
    starts, offsets = [-(1 << 62)], [_offset(zone, at)]
    while at < _LAST:
        following = at + _STEP
        while (new := _offset(zone, following)) != offsets[-1]:
            change = _change(zone, at, following)
            starts.append(int(change.timestamp()) * 1000)
            offsets.append(_offset(zone, change))
            at = change
            if offsets[-1] == new:
                break
        at = following
    return Calendar(zone, starts, offsets, starts[-1], offsets[-1])


def live_in(name: str) -> None:
    """Cut days and write times in this IANA zone from now on, in the whole process. Raises as `calendar`."""
    global _here
    _here = calendar(name)


def zone() -> ZoneInfo:
    """The installation's."""
    return _here.zone


def zone_name() -> str:
    """Its IANA name, as SQL takes it."""
    return str(_here.zone)


def local(ts: Millis) -> int:
    """What the clock on the wall shows at a time in ms UTC: ms since 1970-01-01 00:00 of that clock."""
    here = _here
    if ts >= here.since:
        return ts + here.offset
    return ts + here.offsets[bisect_right(here.starts, ts) - 1]


def local_time(ts: Millis) -> datetime:
    """The same with its date, as people write it."""
    return datetime.fromtimestamp(ts / 1000, _here.zone)


def local_day(ts: Millis) -> LocalDay:
    """The local day (days since 1970-01-01) of a time in ms UTC."""
    here = _here
    if ts >= here.since:
        return (ts + here.offset) // DAY_MS
    return local(ts) // DAY_MS


def local_hour(ts: Millis) -> int:
    """The hour (0..23) that the clock on the wall shows."""
    return local(ts) % DAY_MS // HOUR_MS


def local_day_of(on: date) -> LocalDay:
    """A date as days since 1970-01-01."""
    return on.toordinal() - _EPOCH


def day_start(day: LocalDay) -> Millis:
    """When a local day begins, in ms UTC."""
    here = _here
    start = day * DAY_MS - here.offset
    return start if start >= here.since + DAY_MS else at_local(day, 0)


def at_local(day: LocalDay, of_day: int) -> Millis:
    """When the clock on the wall first shows `of_day` (ms from midnight) or more on a local day, in ms UTC. An hour
    that is left out in spring begins when the next one does; of one that comes twice in autumn the first counts.
    """
    here, shown = _here, day * DAY_MS + of_day
    if shown - here.offset >= here.since + DAY_MS:
        return shown - here.offset
    index = bisect_right(here.starts, shown - DAY_MS) - 1
    while index + 1 < len(here.starts):
        found = max(here.starts[index], shown - here.offsets[index])
        if found < here.starts[index + 1]:
            return found
        index += 1
    return max(here.since, shown - here.offset)


def hour_start(ts: Millis) -> Millis:
    """When the hour of UTC begins, in ms UTC: the beat of ticks and of the fleet's figures, the same in every zone."""
    return ts - ts % HOUR_MS


def day_since(now: Millis, hour: int) -> LocalDay:
    """The local day on which it was `hour` (0..23) last: today from that hour on, before it yesterday."""
    return (local(now) - hour * HOUR_MS) // DAY_MS


def next_hour(now: Millis, hour: int) -> Millis:
    """The next time after `now` when it is `hour` (0..23) on the clock on the wall."""
    day = local_day(now)
    today = at_local(day, hour * HOUR_MS)
    return today if today > now else at_local(day + 1, hour * HOUR_MS)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    """In ms. `at` is UTC."""
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds()) * 1000


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second in (`before`, `after`] with another offset than at `before`."""
    low, high, old = int(before.timestamp()), int(after.timestamp()), _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


_here = calendar(HOME)
