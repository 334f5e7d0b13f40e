"""Who is at risk now: for the bot's `/risk`, `/top`, `/silent` and for pages."""

from collections.abc import Sequence
from typing import Any

import msgspec

from schemas.alerts import RULES
from schemas.bot import LeadRisk, Risks
from schemas.scores import Part, Score
from schemas.types import LeadId
from streams.store.alerts import COLUMNS, alert_of
from streams.store.database import Database

MOST_LEADS, MOST_ALERTS = 20, 100
"""Of a list that a person reads in a chat."""

SILENCES = [rule for rule in RULES if rule.endswith("_silence")]

LEFT = "SELECT lead_id FROM outcomes_current WHERE outcome = 'left'"
"""Of whom nothing is at risk any more."""

_SCORE = "lower(hex(score_id)), lead_id, version, toUnixTimestamp64Milli(ts), points, level, background, parts"

SCORE = f"""
SELECT {_SCORE} FROM scores FINAL WHERE lead_id = {{lead:String}} ORDER BY ts DESC, version DESC LIMIT 1"""

TOP = f"""
SELECT {_SCORE} FROM scores_current WHERE points >= 1 AND lead_id NOT IN ({LEFT})
ORDER BY points DESC, lead_id LIMIT {MOST_LEADS}"""

ALERTS = f"""
SELECT {COLUMNS}
FROM
(
    SELECT * FROM alerts PREWHERE lead_id = {{lead:String}}
    ORDER BY alert_id, version DESC, ingested_at DESC LIMIT 1 BY alert_id
)
WHERE status != 'resolved' ORDER BY opened_at DESC, alert_id LIMIT {MOST_ALERTS}"""
"""Of a repeat the last row counts, as `FINAL` would have it; that reads the evidence of all clients' alerts."""

SILENT = f"""
SELECT {COLUMNS}
FROM
(
    SELECT * FROM alerts FINAL WHERE rule IN {{rules:Array(String)}}
    ORDER BY alert_id, version DESC LIMIT 1 BY alert_id
)
WHERE status != 'resolved' AND lead_id NOT IN ({LEFT}) ORDER BY value DESC, alert_id LIMIT {MOST_ALERTS}"""

LAST = """
SELECT kind, toUnixTimestamp64Milli(max(ts)) FROM events
WHERE lead_id = {lead:String} AND kind IN ('reservation', 'message', 'call', 'meeting_recorded')
    AND (kind != 'message' OR action = 'client')
GROUP BY kind"""


async def risk(database: Database, lead: LeadId) -> LeadRisk:
    """A lead's newest score and living alerts, and when he was last seen. Raises `Transient`, `StatementFailed`."""
    asked = {"lead": lead}
    scores = [score_of(row) for row in await database.read(SCORE, asked)]
    return LeadRisk(
        lead_id=lead,
        score=scores[0] if scores else None,
        alerts=[alert_of(row) for row in await database.read(ALERTS, asked)],
        last=dict(await database.read(LAST, asked)),
    )


async def top(database: Database) -> Risks:
    """The leads with the most points."""
    scores = [score_of(row) for row in await database.read(TOP)]
    return Risks([LeadRisk(lead_id=score.lead_id, score=score) for score in scores])


async def silent(database: Database) -> Risks:
    """The leads with living alerts of silence, the longest first."""
    found: dict[LeadId, LeadRisk] = {}
    for alert in [alert_of(row) for row in await database.read(SILENT, {"rules": SILENCES})]:
        found.setdefault(alert.lead_id, LeadRisk(lead_id=alert.lead_id, alerts=[])).alerts.append(alert)
    return Risks(list(found.values()))


def score_of(row: Sequence[Any]) -> Score:
    """A row of the columns `_SCORE`."""
    score_id, lead_id, version, ts, points, level, background, parts = row
    return Score(
        score_id=score_id.rjust(16, "0"),
        lead_id=lead_id,
        version=version,
        ts=ts,
        points=points,
        level=level,
        background=background,
        parts=msgspec.json.decode(parts, type=list[Part]),
    )
