"""Days of clients as they stood last night, from that day on counted anew: no page reads millions of rows.

What an import brings of days gone by is here after the night, as in the figures of the fold (design rule 6).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from processors.days import day_start, local_day
from schemas.types import LeadId, LocalDay, Millis
from streams.store.database import Database

_MADE = "SELECT toUnixTimestamp64Milli(max(made_at)) FROM days_made"

KEPT = """
SELECT toUnixTimestamp64Milli(made_at), toInt32(day), kind, action, events, qty, toUnixTimestamp64Milli(last_ts)
FROM days_kept WHERE made_at = (SELECT max(made_at) FROM days_made) AND lead_id = {lead:String}
    AND kind IN {kinds:Array(String)} AND toInt32(day) BETWEEN {first:Int32} AND {until:Int32}"""
"""Each row says which night it is of: who has none is asked for it apart."""
FRESH = """
SELECT toUnixTimestamp64Milli(ts), event_id, kind, action, qty, seniority FROM events
PREWHERE lead_id = {lead:String} AND ts >= fromUnixTimestamp64Milli({fresh:Int64}) AND kind IN {kinds:Array(String)}"""
"""Of one client both are small: apart and put together here they cost a third less than one statement."""

WEEKS = """
SELECT toUnixTimestamp64Milli(made_at), lead_id, intDiv({today:Int32} - toInt32(day), 7) AS ago, sum(qty)
FROM days_kept WHERE made_at = (SELECT max(made_at) FROM days_made) AND lead_id IN {leads:Array(String)}
    AND kind = {kind:String} AND toInt32(day) BETWEEN {first:Int32} AND {today:Int32}
GROUP BY made_at, lead_id, ago"""
"""A night is written once, into a partition that is empty."""
FRESH_OF = """
SELECT lead_id, event_id, toUnixTimestamp64Milli(ts), qty, seniority FROM events
PREWHERE lead_id IN {leads:Array(String)} AND ts >= fromUnixTimestamp64Milli({fresh:Int64}) AND kind = {kind:String}"""

LAST = """
SELECT lead_id, kind, action, toUnixTimestamp64Milli(max(ts)), toUnixTimestamp64Milli(min(ts)) FROM events
WHERE lead_id IN {leads:Array(String)} AND kind IN {kinds:Array(String)}
GROUP BY lead_id, kind, action"""
"""In the words of the projection `seen`, or every event would be read."""
LAST_OF = """
SELECT lead_id, kind, action, toUnixTimestamp64Milli(max(ts)), toUnixTimestamp64Milli(min(ts)) FROM events
WHERE lead_id = {lead:String} GROUP BY lead_id, kind, action"""


class Night(NamedTuple):
    """The last nightly count and the day that is not in it any more, ms UTC; both 0 before the first."""

    made: Millis
    fresh: Millis


class Counted(NamedTuple):
    """What a client did on a local day: documents, pieces, and the time of the last (ms UTC)."""

    day: LocalDay
    kind: str
    action: str
    documents: int
    pieces: int
    last: Millis


class Seen(NamedTuple):
    """When a client did something last, and when first, ms UTC."""

    lead: LeadId
    kind: str
    action: str
    last: Millis
    first: Millis


async def last_night(database: Database) -> Night:
    """Raises `Transient`, `StatementFailed`."""
    [(made,)] = await database.read(_MADE)
    return _night(made)


def _night(made: Millis) -> Night:
    return Night(made, day_start(local_day(made))) if made else Night(0, 0)


async def counted(
    database: Database, lead: LeadId, kinds: Sequence[str], first: LocalDay, until: LocalDay
) -> list[Counted]:
    """Days of a client from `first` on; of those after `until` maybe some. Raises as `last_night`."""
    asked = {"lead": lead, "kinds": list(kinds)}
    kept = await database.read(KEPT, asked | {"first": first, "until": until})
    night = _night(kept[0][0]) if kept else await last_night(database)
    if day_start(until) < night.fresh:
        return [*dict.fromkeys(Counted(*row[1:]) for row in kept)]
    fresh = await database.read(FRESH, asked | {"fresh": max(night.fresh, day_start(first) if first else 0)})
    return [*dict.fromkeys(Counted(*row[1:]) for row in kept), *_by_day(fresh)]


def _by_day(rows: Iterable[Sequence[Any]]) -> list[Counted]:
    """Events as days; of a repeat the row that was accepted first counts."""
    senior: dict[int, Sequence[Any]] = {}
    for row in rows:
        other = senior.setdefault(row[1], row)
        if row[5] > other[5]:
            senior[row[1]] = row
    days: dict[tuple[LocalDay, str, str], tuple[int, int, Millis]] = {}
    for ts, _, kind, action, qty, _ in senior.values():
        of = (local_day(ts), kind, action)
        documents, pieces, last = days.get(of, (0, 0, 0))
        days[of] = (documents + 1, pieces + qty, max(last, ts))
    return [Counted(*of, *figures) for of, figures in days.items()]


async def weeks_of(
    database: Database, leads: Sequence[LeadId], kind: str, today: LocalDay, weeks: int
) -> dict[LeadId, list[int]]:
    """Pieces of each of the last `weeks`, the oldest first; the last one ends today. Raises as `last_night`."""
    first = today - 7 * weeks + 1
    asked = {"leads": list(leads), "kind": kind}
    found = {lead: [0] * weeks for lead in leads}
    kept = await database.read(WEEKS, asked | {"first": first, "today": today})
    night = _night(kept[0][0]) if kept else await last_night(database)
    for _, lead, ago, pieces in kept:
        found[lead][weeks - 1 - ago] += pieces
    fresh = await database.read(FRESH_OF, asked | {"fresh": max(night.fresh, day_start(first))})
    first_of = {row[:2]: row for row in sorted(fresh, key=lambda row: row[4])}  # the row that was accepted first
    for lead, _, ts, pieces, _ in first_of.values():
        ago = (today - local_day(ts)) // 7
        if 0 <= ago < weeks:
            found[lead][weeks - 1 - ago] += pieces
    return found


async def last_seen_of(database: Database, lead: LeadId) -> list[Seen]:
    """Of each kind and action that a client has. Raises as `last_night`."""
    return [Seen(*row) for row in await database.read(LAST_OF, {"lead": lead})]


async def last_seen(database: Database, leads: Sequence[LeadId], kinds: Sequence[str]) -> list[Seen]:
    """Of each kind and action, as of now. Raises as `last_night`."""
    return [Seen(*row) for row in await database.read(LAST, {"leads": list(leads), "kinds": list(kinds)})]
