"""Figures about one client, for questions: sixteen named tools, each a statement with parameters and the lead in it.

A period is of local days, both whole. `usual` is the mean of as many as four periods of the same length before it, as
far back as there are events of the kind. `GET /api/leads/{id}/tools/{name}?since=&until=…`
"""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, NamedTuple

from msgspec.structs import replace

from processors.answers.figures import KINDS, METRICS
from processors.days import DAY_MS, day_start, local_day_of, zone_name
from processors.russian.dates import date as told_date
from schemas.answers import Figure, Item, ToolCall, ToolName
from schemas.errors import Refused
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.read.tool_lists import alerts, meetings, promises, risk_history
from streams.store.read.tool_spans import USUAL_OF, Span, second_span, span_of, usual
from streams.store.read.tool_talks import problems, tone

_MS = "toUnixTimestamp64Milli"
_EARLIER = f"{_MS}(ts) >= {{before:Int64}} AND {_MS}(ts) < {{since:Int64}}"
_PERIODS_BACK = f"toUInt8(intDiv({{since:Int64}} - 1 - {_MS}(ts), {{length:Int64}}))"
_BOUNDS = f"{_MS}(ts) >= {{since:Int64}} AND {_MS}(ts) < {{until:Int64}}"

SUMS = f"""
SELECT sumIf(qty, {_BOUNDS}), countIf({_BOUNDS}), {_MS}(max(ts)), {_MS}(min(ts)),
    sumMapIf([{_PERIODS_BACK}], [toInt64(qty)], {_EARLIER})
FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind = {{kind:String}} AND action != 'planned'"""
"""Of announced goods nothing has come yet. An empty table has 1970 as its times."""

COUNTS = f"""
SELECT countIf({_BOUNDS}), {_MS}(max(ts)), {_MS}(min(ts)),
    sumMapIf([{_PERIODS_BACK}], [toInt64(1)], {_EARLIER}), count(),
    uniqExact(toDate(ts, {{zone:String}}))
FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind = {{kind:String}} AND {{action:String}} IN ('', action)
    AND action != 'planned'"""

BIGGEST = f"""
SELECT toString(toDate(ts, {{zone:String}})) AS day, sum(qty) AS pieces, {_MS}(min(ts)), count(), {_MS}(max(ts))
FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind = {{kind:String}} AND action != 'planned' AND {_BOUNDS}
GROUP BY day ORDER BY pieces DESC, day"""

STOCK = f"""
SELECT qty, {_MS}(ts) FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind = 'stock_snapshot' AND JSONExtractBool(payload, 'complete')
ORDER BY ts DESC, event_id DESC LIMIT 31"""

_EVENTS: dict[str, str] = {
    "shipped": "shipment",
    "reserved": "reservation",
    "picked": "pick",
    "inbound": "inbound",
    "returns": "return",
}
_ROWS: dict[str, tuple[str, str]] = {
    "message": ("message", "client"),
    "meeting": ("meeting_recorded", ""),
    **{kind: (kind, "") for kind in ("mail", "call", "reservation", "shipment", "inbound", "return")},
}
"""Kind and action of the events that a kind of `count` and `last` is."""

_Tool = Callable[[Database, LeadId, ToolCall, Millis], Awaitable[Figure]]


async def figure(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    """What a tool finds about a client. Raises `Refused` for a call that is none, `Transient`, `StatementFailed`."""
    if not lead:
        raise Refused("a figure is of one client: the lead is missing")
    return await _TOOLS[call.name](database, lead, call, now)


class _Sum(NamedTuple):
    pieces: int
    rows: int
    newest: Millis
    oldest: Millis
    before: dict[int, float]


async def _summed(database: Database, lead: LeadId, metric: str, span: Span) -> _Sum:
    asked = {"lead": lead, "kind": _EVENTS[metric], **span.bounds()}
    [(pieces, rows, newest, oldest, before)] = await database.read(SUMS, asked)
    return _Sum(pieces, rows, newest, oldest, _periods(before))


def _periods(told: tuple[list[int], list[int]]) -> dict[int, float]:
    """What `sumMap` gives, by the number of the period back."""
    return dict(zip(*told, strict=True))


async def _sum(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    span = span_of(call, now)
    found = await _summed(database, lead, call.name, span)
    return Figure(
        lead_id=lead,
        call=call,
        value=float(found.pieces),
        unit="шт",
        rows_seen=found.rows,
        as_of=found.newest,
        since=span.since,
        until=span.until,
        usual=usual(found.before, found.oldest, span),
        usual_of=USUAL_OF,
    )


async def _compare(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    metric = _known(call.metric, METRICS, "metric")
    later = span_of(call, now)
    earlier = second_span(call, later)
    call = replace(call, since=later.since, until=later.until, since2=earlier.since, until2=earlier.until)
    found, former = await _summed(database, lead, metric, later), await _summed(database, lead, metric, earlier)
    return Figure(
        lead_id=lead,
        call=call,
        value=float(found.pieces),
        other=float(former.pieces),
        unit="шт",
        rows_seen=found.rows + former.rows,
        as_of=found.newest,
        since=later.since,
        until=later.until,
        usual=usual(found.before, found.oldest, later),
        usual_of=USUAL_OF,
    )


async def _biggest(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    metric, span = _known(call.metric, METRICS, "metric"), span_of(call, now)
    asked = {"lead": lead, "kind": _EVENTS[metric], "zone": zone_name(), **span.bounds()}
    rows = await database.read(BIGGEST, asked)
    items = [
        Item(ts, told_date(day_start(local_day_of(date.fromisoformat(day)))), float(qty)) for day, qty, ts, *_ in rows
    ]
    return Figure(
        lead_id=lead,
        call=call,
        value=float(rows[0][1]) if rows else 0.0,
        unit="шт",
        rows_seen=sum(row[3] for row in rows),
        as_of=max((row[4] for row in rows), default=0),
        since=span.since,
        until=span.until,
        usual=round(sum(row[1] for row in rows) / len(rows), 1) if rows else None,
        usual_of="в среднем за день с движением",
        items=items[:1],
    )


async def _stock(database: Database, lead: LeadId, call: ToolCall, _: Millis) -> Figure:
    rows = await database.read(STOCK, {"lead": lead})
    earlier = [qty for qty, _ in rows[1:]]
    return Figure(
        lead_id=lead,
        call=call,
        value=float(rows[0][0]) if rows else None,
        unit="шт",
        rows_seen=len(rows),
        as_of=rows[0][1] if rows else 0,
        usual=round(sum(earlier) / len(earlier), 1) if earlier else None,
        usual_of="в среднем по прежним сверкам",
    )


async def _counted(database: Database, lead: LeadId, call: ToolCall, span: Span) -> tuple[Any, ...]:
    kind, action = _ROWS[_known(call.kind, KINDS, "kind")]
    asked = {"lead": lead, "kind": kind, "action": action, "zone": zone_name(), **span.bounds()}
    [row] = await database.read(COUNTS, asked)
    return row


async def _count(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    span = span_of(call, now)
    inside, newest, oldest, before, *_ = await _counted(database, lead, call, span)
    return Figure(
        lead_id=lead,
        call=call,
        value=float(inside),
        unit=KINDS[call.kind][0][2],
        rows_seen=inside,
        as_of=newest,
        since=span.since,
        until=span.until,
        usual=usual(_periods(before), oldest, span),
        usual_of=USUAL_OF,
    )


async def _last(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    *_, newest, oldest, _, total, days = await _counted(database, lead, call, span_of(call, now))
    return Figure(
        lead_id=lead,
        call=call,
        value=None if not total else float(max(0, now - newest) // DAY_MS),
        unit="дней назад",
        rows_seen=total,
        as_of=newest if total else 0,
        usual=round((newest - oldest) / DAY_MS / (days - 1), 1) if days > 1 else None,
        usual_of="обычно раз в",
    )


def _known(given: str, known: dict[str, Any], name: str) -> str:
    if given not in known:
        raise Refused(f"{name} is one of {', '.join(known)}")
    return given


_TOOLS: dict[ToolName, _Tool] = {
    "shipped": _sum,
    "reserved": _sum,
    "picked": _sum,
    "inbound": _sum,
    "returns": _sum,
    "stock_now": _stock,
    "compare": _compare,
    "biggest_day": _biggest,
    "last": _last,
    "count": _count,
    "meetings": meetings,
    "promises": promises,
    "alerts": alerts,
    "risk_history": risk_history,
    "tone": tone,
    "problems": problems,
}
