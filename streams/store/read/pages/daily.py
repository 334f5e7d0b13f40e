"""A client's figures by day beside what is usual for him."""

from collections import defaultdict

from processors.daily import BEFORE, series
from processors.days import day_start, local_day, zone_name
from processors.pages import Daily
from schemas.errors import Refused
from schemas.types import LeadId, LocalDay, Millis
from streams.store.database import Database

MOST_DAYS = 100
"""Four series of it are at most four hundred points."""

_DAYS = """
SELECT toInt32(toDate(at, {zone:String})) AS day, what, how, count(), sum(pieces) FROM
(
    SELECT any(kind) AS what, any(action) AS how, any(qty) AS pieces, any(ts) AS at FROM events
    WHERE lead_id = {lead:String} AND kind IN ('shipment', 'reservation', 'return', 'message')
        AND ts >= fromUnixTimestamp64Milli({since:Int64}) AND ts < fromUnixTimestamp64Milli({until:Int64})
    GROUP BY event_id
)
GROUP BY day, what, how"""

_FIGURES = {
    "shipment": ("shipment", ""),
    "reservation": ("reservation", "created"),
    "return": ("return", ""),
    "message": ("message", "client"),
}


async def daily(database: Database, lead: LeadId, days: int, now: Millis) -> Daily:
    """The last `days` local days, today the last. Raises `Refused`, `Transient`, `StatementFailed`."""
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"days is a number from 1 to {MOST_DAYS}")
    today: LocalDay = local_day(now)
    first = today - days + 1
    span = {"since": day_start(first - BEFORE), "until": day_start(today + 1), "zone": zone_name()}
    counted: dict[tuple[str, str], dict[LocalDay, tuple[int, int]]] = defaultdict(dict)
    for day, kind, action, documents, pieces in await database.read(_DAYS, span | {"lead": lead}):
        counted[kind, action][day] = (documents, pieces)
    shown = range(first, today + 1)
    return Daily(
        lead,
        [day_start(day) for day in shown],
        [series(name, shown, counted[of]) for name, of in _FIGURES.items()],
    )


def days_of(given: str) -> int:
    """How many days a request asks for. Raises `Refused`."""
    if not given.isascii() or not given.isdigit() or len(given) > 3:
        raise Refused(f"days is a number from 1 to {MOST_DAYS}")
    return int(given)
