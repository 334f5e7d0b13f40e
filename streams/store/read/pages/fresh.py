"""Days of clients as they stood last night, from that day on counted anew: no page reads millions of rows.

What an import brings of days gone by is here after the night, as in the figures of the fold (design rule 6).
"""

from collections.abc import Sequence
from typing import NamedTuple

from processors.days import day_start, local_day, zone_name
from schemas.types import LeadId, LocalDay, Millis
from streams.store.database import Database

_MADE = "SELECT toUnixTimestamp64Milli(max(made_at)) FROM days_made"

DAYS = """
SELECT lead_id, day, kind, action, max(events) AS documents, argMax(qty, events) AS pieces, max(last) AS last_at FROM
(
    SELECT lead_id, toInt32(day) AS day, kind, action, events, qty, toUnixTimestamp64Milli(last_ts) AS last
    FROM days_kept
    WHERE made_at = fromUnixTimestamp64Milli({made:Int64}) AND lead_id IN {leads:Array(String)}
        AND kind IN {kinds:Array(String)} AND toInt32(day) >= {first:Int32}
    UNION ALL
    SELECT lead_id, toInt32(toDate(at, {zone:String})), what, how, count(), sum(qty_), toUnixTimestamp64Milli(max(at))
    FROM
    (
        SELECT lead_id, any(kind) AS what, any(action) AS how, any(qty) AS qty_, any(ts) AS at FROM events
        PREWHERE lead_id IN {leads:Array(String)} AND ts >= fromUnixTimestamp64Milli({fresh:Int64})
            AND kind IN {kinds:Array(String)}
        GROUP BY lead_id, event_id
    )
    GROUP BY ALL
)
GROUP BY lead_id, day, kind, action"""


WEEKS = f"""
SELECT lead_id, intDiv({{today:Int32}} - day, 7) AS ago, sum(pieces) FROM ({DAYS})
WHERE day <= {{today:Int32}} GROUP BY lead_id, ago"""

LAST = """
SELECT lead_id, kind, action, max(last), min(began) FROM
(
    SELECT lead_id, kind, action, toUnixTimestamp64Milli(max(last_ts)) AS last, toInt32(min(day)) AS began
    FROM days_kept
    WHERE made_at = fromUnixTimestamp64Milli({made:Int64}) AND lead_id IN {leads:Array(String)}
        AND kind IN {kinds:Array(String)}
    GROUP BY lead_id, kind, action
    UNION ALL
    SELECT lead_id, kind, action, toUnixTimestamp64Milli(max(ts)), toInt32(toDate(min(ts), {zone:String})) FROM events
    PREWHERE lead_id IN {leads:Array(String)} AND ts >= fromUnixTimestamp64Milli({fresh:Int64})
        AND kind IN {kinds:Array(String)}
    GROUP BY lead_id, kind, action
)
GROUP BY lead_id, kind, action"""


class Night(NamedTuple):
    """The last nightly count and the day that is not in it any more, ms UTC; both 0 before the first."""

    made: Millis
    fresh: Millis


class Counted(NamedTuple):
    """What a client did on a local day: documents, pieces, and the time of the last (ms UTC)."""

    lead: LeadId
    day: LocalDay
    kind: str
    action: str
    documents: int
    pieces: int
    last: Millis


class Seen(NamedTuple):
    """When a client did something last (ms UTC), and the local day on which he first did."""

    lead: LeadId
    kind: str
    action: str
    last: Millis
    began: LocalDay


async def last_night(database: Database) -> Night:
    """Raises `Transient`, `StatementFailed`."""
    [(made,)] = await database.read(_MADE)
    return Night(made, day_start(local_day(made))) if made else Night(0, 0)


async def counted(
    database: Database, leads: Sequence[LeadId], kinds: Sequence[str], first: LocalDay = 0
) -> list[Counted]:
    """Days of these clients from `first` on. Raises as `last_night`."""
    night = await last_night(database)
    asked = {"leads": list(leads), "kinds": list(kinds), "first": first, "zone": zone_name()}
    fresh = max(night.fresh, day_start(first) if first else 0)
    return [Counted(*row) for row in await database.read(DAYS, asked | {"made": night.made, "fresh": fresh})]


async def weeks_of(
    database: Database, night: Night, leads: Sequence[LeadId], kind: str, today: LocalDay, weeks: int
) -> dict[LeadId, list[int]]:
    """Pieces of each of the last `weeks`, the oldest first; the last one ends today. Raises as `last_night`."""
    first = today - 7 * weeks + 1
    asked = {"leads": list(leads), "kinds": [kind], "first": first, "today": today, "zone": zone_name()}
    found = {lead: [0] * weeks for lead in leads}
    bounds = {"made": night.made, "fresh": max(night.fresh, day_start(first))}
    for lead, ago, pieces in await database.read(WEEKS, asked | bounds):
        found[lead][weeks - 1 - ago] = pieces
    return found


async def last_seen(database: Database, night: Night, leads: Sequence[LeadId], kinds: Sequence[str]) -> list[Seen]:
    """Of each kind and action. Raises as `last_night`."""
    asked = {"leads": list(leads), "kinds": list(kinds), "zone": zone_name()}
    return [Seen(*row) for row in await database.read(LAST, asked | night._asdict())]
