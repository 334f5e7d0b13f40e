"""One person of a client who stays goes out of the rows that others stay in (`processors.privacy.parting` says how).

A row is written again without him, with its own key and seniority, and only then the old one is deleted, which is known
by a digest over its columns. So a kill in between owes nothing: of two rows with one key and seniority the later one
stays, and what is still there is found again. Events come last: by them it is known what is his in the other tables.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from processors.days import local_day
from processors.lead import LATE_MS
from processors.privacy.erasing import part_of
from processors.privacy.parting import Part
from processors.unlearn import moved_from
from schemas.codec import EVENT, Rejected
from schemas.erasures import Erasure
from schemas.events import Event
from schemas.topics import LEAD_EVENTS
from schemas.types import LeadId, Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.store.database import Database
from streams.store.jobs.moves import Counted
from streams.store.jobs.ticks import Send
from streams.store.sinks.cards import CARDS
from streams.store.sinks.columns import TIME, WORD, Rows, Table, rows_of
from streams.store.sinks.commands import ASSISTANT_LINES, COMMAND_EVENTS
from streams.store.sinks.outcomes import OUTCOMES
from streams.store.sinks.passages import PASSAGES
from streams.store.sinks.promises import PROMISE_MARKS, PROMISED
from streams.store.sinks.questions import QUESTIONS
from streams.store.sinks.said import SAID
from streams.store.sinks.tables import ALERTS, EVENTS, REPORTS, SIGNALS, TRANSCRIPTS

log = logging.getLogger(__name__)

PARTED: Final = (
    SIGNALS,
    ALERTS,
    PROMISED,
    PROMISE_MARKS,
    OUTCOMES,
    CARDS,
    QUESTIONS,
    COMMAND_EVENTS,
    ASSISTANT_LINES,
    REPORTS,
    SAID,
    PASSAGES,
    TRANSCRIPTS,
)
"""Besides `events`."""
WHOLE: Final = frozenset({QUESTIONS.name, REPORTS.name, COMMAND_EVENTS.name, ASSISTANT_LINES.name})
"""What tells of him goes as a whole: it is made of words that nobody can tell apart."""
EMPTY: Final = {REPORTS.name: {"body": "{}"}}
"""What is left of such a row. It was published: were the newest not there, it would be made and sent once more."""
WORDLESS: Final = frozenset({"days_kept", "handovers", "recordings", "scores", "stt_jobs"})
"""Tables of clients that have nobody's words or names: ids, times, figures."""
GOODS: Final = ("reservation", "pick", "shipment", "inbound", "return", "adjustment", "stock_snapshot")
AT_ONCE: Final = 1000
PARALLEL: Final = ("owners", "dues", "texts")
"""Columns of `promised`: the n-th of each is one promise."""
_IS_OF: Final = {REPORTS.name: "position(body, {quoted:String}) > 0"}
_DELETING: Final = {"lightweight_deletes_sync": 2, "mutations_sync": 2}

Row = dict[str, Any]
Change = tuple[Row, Row | None]
"""A row as it stands, and as it is to be: None where it goes."""


class Parting:
    """Of all erased persons. `counted` counts the days of leads anew once events are gone."""

    def __init__(self, database: Database, send: Send, counted: Counted, clock: Clock) -> None:
        self._database, self._send, self._counted, self._clock = database, send, counted, clock
        self._seen: dict[str, Any] = {}

    async def look(self, erasure: Erasure) -> int:
        """Take him out wherever he is; of how many rows. Where nothing was stored since the last look, and it is over,
        nothing is read. Raises `Transient`, `StatementFailed`."""
        [state] = await self._database.read(
            "SELECT count(), max(stored_at) FROM events WHERE lead_id = {lead:String}", {"lead": erasure.lead_id}
        )
        if erasure.ended_at and self._seen.get(erasure.erasure_id) == state:
            return 0
        work = _Work(self._database, part_of(erasure.lead_id, erasure.denied))
        gone = sum((await work.rows(change=True, told=self._told)).values())
        if gone:
            await self._counted.recount([erasure.lead_id])
            log.info("rows of an erased person deleted", extra={"erasure": erasure.erasure_id, "rows": gone})
        self._seen[erasure.erasure_id] = state
        return gone

    async def rows(self, lead: LeadId, denied: Sequence[str]) -> dict[str, int]:
        """In how many rows of each table he stands. Changes nothing. Raises as `look`."""
        return await _Work(self._database, part_of(lead, denied)).rows(change=False)

    async def _told(self, lead: LeadId, events: Sequence[tuple[Event, Millis, bool]]) -> None:
        """The lead's state forgets what is gone, and alerts no longer show it."""
        event = moved_from(lead, events, local_day(self._clock() - LATE_MS), whole=False)
        await self._send([Output(LEAD_EVENTS.name, lead.encode(), EVENT.encode(event))])


Told = Callable[[LeadId, Sequence[tuple[Event, Millis, bool]]], Awaitable[None]]


class _Work:
    """One look."""

    def __init__(self, database: Database, part: Part) -> None:
        self._database, self._part = database, part
        self._over: set[int] = set()
        """Ids of events whose own texts go from `said` and `passages`, too."""

    async def rows(self, *, change: bool, told: Told | None = None) -> dict[str, int]:
        """How many of each table; with `change` they are parted. Raises `Transient`, `StatementFailed`."""
        async for rows in self._read(EVENTS):
            await asyncio.to_thread(self._listen, rows)
        events: list[Change] = []
        async for rows in self._read(EVENTS):
            events += await asyncio.to_thread(self._changed, EVENTS, rows)
        found: dict[str, int] = {}
        for table in PARTED:
            async for rows in self._read(table):
                changed = await asyncio.to_thread(self._changed, table, rows)
                found[table.name] = found.get(table.name, 0) + len(changed)
                if change:
                    await self._replace(table, changed)
        found[EVENTS.name] = len(events)
        if change and events:
            if told is not None and (lost := list(self._lost(events))):
                await told(self._part.lead, lost)
            await self._replace(EVENTS, events)
        return found

    async def _read(self, table: Table) -> AsyncIterator[list[Row]]:
        """All of the lead, by pages."""
        where = _IS_OF.get(table.name, "lead_id = {lead:String}")
        if table is EVENTS:
            where += " AND kind NOT IN {goods:Array(String)}"
        columns = ", ".join(f"toUnixTimestamp64Milli({c})" if t == TIME else c for c, t in table.columns.items())
        sql = (
            f"SELECT {columns}, {_DIGEST.format(_hashed(table))} AS row_digest FROM {table.name}"
            f" WHERE {where} AND row_digest > {{after:UInt64}} ORDER BY row_digest LIMIT {AT_ONCE}"
        )
        given: dict[str, Any] = {
            "lead": self._part.lead,
            "quoted": f'"lead_id":"{self._part.lead}"',
            "goods": list(GOODS),
            "after": 0,
        }
        while found := await self._database.read(sql, given):
            yield [dict(zip((*table.columns, "row_digest"), row, strict=True)) for row in found]
            given["after"] = found[-1][-1]

    def _listen(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._part.listen(msgspec.json.decode(row["payload"]))

    def _changed(self, table: Table, rows: Iterable[Row]) -> list[Change]:
        made = ((row, self._event(row) if table is EVENTS else self._row(table, row)) for row in rows)
        if table.name not in WHOLE:
            return [(row, left) for row, left in made if left != row]
        empty = EMPTY.get(table.name)
        gone = (row for row, left in made if left != row or self._tells(table, row))
        return [(row, None if empty is None else row | empty) for row in gone]

    def _tells(self, table: Table, row: Row) -> bool:
        return any(type_ == "String" and self._part.says(row[name]) for name, type_ in table.columns.items())

    def _event(self, row: Row) -> Row | None:
        event = msgspec.json.decode(row["payload"])
        left = self._part.event(event)
        if left is event:
            return row
        if left is None or left.get("minutes") != event.get("minutes"):
            self._over.add(row["event_id"])
        return None if left is None else row | {"payload": msgspec.json.encode(left).decode()}

    def _row(self, table: Table, row: Row) -> Row | None:
        part = self._part
        if part.called(row.get("speaker")) or (table in (SAID, PASSAGES, PROMISED) and row["event_id"] in self._over):
            return None
        left = dict(row)
        if table is PROMISED:
            kept = [
                one
                for one in zip(*(row[name] for name in PARALLEL), strict=True)
                if not part.called(one[0]) and not part.quotes(one[2])
            ]
            left |= {name: [part.text(one[at]) for one in kept] for at, name in enumerate(PARALLEL)}
        for name, type_ in table.columns.items():
            if type_ == "String" and name not in ("lead_id", "origin") and row[name]:
                left[name] = self._text(row[name])
            elif type_ == WORD and name == "speaker":
                left[name] = part.text(row[name])
        return left

    def _text(self, text: str) -> str:
        """Plain, or JSON in a column."""
        if text[0] not in "[{":
            return self._part.text(text)
        try:
            value = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return self._part.text(text)
        cleaned = self._part.clean(value)
        return text if cleaned == value else msgspec.json.encode(cleaned).decode()

    def _lost(self, events: Iterable[Change]) -> Iterator[tuple[Event, Millis, bool]]:
        for row, left in events:
            event = EVENT.decode(row["payload"].encode())
            if isinstance(event, Rejected) or row["kind"] == "events_moved":
                continue
            stored = row["ingested_at"]
            live = left is None and not row["backfill"] and stored - row["ts"] <= LATE_MS
            yield event, stored, live

    async def _replace(self, table: Table, changed: Sequence[Change]) -> None:
        for start in range(0, len(changed), AT_ONCE):
            some = changed[start : start + AT_ONCE]
            new = [tuple(left[name] for name in table.columns) for _, left in some if left is not None]
            for rows in rows_of(table, new):
                await self._insert(rows)
            gone = f"{_DIGEST.format(_hashed(table))} IN {{gone:Array(UInt64)}}"
            where = _IS_OF.get(table.name, "lead_id = {lead:String}")
            given = {
                "lead": self._part.lead,
                "quoted": f'"lead_id":"{self._part.lead}"',
                "gone": [row["row_digest"] for row, _ in some],
            }
            await self._database.change(f"DELETE FROM {table.name} WHERE {where} AND {gone}", given, _DELETING)

    async def _insert(self, rows: Rows) -> None:
        """Under a token of its own each time: what a backup brings back is written again."""
        await self._database.insert(rows, f"parted {time.time_ns()}")


_DIGEST: Final = "cityHash64({})"


def _hashed(table: Table) -> str:
    """All columns of which none may be NULL, for a digest over one is none."""
    return ", ".join(name for name, type_ in table.columns.items() if not type_.startswith("Nullable"))
