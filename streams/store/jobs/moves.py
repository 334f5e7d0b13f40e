"""`identities`: what the store holds of a client whose link was changed or ended goes to whom it belongs now.

Nothing is remembered of former links: an event says by which names its lead was found (`processors.belonging`), and
what stands under another lead than those names have now is moved. To another lead it goes by `lead.events`, without
one back to `lead.unassigned`, both with its own id and time. The lead that lost it is told (`events_moved`), so that
its state forgets it; then the old rows are deleted, and its days are counted anew (`baselines`). A kill in between does
it once more, which is harmless for the ids are the same.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from processors.belonging import CHATS, MEETINGS, names, under, whose
from processors.contact import link_key, ref_of
from processors.days import local_day
from processors.identity import Identities
from processors.lead import LATE_MS
from processors.unlearn import moved_from
from schemas.codec import EVENT, Codec, Rejected
from schemas.errors import NotYet
from schemas.events import Event, EventsMoved, MeetingTranscribed
from schemas.sources import ClientRef, Unassigned
from schemas.topics import LEAD_EVENTS, LEAD_UNASSIGNED
from schemas.types import LeadId, LocalDay, Millis
from streams.engine.clock import Clock
from streams.engine.identities import KnownIdentities
from streams.engine.kafka import Output
from streams.engine.settle import Batch, Outcome
from streams.store.database import Database
from streams.store.jobs.ticks import Send
from streams.store.sinks.rows import KINDS

log = logging.getLogger(__name__)

_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)

AT_ONCE = 1000
"""Events moved by one statement: some MB."""

READ_MS = 5000
"""So long after a link the last event that was read without it is on `lead.events`: the tables of `pipeline` follow
within milliseconds."""
PATIENCE = 30.0
"""Seconds that all of `lead.events` may take to be stored before a move looks again."""

OWN = {"alert_action", "alert_mailed", "alerts_muted", "baseline", "events_moved", "identity_linked", "tick", "fleet"}
"""Kinds that no link moves: what is about alerts, and what is counted."""
NAMED = sorted(set(KINDS.values()) - OWN)
"""Kinds that belong to whom a link says: also one that is new tomorrow."""

_FIELD = "JSONExtractString(payload, '{}')"
_COLUMNS = """lead_id, event_id, payload, toUnixTimestamp64Milli(ts) AS at,
    toUnixTimestamp64Milli(ingested_at) AS stored, backfill"""
FOUND_BY = f"""
WITH {_FIELD.format("client")} AS said, {_FIELD.format("chat_id")} AS chat
SELECT {_COLUMNS} FROM events FINAL
WHERE kind IN {{kinds:Array(String)}} AND stored >= {{since:Int64}}
    AND (at, event_id, lead_id) > ({{at:Int64}}, {{id:UInt64}}, {{lead:String}})
    AND (
        multiIf(said != '', said, kind IN {{chats:Array(String)}}, concat('tg_chat:', chat), concat('lead:', lead_id))
            IN {{clients:Array(String)}}
        OR (kind IN {{chats:Array(String)}}
            AND concat('tg_topic:', chat, '/', {_FIELD.format("topic")}) IN {{clients:Array(String)}})
        OR (kind IN {{meetings:Array(String)}}
            AND (concat('jitsi_room:', lowerUTF8({_FIELD.format("room")})) IN {{clients:Array(String)}}
                OR concat('recording:', {_FIELD.format("recording_id")}) IN {{clients:Array(String)}}))
    )
ORDER BY at, event_id, lead_id LIMIT {{limit:UInt32}}"""
"""Events of which a link of `clients` may say whose they are, after the one that was seen last."""

ABOUT = f"""
SELECT {_COLUMNS} FROM events FINAL
WHERE kind = 'phrase_verdict' AND lead_id IN {{leads:Array(String)}}
    AND {_FIELD.format("about")} IN {{events:Array(String)}}"""
"""What a model said of words that go to another lead goes with them."""


class Counted(Protocol):
    """Counts the days of leads anew."""

    async def recount(self, leads: Iterable[LeadId]) -> None:
        """As `Baselines.recount`."""


class _Row(NamedTuple):
    """An event of the store: its lead, its id, and when it was appended (ms)."""

    lead: LeadId
    id: int
    event: Event
    at: Millis
    stored: Millis
    live: bool


class _Move(NamedTuple):
    """`to`: None where nobody has it now, and it waits as `client`."""

    row: _Row
    to: LeadId | None
    client: ClientRef


class Moves:
    """Settle's `Process` of `identities`."""

    def __init__(
        self,
        database: Database,
        known: KnownIdentities,
        send: Send,
        stored: Callable[[float], Awaitable[bool]],
        counted: Counted,
        clock: Clock,
    ) -> None:
        self._database, self._known, self._send = database, known, send
        self._stored, self._counted, self._clock = stored, counted, clock
        self._alone = asyncio.Lock()

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `NotYet` while events of before the links may be on their way or the table does not hold the batch,
        `Transient`, `StatementFailed`."""
        left = batch.records[-1].timestamp + READ_MS - self._clock()
        if left > 0:
            raise NotYet("events of before the link may be on their way", retry_after=left / 1000)
        await self._known.reach(batch.records[-1].offset + 1)
        clients = sorted(self._keys(batch, self._known.identities))
        if clients and not await self._stored(PATIENCE):
            raise NotYet("lead.events are not stored to their end yet", retry_after=1.0)
        await self.mend(clients)
        return Outcome()

    async def sweep(self, since: Millis) -> None:
        """Move what was stored since `since` (ms) under another lead than its name has now: minutes that took hours,
        an event that was on its way for longer than `READ_MS`. Raises as `__call__`."""
        await self._known.catch_up()
        if not await self._stored(PATIENCE):
            raise NotYet("lead.events are not stored to their end yet", retry_after=1.0)
        await self.mend(self._known.identities.keys(), since)

    async def mend(self, clients: Sequence[str], since: Millis = 0) -> None:
        """Move what was stored since then and was found by these names. Raises `Transient`, `StatementFailed`."""
        moved = 0
        async with self._alone:
            for start in range(0, len(clients), AT_ONCE):
                moved += await self._move(clients[start : start + AT_ONCE], since)
        if moved:
            log.info("events moved to whom they belong", extra={"events": moved, "links": len(clients)})

    @staticmethod
    def _keys(batch: Batch, known: Identities) -> set[str]:
        """Under all names of the chats: a link of one of them is a link of all; and of a lead that was merged with
        another, or is no more, under all names that it has."""
        keys: set[str] = set()
        for record in batch.records:
            client = ref_of((record.key or b"").decode(errors="replace"))
            if client.kind in ("tg_chat", "tg_moved"):
                keys |= {f"tg_chat:{chat}" for chat in known.chats(client.value)}
            elif client.kind == "lead":
                keys.update(known.names(client.value))
            else:
                keys.add(link_key(client))
        return keys

    async def _move(self, clients: Sequence[str], since: Millis) -> int:
        known = self._known.identities
        given: dict[str, Any] = {"clients": list(clients), "since": since}
        given |= {"kinds": NAMED, "chats": list(CHATS), "meetings": list(MEETINGS)}
        after: dict[str, Any] = {"at": -(1 << 62), "id": 0, "lead": ""}
        moved = 0
        while rows := await self._read(FOUND_BY, given | after | {"limit": AT_ONCE}):
            after = {"at": rows[-1].at, "id": rows[-1].id, "lead": rows[-1].lead}
            owners = [(row, whose(row.event, known)) for row in rows]
            moves = [_Move(row, to, names(row.event)[-1]) for row, to in owners if to != row.lead]
            if moves:
                moves += await self._verdicts(moves)
                await self._carry_out(moves)
                moved += len(moves)
        return moved

    async def _read(self, sql: str, given: dict[str, Any]) -> list[_Row]:
        return [
            _Row(lead, id_, _decoded(payload), at, stored, not backfill and stored - at <= LATE_MS)
            for lead, id_, payload, at, stored, backfill in await self._database.read(sql, given)
        ]

    async def _verdicts(self, moves: list[_Move]) -> list[_Move]:
        goes = {(move.row.lead, move.row.event.event_id): move for move in moves}
        given = {"leads": sorted({lead for lead, _ in goes}), "events": [id_ for _, id_ in goes]}
        found = []
        for row in await self._read(ABOUT, given):
            move = goes.get((row.lead, getattr(row.event, "about", "")))
            if move is not None:
                event = msgspec.structs.replace(row.event, client=link_key(move.client))
                found.append(move._replace(row=row._replace(event=event)))
        return found

    async def _carry_out(self, moves: list[_Move]) -> None:
        lost: dict[LeadId, list[_Row]] = defaultdict(list)
        for move in moves:
            lost[move.row.lead].append(move.row)
        await self._send(map(_output, moves))
        first = local_day(self._clock() - LATE_MS)  # the days before it are counted anew
        await self._send(
            Output(LEAD_EVENTS.name, lead.encode(), EVENT.encode(self._told(lead, rows, first)))
            for lead, rows in lost.items()
        )
        heard = [
            (move.row.lead, of.recording_id) for move in moves if isinstance(of := move.row.event, MeetingTranscribed)
        ]
        if heard:
            await self._database.forget_words(heard)
        await self._database.forget([(move.row.lead, move.row.id) for move in moves])
        await self._counted.recount(lost)

    def _told(self, lead: LeadId, rows: list[_Row], first: LocalDay) -> EventsMoved:
        lost = [(row.event, row.stored, row.live) for row in rows]
        return moved_from(lead, lost, first, whole=self._known.identities.merged(lead) != lead)


def _decoded(payload: str) -> Event:
    """What was stored can be read."""
    event = EVENT.decode(payload.encode())
    assert not isinstance(event, Rejected), event.reason
    return event


def _output(move: _Move) -> Output:
    """The event under its new lead, or waiting for one."""
    event = move.row.event
    if move.to is not None:
        return Output(LEAD_EVENTS.name, move.to.encode(), EVENT.encode(under(event, move.to)))
    raw = msgspec.Raw(EVENT.encode(event))
    waits = Unassigned(event.event_id, event.ts, event.source, move.client, LEAD_EVENTS.name, raw, move.row.stored)
    return Output(LEAD_UNASSIGNED.name, link_key(move.client).encode(), _UNASSIGNED.encode(waits))
