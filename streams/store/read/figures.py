"""What happened day by day: one client's events, or everybody's, by kind."""

from datetime import date, timedelta

from processors.days import day_start, local_day_of, zone_name
from schemas.errors import Refused
from schemas.lists import DayFigure, Figures
from schemas.types import LeadId
from streams.store.database import Database

MOST_DAYS = 366

FIGURES = """
SELECT toString(toDate(ts, {zone:String})) AS day, kind, action, count(), sum(qty), uniqExact(lead_id)
FROM events FINAL
WHERE lead_id != '' AND kind NOT IN ('tick', 'fleet', 'baseline') AND {lead:String} IN ('', lead_id)
    AND ts >= fromUnixTimestamp64Milli({since:Int64}) AND ts < fromUnixTimestamp64Milli({until:Int64})
GROUP BY day, kind, action ORDER BY day DESC, kind, action"""


async def figures(database: Database, first: date, last: date, lead: LeadId) -> Figures:
    """Local days from `first` to `last`, both whole, newest first; `qty` in pieces, so many `leads` had such an event.
    Raises `Refused`, `Transient`."""
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise Refused(f"since is not after until, and they are at most {MOST_DAYS} days apart")
    since, until = day_start(local_day_of(first)), day_start(local_day_of(last) + 1)
    rows = await database.read(FIGURES, {"lead": lead, "since": since, "until": until, "zone": zone_name()})
    return Figures([DayFigure(*row) for row in rows])
