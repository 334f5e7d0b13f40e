"""Where a client's data are: read, nothing changed. For a plan, and for each step of an erasure."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from urllib.parse import quote

from aiokafka import ConsumerRecord

from alerting.outbox import Item
from processors.answered import lead_of
from processors.commands.canon import read
from processors.contact import link_key
from processors.privacy.erasing import digest, said_in, told_by
from schemas.assistant import Remembered
from schemas.codec import Codec, Rejected
from schemas.command_codecs import REMEMBERED, STANDING
from schemas.commands import Standing
from schemas.sources import Identity, Unassigned
from schemas.speech import AwaitedRecording, FinishedRecording, Kept, RefusedRecording
from schemas.topics import (
    ASSISTANT_MEMORY,
    CLIENTS,
    COMMAND_STATE,
    IDENTITIES,
    LEAD_UNASSIGNED,
    OUTBOX,
    SEGMENTS,
    TopicSpec,
)
from schemas.types import LeadId
from streams.clients.store import call, whole_history
from streams.engine.identities import IDENTITY
from streams.engine.reader import Reader
from streams.settings import Settings

ITEM: Codec[Item] = Codec(Item)
KEPT: Codec[Kept] = Codec(Kept)
_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)

MARKS = FinishedRecording | AwaitedRecording | RefusedRecording


class Places:
    """Of one installation."""

    def __init__(self, loaded: Settings) -> None:
        self._loaded, self._kafka, self._store = loaded, loaded.kafka, loaded.store

    async def known_by(self, lead: LeadId) -> tuple[list[str], list[str]]:
        """Every name that leads to him, as `identities` keys it, and where his recordings are. Raises `Transient`."""
        refs = set()
        async for record in Reader(self._kafka, IDENTITIES).read([0]):
            identity = IDENTITY.decode(record.value) if record.value else None
            if isinstance(identity, Identity) and lead in (identity.lead_id, identity.was, lead_of(identity)):
                refs.add((record.key or b"").decode())
        paths = set()
        async for record in Reader(self._kafka, SEGMENTS).read(range(SEGMENTS.partitions)):
            mark = KEPT.decode(record.value) if record.value else None
            if (
                isinstance(mark, FinishedRecording | AwaitedRecording | RefusedRecording)
                and mark.recording.lead_id == lead
            ):
                paths.add(mark.recording.path)
        for event in await asyncio.to_thread(lambda: list(whole_history(self._store, lead))):
            payload = event["payload"]
            if payload.get("path"):
                paths.add(str(payload["path"]))
            if payload.get("client"):
                refs.add(str(payload["client"]))
            if payload.get("chat_id"):
                refs.add(f"tg_chat:{payload['chat_id']}")
        return sorted(refs), sorted(paths)

    def files(self, lead: LeadId) -> list[Path]:
        """Folders and files that bear his number."""
        loaded = self._loaded
        folders = [loaded.speech.recordings / lead, loaded.minutes.exports / lead]
        days = loaded.export.telegram.glob(f"*/{lead}.*") if loaded.export.telegram.is_dir() else ()
        return [place for place in [*folders, *days] if place.exists()]

    async def rows(self, lead: LeadId) -> dict[str, int]:
        """Of each table of the store. Raises `Transient`."""
        found: dict[str, int] = (await asyncio.to_thread(call, self._store, f"/api/leads/{quote(lead)}/rows"))["tables"]
        return found

    async def links(self, lead: LeadId, refs: Iterable[str]) -> AsyncIterator[tuple[TopicSpec, str]]:
        names = set(refs)
        for key, record in (await self.standing(IDENTITIES)).items():
            identity = IDENTITY.decode(record.value or b"")
            of_his = isinstance(identity, Identity) and lead in (identity.lead_id, identity.was, lead_of(identity))
            if key in names or of_his:
                yield IDENTITIES, key
        for key in await self.standing(CLIENTS):
            if key.partition("/")[0] == lead:
                yield CLIENTS, key

    async def messages(
        self, lead: LeadId, refs: Iterable[str] = (), paths: Iterable[str] = ()
    ) -> AsyncIterator[ConsumerRecord]:
        """Those to his curator, and any that names his number (a report tells of several clients), a chat or phone of
        his (it was asked whose that is), or a recording (what is wrong with it)."""
        his = [*told_by(refs), *paths]
        for record in (await self.standing(OUTBOX)).values():
            item = ITEM.decode(record.value or b"")
            if not isinstance(item, Item):
                continue
            if (
                item.to == f"lead:{lead}"
                or names(item, lead)
                or any(one in item.key or one in item.text for one in his)
            ):
                yield record

    async def memory(self, lead: LeadId) -> AsyncIterator[tuple[ConsumerRecord, str]]:
        """What the assistant remembers of him, and wishes of our people that name his number; each with its words."""
        for key, record in (await self.standing(ASSISTANT_MEMORY)).items():
            kept = REMEMBERED.decode(record.value or b"")
            words = kept.text if isinstance(kept, Remembered) else ""
            if key.startswith(f"lead/{lead}/") or has_number(words, lead):
                yield record, words

    async def thoughts(self, lead: LeadId) -> AsyncIterator[tuple[TopicSpec, ConsumerRecord, str]]:
        """Commands about him as they stand, and what the assistant remembers; each with its words."""
        for record in (await self.standing(COMMAND_STATE)).values():
            standing = STANDING.decode(record.value or b"")
            command = read(standing.body) if isinstance(standing, Standing) else standing
            if not isinstance(command, Rejected) and isinstance(standing, Standing) and command.lead_id == lead:
                yield COMMAND_STATE, record, said_in(standing)
        async for record, words in self.memory(lead):
            yield ASSISTANT_MEMORY, record, words

    async def waiting(self, denied: set[str], since: int) -> AsyncIterator[tuple[ConsumerRecord, bool]]:
        """All of the topic, each with whether it is his; `since` -1: of any time."""
        async for record in Reader(self._kafka, LEAD_UNASSIGNED).read([0]):
            event = _UNASSIGNED.decode(record.value or b"")
            is_his = isinstance(event, Unassigned) and digest(link_key(event.client)) in denied
            yield record, is_his and (since < 0 or event.ts <= since)  # type: ignore[union-attr]

    async def standing(self, topic: TopicSpec) -> dict[str, ConsumerRecord]:
        """The newest record of each key that was not taken away."""
        standing: dict[str, ConsumerRecord] = {}
        async for record in Reader(self._kafka, topic).read(range(topic.partitions)):
            key = (record.key or b"").decode(errors="replace")
            standing.pop(key, None)
            if record.value is not None:
                standing[key] = record
        return standing


def names(item: Item, lead: LeadId) -> bool:
    """Whether a message says his number, as a word of its own."""
    return has_number(item.text, lead)


def has_number(text: str, lead: LeadId) -> bool:
    """Whether a text says his number, as a word of its own."""
    return lead in "".join(char if char.isdigit() else " " for char in text).split()
