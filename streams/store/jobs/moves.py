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
from typing import Protocol

import msgspec

from processors.belonging import names, under, whose
from processors.contact import link_key, ref_of
from processors.days import local_day
from processors.identity import Identities
from processors.lead import LATE_MS
from processors.unlearn import moved_from
from schemas.codec import EVENT, Codec
from schemas.errors import NotYet
from schemas.events import EventsMoved, MeetingTranscribed
from schemas.sources import Unassigned
from schemas.topics import LEAD_EVENTS, LEAD_UNASSIGNED
from schemas.types import LeadId, LocalDay, Millis
from streams.engine.clock import Clock
from streams.engine.identities import KnownIdentities
from streams.engine.kafka import Output
from streams.engine.settle import Batch, Outcome
from streams.store.database import Database
from streams.store.jobs.misplaced import Events, Move, Row
from streams.store.jobs.ticks import Send

log = logging.getLogger(__name__)

_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)

AT_ONCE = 1000
"""Events moved by one statement: some MB."""

READ_MS = 5000
"""So long after a link the last event that was read without it is on `lead.events`: the tables of `pipeline` follow
within milliseconds."""
PATIENCE = 30.0
"""Seconds that all of `lead.events` may take to be stored before a move looks again."""


class Counted(Protocol):
    """Counts the days of leads anew."""

    async def recount(self, leads: Iterable[LeadId]) -> None:
        """As `Baselines.recount`."""


class Retold(Protocol):
    """Has summaries of chats made anew."""

    async def again(self, days: Iterable[tuple[LeadId, Millis]]) -> None:
        """As `Chats.again`."""


class Moves:
    """Settle's `Process` of `identities`."""

    def __init__(
        self,
        database: Database,
        known: KnownIdentities,
        send: Send,
        stored: Callable[[float], Awaitable[bool]],
        counted: Counted,
        retold: Retold,
        clock: Clock,
    ) -> None:
        self._database, self._known, self._send = database, known, send
        self._stored, self._counted, self._retold, self._clock = stored, counted, retold, clock
        self._events = Events(database)
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
        moved, after = 0, None
        while rows := await self._events.found_by(clients, since, after, AT_ONCE):
            after = rows[-1]
            owners = [(row, whose(row.event, known)) for row in rows]
            moves = [Move(row, to, names(row.event)[-1]) for row, to in owners if to != row.lead]
            if moves:
                moves += await self._events.verdicts(moves)
                await self._carry_out(moves)
                moved += len(moves)
        return moved

    async def _carry_out(self, moves: list[Move]) -> None:
        lost: dict[LeadId, list[Row]] = defaultdict(list)
        for move in moves:
            lost[move.row.lead].append(move.row)
        spoilt = await self._events.spoilt(moves)
        for row in spoilt:
            lost[row.lead].append(row)
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
        await self._database.forget([(row.lead, row.id) for rows in lost.values() for row in rows])
        await self._counted.recount(lost)
        await self._retold.again([(row.lead, row.at) for row in spoilt])

    def _told(self, lead: LeadId, rows: list[Row], first: LocalDay) -> EventsMoved:
        lost = [(row.event, row.stored, row.live) for row in rows]
        return moved_from(lead, lost, first, whole=self._known.identities.merged(lead) != lead)


def _output(move: Move) -> Output:
    """The event under its new lead, or waiting for one."""
    event = move.row.event
    if move.to is not None:
        return Output(LEAD_EVENTS.name, move.to.encode(), EVENT.encode(under(event, move.to)))
    raw = msgspec.Raw(EVENT.encode(event))
    waits = Unassigned(event.event_id, event.ts, event.source, move.client, LEAD_EVENTS.name, raw, move.row.stored)
    return Output(LEAD_UNASSIGNED.name, link_key(move.client).encode(), _UNASSIGNED.encode(waits))
