"""What the daily report tells beside its figures: meetings, chats, risks, promises, silence, strangers, sources.

Each as it was at the report's `until`, so a report that is made up later says what it would have said in its time.
"""

from datetime import timedelta

import msgspec

from processors.days import local_time, zone_name
from processors.outcomes import Stage, hinted
from processors.promises import promise_id, talk_of
from schemas.minutes import ChatSummary, MeetingMinutes
from schemas.outcomes import Hint, Said
from schemas.reports import ChatLine, DailyReport, DuePromise, SilentLead, UnknownClient, UntoldMeeting
from schemas.rounds import SourceHealth
from schemas.types import LeadId, Millis
from streams.store.alerts import COLUMNS, alert_of
from streams.store.database import Database
from streams.store.jobs.arrivals import FROM_OUTSIDE
from streams.store.read.sources import health

ACTIVE_DAYS, QUIET_DAYS, GONE_DAYS = 4, 7, 45
"""A client who was active on so many of the last 60 days is silent after so many without anything; after the last
figure everybody knows. A rough list for the eye; the signal `silence` has the statistics."""
OVERDUE_DAYS = 14
"""What is late for longer is no news: it stands in `leadpulse promise list --overdue` and on the dashboard."""
MOST_LINES = 100
"""Of each list; a report is for reading."""

_MINUTES = msgspec.json.Decoder(MeetingMinutes)
_CHAT = msgspec.json.Decoder(ChatSummary)
_EITHER = msgspec.json.Decoder(MeetingMinutes | ChatSummary)

_MS = "toUnixTimestamp64Milli"
_BEFORE = "ingested_at < fromUnixTimestamp64Milli({until:Int64})"
_ARRIVED = f"ingested_at >= fromUnixTimestamp64Milli({{since:Int64}}) AND {_BEFORE}"
_RECENT = f"{_BEFORE} AND ts >= fromUnixTimestamp64Milli({{until:Int64}}) - INTERVAL 60 DAY"

_NEWEST_MINUTES = f"""
SELECT lead_id, recording, argMax(payload, (version, ingested_at)) AS newest, min(ingested_at) AS first, max(ts) AS at
FROM
(
    SELECT lead_id, ts, payload, ingested_at, JSONExtractString(payload, 'recording_id') AS recording,
        JSONExtractUInt(payload, 'minutes', 'version') AS version
    FROM events FINAL
    WHERE kind = 'meeting_minutes' AND {_RECENT}
)
GROUP BY lead_id, recording"""

MINUTES = f"""
SELECT newest FROM ({_NEWEST_MINUTES})
WHERE first >= fromUnixTimestamp64Milli({{since:Int64}}) ORDER BY at, recording LIMIT {MOST_LINES}"""

UNTOLD = f"""
SELECT lead_id, JSONExtractString(payload, 'recording_id') AS recording, {_MS}(max(ts)),
    max(JSONExtractUInt(payload, 'duration_ms')), any(JSONExtractString(payload, 'status'))
FROM events FINAL
WHERE kind = 'meeting_recorded' AND NOT backfill AND {_ARRIVED}
    AND (lead_id, recording) NOT IN (SELECT lead_id, recording FROM ({_NEWEST_MINUTES}))
GROUP BY lead_id, recording ORDER BY max(ts), recording LIMIT {MOST_LINES}"""

CHATS = f"""
SELECT argMax(payload, ingested_at) FROM events FINAL
WHERE kind = 'chat_summary' AND {_ARRIVED} GROUP BY lead_id, ts ORDER BY lead_id, ts LIMIT {MOST_LINES}"""

PROMISES = f"""
SELECT newest FROM ({_NEWEST_MINUTES}) WHERE multiSearchAny(newest, {{due:Array(String)}})
UNION ALL
SELECT payload FROM events FINAL
WHERE kind = 'chat_summary' AND {_RECENT} AND multiSearchAny(payload, {{due:Array(String)}})"""

MARKS = f"""
SELECT (lead_id, lower(leftPad(hex(promise), 16, '0'))), argMax(mark, (ts, event_id)) FROM promise_marks FINAL
WHERE {_BEFORE} GROUP BY lead_id, promise"""

SAID = f"""
SELECT lead_id, outcome, since_day, author, {_MS}(ts), reason, ingested_at >= fromUnixTimestamp64Milli({{since:Int64}})
FROM outcomes FINAL WHERE {_BEFORE} ORDER BY ts, event_id"""

CLOSED = f"""
SELECT lead_id, JSONExtractString(payload, 'entity') AS entity, JSONExtractString(payload, 'entity_id'),
    JSONExtractString(payload, 'fields', 'stageId'), {_MS}(if(backfill, ts, ingested_at)) AS told, action = 'deleted'
FROM events FINAL
WHERE kind = 'crm_changed' AND {_BEFORE} AND entity IN ('lead', 'deal')
    AND lead_id IN (SELECT lead_id FROM events WHERE kind = 'crm_changed' AND NOT backfill AND {_ARRIVED})
    AND lead_id IN (
        SELECT lead_id FROM events WHERE kind IN ('reservation', 'pick', 'shipment', 'inbound')
        AND ts >= fromUnixTimestamp64Milli({{until:Int64}}) - INTERVAL 180 DAY)
ORDER BY told, ts, event_id"""
"""Of clients of the warehouse only: most leads that a portal closes never were any."""

RISKS = f"""
SELECT {COLUMNS}
FROM (SELECT * FROM alerts FINAL WHERE {_BEFORE} ORDER BY alert_id, version DESC LIMIT 1 BY alert_id)
WHERE status != 'resolved'
ORDER BY indexOf(['critical', 'warning', 'info'], severity), opened_at DESC, alert_id LIMIT {MOST_LINES}"""

SILENT = f"""
SELECT lead_id, {_MS}(max(ts)) AS last FROM events FINAL
WHERE {_RECENT} AND lead_id != ''
    AND (kind IN ('reservation', 'pick', 'shipment', 'inbound', 'meeting_recorded')
        OR kind = 'message' AND action = 'client' OR kind IN ('call', 'mail') AND action = 'in')
GROUP BY lead_id
HAVING uniqExact(toDate(ts, {{zone:String}})) >= {ACTIVE_DAYS}
    AND last < {{until:Int64}} - {QUIET_DAYS} * 86400000 AND last >= {{until:Int64}} - {GONE_DAYS} * 86400000
ORDER BY last DESC, lead_id LIMIT {MOST_LINES}"""

UNLINKED = f"""event_id NOT IN (
    SELECT event_id FROM events
    WHERE {_ARRIVED} AND event_id IN (SELECT event_id FROM unassigned WHERE {_ARRIVED}))"""
"""Of `unassigned`: what was linked since came again under its own id (`streams.pipeline.relink`), it is a client's."""

UNKNOWN = f"""
SELECT client_kind, client_value, uniqExact(event_id) AS events FROM unassigned FINAL
WHERE {_ARRIVED} AND {UNLINKED}
GROUP BY client_kind, client_value ORDER BY events DESC, client_kind, client_value LIMIT {MOST_LINES}"""

SOURCES = f"""
SELECT source, {_MS}(max(ingested_at)), countIf(ingested_at >= fromUnixTimestamp64Milli({{since:Int64}}))
FROM events
WHERE {_RECENT} AND NOT backfill AND kind NOT IN ('tick', 'baseline', 'fleet')
    AND ({FROM_OUTSIDE} OR source = 'live')
GROUP BY source ORDER BY source"""


async def digest(database: Database, report: DailyReport) -> DailyReport:
    """The report with all its lists. Raises `Transient`, `StatementFailed`."""
    window = {"since": report.since, "until": report.until}
    minutes: list[MeetingMinutes] = [_MINUTES.decode(text) for (text,) in await database.read(MINUTES, window)]
    chats: list[ChatSummary] = [_CHAT.decode(text) for (text,) in await database.read(CHATS, window)]
    said = await database.read(SAID, window)
    last = {word.lead_id: (word, fresh) for word, fresh in ((Said(*row), fresh) for *row, fresh in said)}
    left = {lead for lead, (word, _) in last.items() if word.outcome == "left"}
    risks = [alert_of(row) for row in await database.read(RISKS, window)]
    silent = [SilentLead(*row) for row in await database.read(SILENT, {**window, "zone": zone_name()})]
    return msgspec.structs.replace(
        report,
        minutes=minutes,
        untold=[UntoldMeeting(*row) for row in await database.read(UNTOLD, window)],
        chats=[ChatLine(chat.lead_id, chat.minutes.summary) for chat in chats],
        risks=[alert for alert in risks if alert.lead_id not in left],
        **await _promises(database, report.until),
        silent=[lead for lead in silent if lead.lead_id not in left],
        outcomes=[word for word, fresh in last.values() if fresh],
        hints=await _hints(database, window, {lead: word.ts for lead, (word, _) in last.items()}),
        unknown=[UnknownClient(*row) for row in await database.read(UNKNOWN, window)],
        sources=await _sources(database, window),
    )


async def _hints(database: Database, window: dict[str, Millis], spoken: dict[LeadId, Millis]) -> list[Hint]:
    """What the portal closed as failed in the report's time, of clients on whom nobody has spoken since."""
    stages: dict[LeadId, list[Stage]] = {}
    for lead, *stage in await database.read(CLOSED, window):
        stages.setdefault(lead, []).append(Stage(*stage))
    found = [hint for lead, changes in stages.items() if (hint := hinted(lead, changes)) is not None]
    return [one for one in found if one.ts >= max(window["since"], spoken.get(one.lead_id, 0))][:MOST_LINES]


async def _sources(database: Database, window: dict[str, Millis]) -> list[SourceHealth]:
    """Each as it stood, with the events of the report's time to the millisecond."""
    known = {one.source: one for one in await health(database, window["since"], window["until"])}
    for source, last, events in await database.read(SOURCES, window):
        one = known.get(source, SourceHealth(source, last, events))
        known[source] = msgspec.structs.replace(one, events=events, last_arrival=max(last, one.last_arrival))
    return [known[source] for source in sorted(known)]


async def _promises(database: Database, until: Millis) -> dict[str, list[DuePromise]]:
    """Those that nobody has marked: of the report's day and of the next one, for people who are asked tomorrow should
    know tonight; and those whose day is over."""
    today = local_time(until - 1).date()
    days = [(today + timedelta(days=n)).isoformat() for n in range(-OVERDUE_DAYS, 2)]
    # `"due":"2026-11-21"` as msgspec writes it: the index-free search looks at few rows and parses none
    asked = {"until": until, "due": [f'"due":"{day}"' for day in days]}
    marks = dict(await database.read(MARKS, {"until": until}))
    found: list[DuePromise] = []
    for (text,) in await database.read(PROMISES, asked):
        event = _EITHER.decode(text)
        recording = event.recording_id if isinstance(event, MeetingMinutes) else ""
        for action in event.minutes.actions:
            promise = promise_id(talk_of(event), action.text)
            if action.due in days and marks.get((event.lead_id, promise), "open") == "open":
                found.append(DuePromise(event.lead_id, event.ts, action, recording, promise))
    found.sort(key=lambda promise: (promise.lead_id, promise.ts))
    due = sorted((one for one in found if one.action.due >= today.isoformat()), key=_due)
    late = sorted((one for one in found if one.action.due < today.isoformat()), key=_due, reverse=True)
    return {"promises": due[:MOST_LINES], "overdue": late[:MOST_LINES]}


def _due(promise: DuePromise) -> str:
    return promise.action.due
