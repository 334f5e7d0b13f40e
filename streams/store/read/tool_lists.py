"""Tools that answer with a list: meetings, promises, alerts, the course of the risk. Statements as in `tools`."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from alerting.texts import TEXTS
from processors.answers.figures import number
from processors.days import zone_name
from processors.russian.dates import date, iso_date, length
from schemas.answers import Figure, Item, ToolCall
from schemas.errors import Refused
from schemas.minutes import UNKNOWN
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.read.tool_spans import USUAL_OF, Span, span_of, usual

MOST = 10
"""Lines of a list, the newest."""
WEEKS = 12
"""Of the course of the risk."""

_MS = "toUnixTimestamp64Milli"

MEETINGS = f"""
SELECT {_MS}(min(ts)) AS at, JSONExtractString(payload, 'recording_id') AS recording,
    max(JSONExtractUInt(payload, 'duration_ms')), lower(hex(any(event_id)))
FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind = 'meeting_recorded' AND {_MS}(ts) < {{until:Int64}}
GROUP BY recording ORDER BY at DESC"""

PROMISES = f"""
SELECT owner, text, due, {_MS}(ts), talk, state FROM promises
WHERE lead_id = {{lead:String}} AND state IN {{states:Array(String)}}
ORDER BY due_day DESC NULLS LAST, ts DESC, number"""

ALERTS = f"""
SELECT {_MS}(opened_at) AS at, rule, status, lower(hex(alert_id)) FROM
(
    SELECT * FROM alerts FINAL WHERE lead_id = {{lead:String}} ORDER BY alert_id, version DESC LIMIT 1 BY alert_id
)
WHERE {_MS}(opened_at) < {{until:Int64}} ORDER BY at DESC, alert_id"""

SCORES = f"""
SELECT {_MS}(max(ts)) AS at, argMax(points, (ts, version)), count() FROM scores FINAL
WHERE lead_id = {{lead:String}} AND {_MS}(ts) < {{until:Int64}} AND {_MS}(ts) >= {{before:Int64}}
GROUP BY toStartOfWeek(ts, 1, {{zone:String}}) ORDER BY at DESC"""

_OVERDUE, _TO_COME = ["past", "broken"], ["open", "undated"]
_ALL = [*_TO_COME, *_OVERDUE, "kept"]
_STATES = {"": _ALL, "all": _ALL, "open": _TO_COME, "overdue": _OVERDUE}
_MARKED = {"past": "срок прошёл", "broken": "не выполнено", "kept": "выполнено"}
_OPEN = {"resolved": "закрыта"}


async def meetings(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    """The client's recorded meetings in the period."""
    span = span_of(call, now)
    rows = await database.read(MEETINGS, {"lead": lead, "until": span.end()})
    items = [
        Item(at, ", ".join(filter(None, (date(at), length(duration)))), event_id=id_, recording_id=recording)
        for at, recording, duration, id_ in rows
    ]
    return _listed(lead, call, span, "встреч", items)


async def alerts(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    """Alerts about the client that opened in the period."""
    span = span_of(call, now)
    rows = await database.read(ALERTS, {"lead": lead, "until": span.end()})
    items = [
        Item(at, f"«{TEXTS[rule].title}», {date(at)}, {_OPEN.get(status, 'не закрыта')}")
        for at, rule, status, _ in rows
        if rule in TEXTS
    ]
    return _listed(lead, call, span, "тревог", items)


async def promises(database: Database, lead: LeadId, call: ToolCall, _: Millis) -> Figure:
    """Promises of talks and chats: that are to come, whose day is over without a word that they were kept, all."""
    if call.state not in _STATES:
        raise Refused("state is one of open, overdue, all")
    rows = await database.read(PROMISES, {"lead": lead, "states": _STATES[call.state]})
    items = [
        Item(at, _promise(owner, text, due, state), recording_id="" if talk.startswith("chat:") else talk)
        for owner, text, due, at, talk, state in rows
    ]
    return Figure(
        lead_id=lead,
        call=call,
        value=float(len(items)),
        unit="обещаний",
        rows_seen=len(rows),
        as_of=max((item.ts for item in items), default=0),
        items=items[:MOST],
    )


def _promise(owner: str, text: str, due: str, state: str) -> str:
    who = f"{owner}: " if owner and owner != UNKNOWN else ""
    term = f"срок\u00a0— {iso_date(due)}" if due and due != UNKNOWN else ""
    beside = ", ".join(filter(None, (term, _MARKED.get(state, ""))))
    return f"{who}{text}" + (f" ({beside})" if beside else "")


async def risk_history(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    """The newest score, and the last of each week of the period."""
    span = span_of(call, now)
    bounds = span.bounds()
    asked = {"lead": lead, "until": bounds["until"], "before": bounds["before"], "zone": zone_name()}
    weeks: Sequence[tuple[Any, ...]] = await database.read(SCORES, asked)
    inside = [(at, points) for at, points, _ in weeks if at >= bounds["since"]][:WEEKS]
    former = [points for at, points, _ in weeks if at < bounds["since"]]
    return Figure(
        lead_id=lead,
        call=call,
        value=round(weeks[0][1], 1) if weeks else None,
        unit="баллов",
        rows_seen=sum(count for *_, count in weeks),
        as_of=weeks[0][0] if weeks else 0,
        since=span.since,
        until=span.until,
        usual=round(sum(former) / len(former), 1) if former else None,
        usual_of="раньше в среднем",
        items=[Item(at, f"{date(at)}\u00a0— {number(round(points))}", points) for at, points in reversed(inside)],
    )


def _listed(lead: LeadId, call: ToolCall, span: Span, unit: str, items: Sequence[Item]) -> Figure:
    """Of all items up to the period's end, newest first: those in it, and how many are usual."""
    bounds = span.bounds()
    inside = [item for item in items if item.ts >= bounds["since"]]
    before = Counter(span.periods_back(item.ts) for item in items)
    return Figure(
        lead_id=lead,
        call=call,
        value=float(len(inside)),
        unit=unit,
        rows_seen=len(inside),
        as_of=items[0].ts if items else 0,
        since=span.since,
        until=span.until,
        usual=usual(before, items[-1].ts if items else 0, span),
        usual_of=USUAL_OF,
        items=inside[:MOST],
    )
