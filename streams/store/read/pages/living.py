"""Alerts that are not closed."""

from collections.abc import Collection

from processors.pages import Living
from schemas.alerts import SEVERITIES
from schemas.types import LeadId
from streams.store.alerts import COLUMNS, alert_of
from streams.store.database import Database

MOST = 100

_LIVING = f"""
SELECT {COLUMNS}, count() OVER () FROM
(
    SELECT * FROM alerts FINAL WHERE {{all:Bool}} OR lead_id IN {{among:Array(String)}}
    ORDER BY alert_id, version DESC LIMIT 1 BY alert_id
)
WHERE status != 'resolved'
ORDER BY indexOf({{severities:Array(String)}}, severity) DESC, status = 'open' DESC, opened_at DESC LIMIT {MOST}"""


async def living(database: Database, among: Collection[LeadId]) -> Living:
    """Of these leads; of all where none is named. Raises `Transient`, `StatementFailed`."""
    asked = {"all": not among, "among": sorted(among), "severities": list(SEVERITIES)}
    rows = await database.read(_LIVING, asked)
    return Living([alert_of(row[:-1]) for row in rows], rows[0][-1] if rows else 0)
