"""`identities`: what the store holds of a client whose link was changed or ended goes to whom it belongs now.

Nothing is remembered of former links: an event says by which name its lead was found (its chat, or `client` of a
warehouse event), and what stands under another lead than that name has now is moved. To another lead it goes by
`lead.events`, without one back to `lead.unassigned`, both with its own id and time; then its old row is deleted, and
the lead that lost it gets its days counted anew (`baselines`). A kill in between does it once more, which is harmless
for the ids are the same.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import msgspec

from processors.contact import link_key, ref_of
from processors.identity import Identities
from schemas.codec import EVENT, Codec, Rejected
from schemas.errors import NotYet
from schemas.sources import Unassigned
from schemas.topics import LEAD_EVENTS, LEAD_UNASSIGNED
from schemas.types import LeadId, Millis
from streams.engine.clock import Clock
from streams.engine.identities import KnownIdentities
from streams.engine.kafka import Output
from streams.engine.settle import Batch, Outcome
from streams.store.database import Database
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

MISPLACED = """
WITH if(kind IN ('message', 'message_edited', 'message_deleted'),
        concat('tg_chat:', JSONExtractString(payload, 'chat_id')), JSONExtractString(payload, 'client')) AS client
SELECT lead_id, event_id, client, payload, toUnixTimestamp64Milli(ingested_at) FROM events FINAL
WHERE kind IN ('message', 'message_edited', 'message_deleted', 'reservation', 'pick', 'shipment', 'inbound', 'return',
               'adjustment', 'stock_snapshot')
    AND client IN {clients:Array(String)}
    AND lead_id != transform(client, {clients:Array(String)}, {leads:Array(String)}, '')
ORDER BY ts, event_id LIMIT {limit:UInt32}"""


class Counted(Protocol):
    """Counts the days of leads anew."""

    async def recount(self, leads: Iterable[LeadId]) -> None:
        """As `Baselines.recount`."""


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

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `NotYet` while events of before the links may be on their way or the table does not hold the batch,
        `Transient`, `StatementFailed`."""
        left = batch.records[-1].timestamp + READ_MS - self._clock()
        if left > 0:
            raise NotYet("events of before the link may be on their way", retry_after=left / 1000)
        await self._known.reach(batch.records[-1].offset + 1)
        known = self._known.identities
        leads = {key: known.find(ref_of(key)) or "" for key in self._keys(batch, known)}
        if leads:
            await self._move(leads)
        return Outcome()

    @staticmethod
    def _keys(batch: Batch, known: Identities) -> set[str]:
        """Under all names of the chats: a link of one of them is a link of all."""
        keys: set[str] = set()
        for record in batch.records:
            client = ref_of((record.key or b"").decode(errors="replace"))
            if client.kind in ("tg_chat", "tg_moved"):
                keys |= {f"tg_chat:{chat}" for chat in known.chats(client.value)}
            else:
                keys.add(link_key(client))
        return keys

    async def _move(self, leads: dict[str, LeadId]) -> None:
        given = {"clients": list(leads), "leads": list(leads.values()), "limit": AT_ONCE}
        if not await self._stored(PATIENCE):
            raise NotYet("lead.events are not stored to their end yet", retry_after=1.0)
        moved = 0
        while rows := await self._database.read(MISPLACED, given):
            await self._send([_output(client, leads[client], payload, at) for _, _, client, payload, at in rows])
            losers = {lead for lead, *_ in rows}
            for lead in losers:
                await self._database.forget(lead, [id_ for of, id_, *_ in rows if of == lead])
            await self._counted.recount(losers)
            moved += len(rows)
        if moved:
            log.info("events moved to whom they belong", extra={"events": moved, "links": len(leads)})


def _output(client: str, lead: LeadId, payload: str, at: Millis) -> Output:
    """`payload` under its new lead, or waiting for one. What was stored can be read."""
    event = EVENT.decode(payload.encode())
    assert not isinstance(event, Rejected), event.reason
    if lead:
        return Output(LEAD_EVENTS.name, lead.encode(), EVENT.encode(msgspec.structs.replace(event, lead_id=lead)))
    raw = msgspec.Raw(payload.encode())
    waits = Unassigned(event.event_id, event.ts, event.source, ref_of(client), LEAD_EVENTS.name, raw, at)
    return Output(LEAD_UNASSIGNED.name, client.encode(), _UNASSIGNED.encode(waits))
