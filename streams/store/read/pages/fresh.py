"""What the nightly count does not have yet: days are read as they stood last night, and from its day on anew."""

from processors.days import day_start, local_day, zone_name
from schemas.types import Millis
from streams.store.database import Database

_MADE = "SELECT toUnixTimestamp64Milli(max(made_at)) FROM days_made"

DAYS = """
    SELECT lead_id, toInt32(day) AS day, kind, action, events, qty, last_ts FROM days
    WHERE lead_id IN {leads:Array(String)}
    UNION ALL
    SELECT lead_id, toInt32(toDate(at, {zone:String})) AS day, kind, action, count() AS events, sum(pieces) AS qty,
        max(at) AS last_ts
    FROM
    (
        SELECT lead_id, any(kind) AS kind, any(action) AS action, any(qty) AS pieces, any(ts) AS at FROM events
        WHERE lead_id IN {leads:Array(String)} AND ts >= fromUnixTimestamp64Milli({fresh:Int64})
        GROUP BY lead_id, event_id
    )
    GROUP BY lead_id, day, kind, action"""
"""Days of `leads`; a row a lead, day, kind and action. Before the first night all of it is counted anew."""


async def fresh_since(database: Database) -> Millis:
    """Where the day of the last nightly count begins, ms UTC; 0 before the first. Raises `Transient`."""
    [(made,)] = await database.read(_MADE)
    return day_start(local_day(made)) if made else 0


def bounds(leads: list[str], fresh: Millis) -> dict[str, object]:
    """Parameters of `DAYS`."""
    return {"leads": leads, "fresh": fresh, "zone": zone_name()}
