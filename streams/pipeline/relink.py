"""What waited for its client on `lead.unassigned` goes back to its source topic when a person links the client.

Nothing here hangs on seeing a change live (design rule 11). `Relink` settles `identities`: a batch of links is done
when everything that waited for them was published. `Recheck` settles `lead.unassigned`: what was put there after the
scan, by a process that did not know the link yet, is published too. A record sent again takes the ordinary way, under
its own key, with its own id and time; after a kill it may be sent twice, which is harmless for the same reason.
"""

import logging
from collections.abc import Iterable

import msgspec
from aiokafka import ConsumerRecord

from processors.belonging import under, whose
from processors.contact import link_key, ref_of
from processors.identity import Identities
from schemas.codec import EVENT, Codec, Rejected
from schemas.sources import Unassigned
from schemas.topics import LEAD_EVENTS, LEAD_UNASSIGNED
from streams.engine.identities import KNOWN, KnownIdentities, identity_of
from streams.engine.kafka import FIRST_APPENDED, FIRST_PLACE, Output, Outputs
from streams.engine.process import number_of
from streams.engine.reader import Reader
from streams.engine.settle import Batch, Outcome

log = logging.getLogger(__name__)

_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)

MOST_AT_ONCE, MOST_BYTES = 1000, 8 << 20
"""Records and bytes sent at once: transcripts have megabytes."""

IDS_SEEN = 200_000
"""Ids of one scan by which an event that waits twice is sent once (20 MB). Beyond it, sent twice is harmless."""


class Relink:
    """`identities`: every link of a batch gets what waits for it, with one scan for all of them.

    A chat with several ids is linked under all of them by a link of any.
    """

    def __init__(self, unassigned: Reader, outputs: Outputs, known: KnownIdentities) -> None:
        self._unassigned, self._outputs, self._known = unassigned, outputs, known

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`. Of several records of a key the last one counts; a tombstone is owed nothing.

        Raises `NotYet` while the table does not hold the batch.
        """
        await self._known.reach(batch.records[-1].offset + 1)
        outcome = Outcome()
        owed: dict[bytes, bool] = {}
        for record in batch.records:
            identity = identity_of(record)
            if isinstance(identity, Rejected):
                outcome.rejected.append((record, identity))
                continue
            moved = f"tg_chat:{identity.value}".encode() if identity is not None and identity.was else None
            owed[_normal(moved or record.key)] = identity is not None and bool(identity.was or identity.lead_id)
        keys = {name for key, linked in owed.items() if linked for name in self._names(key)}
        if keys:
            sent = await self._publish(keys, batch.records[-1].offset + 1)
            log.info("identities linked", extra={"links": len(keys), "published_again": sent})
        return outcome

    def _names(self, key: bytes) -> Iterable[bytes]:
        """The keys of a client that is linked, of which `key` is one."""
        client = ref_of(key.decode())
        if client.kind != "tg_chat":
            return [key]
        if self._known.identities.find(client) is None:
            return []
        return [f"tg_chat:{chat}".encode() for chat in self._known.identities.chats(client.value)]

    async def _publish(self, keys: set[bytes], known: int) -> int:
        seen: dict[str, None] = {}
        waiting: list[Output] = []
        size = sent = 0
        recordings = any(key.startswith(b"recording:") for key in keys)
        async for record in self._unassigned.read(range(LEAD_UNASSIGNED.partitions)):
            key = _normal(record.key)
            named = not keys.isdisjoint((key, _chat_of(key)))
            if not named and not (recordings and key.startswith(b"jitsi_room:")):
                continue
            event = _UNASSIGNED.decode(record.value)
            if isinstance(event, Rejected):
                log.warning("unassigned record unreadable", extra={"offset": record.offset})
                continue
            if event.event_id in seen or not (named or _recording_of(event) in keys):
                continue
            if len(seen) < IDS_SEEN:
                seen[event.event_id] = None
            waiting.append(again(record, event, known, self._known.identities))
            size += len(record.value)
            if len(waiting) >= MOST_AT_ONCE or size >= MOST_BYTES:
                await self._outputs.send(waiting)
                sent, size, waiting = sent + len(waiting), 0, []
        await self._outputs.send(waiting)
        return sent + len(waiting)


def _chat_of(key: bytes) -> bytes:
    """Of a topic the key of its chat: who links the chat links its topics."""
    return b"tg_chat:" + key[9:].partition(b"/")[0] if key.startswith(b"tg_topic:") else key


class _Meeting(msgspec.Struct):
    recording_id: str = ""
    recording: "_Meeting | None" = None


_MEETING: Codec[_Meeting] = Codec(_Meeting)


def _recording_of(event: Unassigned) -> bytes:
    """Key of the recording that waits under its room's name: itself, its words, or an event of it."""
    found = _MEETING.decode(bytes(event.record))
    if isinstance(found, Rejected):
        return b""
    return f"recording:{(found.recording or found).recording_id}".encode()


def _normal(key: bytes | None) -> bytes:
    return link_key(ref_of((key or b"").decode(errors="replace"))).encode()


class Recheck:
    """`lead.unassigned`: whose client is linked by now goes back to its source topic.

    A scan that missed the record had begun before it was written, so the link was on `identities` before it too: a
    table that has come to the end of that topic knows it.
    """

    def __init__(self, known: KnownIdentities) -> None:
        self._known = known

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`. What cannot be read is the store's dead letter, not ours too."""
        known = await self._known.catch_up()
        events = ((record, _UNASSIGNED.decode(record.value)) for record in batch.records)
        return Outcome(
            outputs=[
                again(record, event, known, self._known.identities)
                for record, event in events
                if not isinstance(event, Rejected) and self._known.identities.find(event.client) is not None
            ]
        )


def again(record: ConsumerRecord[bytes, bytes], event: Unassigned, known: int, identities: Identities) -> Output:
    """The source record of `event` once more, to be read by a table that holds all of `identities` before `known`; an
    event that lost its lead when a link ended (`streams.store.jobs.moves`) goes to the one that it has now."""
    if event.topic == LEAD_EVENTS.name:
        moved = EVENT.decode(bytes(event.record))
        lead = None if isinstance(moved, Rejected) else whose(moved, identities)
        if not isinstance(moved, Rejected) and lead is not None:
            return Output(event.topic, lead.encode(), EVENT.encode(under(moved, lead)))
    key = event.key.encode() if event.key else record.key
    first = event.appended or event.ts
    place = ((FIRST_PLACE, event.origin.encode()),) if event.origin else ()
    headers = ((FIRST_APPENDED, b"%d" % first), *place, (KNOWN, b"%d" % known))
    return Output(event.topic, key, bytes(event.record), headers=headers)


def needed(records: Iterable[ConsumerRecord[bytes, bytes]]) -> int:
    """Up to which offset of `identities` the table must have come for these records; 0 where it does not matter."""
    return max(
        (number_of(value, 0) for record in records for name, value in record.headers if name == KNOWN), default=0
    )
