"""What the tables have of a trace: rows as values, each question bounded."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from schemas.types import LeadId, Millis
from streams.store.database import Database

MOST_EVENTS, MOST_FINDINGS = 40, 100
"""Of one trace: a raw record may hold a warehouse's day."""


class Stored(NamedTuple):
    """An event in a client's history."""

    lead: LeadId
    number: int
    kind: str
    parsed_at: Millis
    stored_at: Millis
    origin: str
    ref: str


class Found(NamedTuple):
    """A signal."""

    lead: LeadId
    number: int
    alert: int
    rule: str
    at: Millis
    origin: str
    events: list[int]


class Told(NamedTuple):
    """A version of an alert."""

    lead: LeadId
    number: int
    version: int
    rule: str
    status: str
    at: Millis
    rings: bool
    held: str
    origin: str
    events: list[int]


class Delivered(NamedTuple):
    """A thing that went out, or is to."""

    outlet: str
    key: str
    version: int
    result: str
    wanted_at: Millis
    delivered_at: Millis
    tries: int
    error: str
    retry_at: Millis
    origin: str
    chat: int
    message: int


class Letter(NamedTuple):
    """A dead letter and what a person did about it (`answer` is empty while it is open)."""

    agent: str
    place: str
    error_class: str
    error: str
    at: Millis
    answer: str
    answered_at: Millis


class Waits(NamedTuple):
    """An event whose client is not known."""

    number: int
    client: str
    at: Millis
    origin: str


_RESTS = (
    "lead_id IN {leads:Array(String)} AND (hasAny(event_ids, {ids:Array(UInt64)}) OR origin IN {origins:Array(String)})"
)


def _ms(column: str) -> str:
    return f"toUnixTimestamp64Milli({column})"


_EVENTS = f"""
SELECT lead_id, event_id, kind, {_ms("ingested_at")} AS parsed_at, {_ms("stored_at")}, origin, ref
FROM events WHERE {{where}}
ORDER BY seniority DESC LIMIT 1 BY lead_id, event_id LIMIT {MOST_EVENTS + 1}"""

_SIGNALS = f"""
SELECT lead_id, signal_id, alert_id, rule, {_ms("ingested_at")}, origin, event_ids
FROM signals FINAL WHERE {{where}} ORDER BY ingested_at LIMIT {MOST_FINDINGS}"""

_ALERTS = f"""
SELECT lead_id, alert_id, version, rule, status, {_ms("ingested_at")}, rings, held, origin, event_ids
FROM alerts FINAL WHERE {{where}} ORDER BY alert_id, version LIMIT {MOST_FINDINGS}"""

_DELIVERIES = f"""
SELECT outlet, key, version, result, {_ms("wanted_at")}, {_ms("delivered_at")}, tries, error, {_ms("retry_at")},
    origin, chat, message_id
FROM deliveries WHERE {{where}} ORDER BY wanted_at, version LIMIT {MOST_FINDINGS}"""

_LETTERS = f"""
SELECT l.agent, concat(l.topic, '/', toString(l.partition), '/', toString(l.offset)), l.error_class, l.error,
    {_ms("l.ingested_at")}, a.answer, {_ms("a.ingested_at")}
FROM (SELECT * FROM failures FINAL WHERE {{where}}) AS l
LEFT JOIN (SELECT * FROM failure_answers FINAL) AS a
    ON a.topic = l.topic AND a.partition = l.partition AND a.offset = l.offset AND a.agent = l.agent AND a.ts = l.ts
        AND a.item = l.item
ORDER BY l.ingested_at LIMIT {MOST_FINDINGS}"""

_WAITING = f"""
SELECT event_id, concat(client_kind, ':', client_value), {_ms("ingested_at")}, origin
FROM unassigned FINAL WHERE {{where}} ORDER BY ingested_at LIMIT {MOST_EVENTS}"""


class Rows:
    """Questions to the tables. Each raises `Transient`, `StatementFailed`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(
        self,
        ids: Collection[int] = (),
        origins: Collection[str] = (),
        refs: Collection[str] = (),
        leads: Collection[LeadId] = (),
    ) -> list[Stored]:
        """Those that have one of these ids, origins or names at their source; by three bloom filters, and where `leads`
        are known by the table's key, too."""
        found: dict[tuple[LeadId, int], Stored] = {}
        theirs = "lead_id IN {leads:Array(String)} AND " if leads else ""
        for column, type_, of in (("event_id", "UInt64", ids), ("origin", "String", origins), ("ref", "String", refs)):
            if of:  # one filter a question: an OR over columns would read the table
                where = f"{theirs}{column} IN {{of:Array({type_})}}"
                for row in await self._ask(_EVENTS, where, of=list(of), leads=list(leads)):
                    event = Stored(*row)
                    found.setdefault((event.lead, event.number), event)
        return sorted(found.values(), key=lambda event: (event.parsed_at, event.number))

    async def signals(self, leads: Collection[LeadId], ids: Collection[int], origins: Collection[str]) -> list[Found]:
        """Of these clients those that rest on one of these events, or that one of these records showed."""
        rows = await self._ask(_SIGNALS, _RESTS, leads=list(leads), ids=list(ids), origins=list(origins))
        return [Found(*row) for row in rows]

    async def signals_of(self, alerts: Iterable[int] = (), signals: Iterable[int] = ()) -> list[Found]:
        """Those with one of these ids, and those that opened or went into these alerts."""
        where = "alert_id IN {alerts:Array(UInt64)} OR signal_id IN {signals:Array(UInt64)}"
        return [Found(*row) for row in await self._ask(_SIGNALS, where, alerts=list(alerts), signals=list(signals))]

    async def alerts(self, ids: Iterable[int]) -> list[Told]:
        """Every version of these alerts."""
        return [Told(*row) for row in await self._ask(_ALERTS, "alert_id IN {ids:Array(UInt64)}", ids=list(ids))]

    async def alerts_of(self, leads: Collection[LeadId], ids: Collection[int], origins: Collection[str]) -> list[int]:
        """Alerts of these clients that rest on one of these events, or that one of these records changed."""
        rows = await self._ask(_ALERTS, _RESTS, leads=list(leads), ids=list(ids), origins=list(origins))
        return list(dict.fromkeys(Told(*row).number for row in rows))

    async def alerts_said_in(self, chat: int, message: int) -> list[str]:
        """Keys of the outbox that a message of ours in Telegram tells of."""
        rows = await self._database.read(
            "SELECT DISTINCT key FROM outbox WHERE chat = {chat:Int64} AND message_id = {message:Int64} LIMIT 10",
            {"chat": chat, "message": message},
        )
        return [key for (key,) in rows]

    async def deliveries(self, keys: Collection[str], origins: Collection[str]) -> list[Delivered]:
        """Of these messages to people; and to other systems, of these keys or records."""
        rows = await self._ask(_DELIVERIES, "key IN {keys:Array(String)}", keys=list(keys))
        where = "outlet != 'telegram' AND origin IN {origins:Array(String)}"
        rows = [*rows, *(await self._ask(_DELIVERIES, where, origins=list(origins)))]
        return list(dict.fromkeys(Delivered(*row) for row in rows))

    async def letters(self, places: Collection[str], ids: Iterable[int] = ()) -> list[Letter]:
        """Of these raw records, and those on `lead.events` that hold one of these events."""
        words = [f'"{number:016x}"' for number in ids]
        where = (
            "concat(topic, '/', toString(partition), '/', toString(offset)) IN {places:Array(String)}"
            " OR (topic = 'lead.events' AND arrayExists(word -> position(payload, word) > 0, {words:Array(String)}))"
        )
        return [Letter(*row) for row in await self._ask(_LETTERS, where, places=list(places), words=words)]

    async def waiting(self, ids: Collection[int], origins: Collection[str]) -> list[Waits]:
        """Events that waited, or wait, for a person to say whose they are."""
        where = "event_id IN {ids:Array(UInt64)} OR (origin != '' AND origin IN {origins:Array(String)})"
        return [Waits(*row) for row in await self._ask(_WAITING, where, ids=list(ids), origins=list(origins))]

    async def _ask(self, sql: str, where: str, **of: Any) -> Sequence[tuple[Any, ...]]:
        return await self._database.read(sql.replace("{where}", where), of)
