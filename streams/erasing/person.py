"""What each step does where one person of a client is erased and the client stays (`processors.privacy.parting`)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

from msgspec.structs import replace

from alerting.outbox import Item
from processors.answered import PARTICIPANT, lead_of
from processors.cards import is_empty
from processors.privacy.erasing import digest, digests, part_of
from processors.privacy.parting import Part, names_of, parted
from schemas.cards import ClientCard
from schemas.codec import Codec, Rejected
from schemas.erasures import Erasure, Standing
from schemas.errors import Transient
from schemas.outlets import Forget
from schemas.privacy import Consent
from schemas.sources import Identity, RoomReport
from schemas.topics import (
    ASSISTANT_MEMORY,
    CLIENTS,
    COMMAND_STATE,
    CONSENTS,
    IDENTITIES,
    LEAD_STATE,
    OBJECTIONS,
    OUTBOX,
    SEGMENTS,
)
from schemas.types import LeadId
from streams.clients.store import call, whole_history
from streams.engine.consents import CONSENT
from streams.engine.cutting import cut_tracks, is_tracks
from streams.engine.deleting import delete_files
from streams.engine.identities import IDENTITY
from streams.engine.kafka import Output, partition_of
from streams.engine.reader import Reader
from streams.erasing.places import ITEM, KEPT, MARKS
from streams.erasing.steps import CALM_LOOKS, PATIENCE_S, PAUSE_S, REPORT, Eraser, tombstone

_CARD: Codec[ClientCard] = Codec(ClientCard)
LARGEST_DOCUMENT = 64 << 20
"""Bytes that are read of one."""


class PersonEraser(Eraser):
    """The steps of `schemas.erasures.OF_PERSON`, by their names; each returns how much went. What waits for its client
    under his phone or mail goes as a client's does."""

    async def plan_of(self, lead: LeadId, person: Consent) -> dict[str, int]:
        """How much there is of him, by place. Raises `Transient`."""
        standing, known = await self.standing(lead, person), digests(lead, person)
        plan = {f"таблица {name}": rows for name, rows in (await self._rows(lead, known)).items() if rows}
        part = part_of(lead, known)
        plan["привязки, карточки, согласия"] = len([1 async for _ in self._links(lead, part, person)])
        denied = {digest(ref) for ref in names_of(person)}
        plan["ждут привязки"] = len([1 async for _, is_his in self._places.waiting(denied, -1) if is_his])
        plan["сообщения в очереди Telegram"] = len(standing.messages)
        plan["команды и память помощника"] = len(standing.commands) + len(standing.memories)
        plan["протоколы и переписка в файлах"] = len(standing.documents)
        tracks = sum(map(is_tracks, standing.recordings))
        plan["записи по участникам, где есть его дорожка"] = tracks
        plan["записи, где он слышен вместе с другими"] = len(standing.recordings) - tracks
        return plan

    async def standing(self, lead: LeadId, person: Consent) -> Standing:
        """What the other places hold of him, while the history still says whose words are his. Raises `Transient`."""
        part = part_of(lead, digests(lead, person))
        recordings, places = await asyncio.to_thread(self._listen, lead, part)
        messages = []
        async for record in self._places.messages(lead, names_of(person)):
            item = ITEM.decode(record.value or b"")
            if isinstance(item, Item) and part.says(item.text):
                messages.append((record.key or b"").decode())
        thoughts: dict[str, list[str]] = {COMMAND_STATE.name: [], ASSISTANT_MEMORY.name: []}
        async for topic, record, words in self._places.thoughts(lead):
            if part.says(words):
                thoughts[topic.name].append((record.key or b"").decode())
        documents = await asyncio.to_thread(lambda: [str(path) for path in self._documents(lead) if _says(part, path)])
        heard = sorted({path for id_, path in places if id_ in recordings})
        return Standing(
            person=person,
            messages=sorted(messages),
            commands=sorted(thoughts[COMMAND_STATE.name]),
            memories=sorted(thoughts[ASSISTANT_MEMORY.name]),
            documents=documents,
            recordings=heard,
            meetings=sorted(recordings),
        )

    async def tables(self, one: Erasure) -> int:
        """The store parts its rows (`streams.store.jobs.parting`); nothing of him is left there for some looks, nor in
        what the rules remember. Raises `Transient`."""
        before = sum((await self._rows(one.lead_id, one.denied)).values())
        clock = asyncio.get_running_loop().time
        deadline, calm = clock() + PATIENCE_S, 0
        while calm < CALM_LOOKS:
            rows = await self._rows(one.lead_id, one.denied)
            left = [name for name, number in rows.items() if number]
            if not left and await self._remembered(one):
                left = [LEAD_STATE.name]
            calm = 0 if left else calm + 1
            if clock() > deadline:
                raise Transient(f"хранилище ещё не удалило всё ({', '.join(left)}); повторите, удаление продолжится")
            await asyncio.sleep(PAUSE_S)
        return before

    async def transcripts(self, one: Erasure) -> int:
        """Words in work of recordings with him; their marks lose his name, or go with the recording. An objection of
        his stays, without his name."""
        part, heard = part_of(one.lead_id, one.denied), set(one.standing.recordings if one.standing else ())
        standing, gone = await self._places.standing(SEGMENTS), list[Output]()
        ids = set()
        for record in standing.values():
            mark = KEPT.decode(record.value or b"")
            if isinstance(mark, MARKS) and mark.recording.path in heard:
                ids.add(mark.recording.recording_id)
        for key, record in standing.items():
            mark = KEPT.decode(record.value or b"")
            if key.partition("/")[0] not in ids:
                continue
            if isinstance(mark, MARKS) and (one.meetings == "keep" or is_tracks(mark.recording.path)):
                people = [name for name in mark.recording.participants if not part.called(name)]
                kept = replace(mark, recording=replace(mark.recording, participants=people))
                gone.append(Output(SEGMENTS.name, key.encode(), KEPT.encode(kept), record.partition))
            else:
                gone.append(tombstone(SEGMENTS, record))
        for key, record in (await self._places.standing(OBJECTIONS)).items():
            report = REPORT.decode(record.value or b"")
            if isinstance(report, RoomReport) and report.lead_id == one.lead_id and part.called(report.name):
                gone.append(Output(OBJECTIONS.name, key.encode(), REPORT.encode(replace(report, name=""))))
        await self._send(gone)
        return len(gone)

    async def messages(self, one: Erasure) -> int:
        """What was to be sent to Telegram with his words or name, and what was; commands and memories that say it."""
        standing = one.standing
        wanted = set(standing.messages if standing else ())
        thoughts = {*standing.commands, *standing.memories} if standing else set()
        records = await self._places.standing(OUTBOX)
        gone = [tombstone(OUTBOX, record) for key, record in records.items() if key in wanted]
        part = part_of(one.lead_id, one.denied)
        gone += [
            tombstone(topic, record)
            async for topic, record, words in self._places.thoughts(one.lead_id)
            if (record.key or b"").decode() in thoughts or part.says(words)
        ]
        await self._send(gone)
        return len(gone)

    async def links(self, one: Erasure) -> int:
        """His links to the client, his contacts on cards, his line of the register."""
        if one.standing is None:
            return 0
        part = part_of(one.lead_id, one.denied)
        gone = [output async for output in self._links(one.lead_id, part, one.standing.person)]
        await self._send(gone)
        return len(gone)

    async def outlets(self, one: Erasure) -> int:
        """As of a client, of the meetings in which he was: what is written of them goes as a whole."""
        meetings = one.standing.meetings if one.standing else []
        if not meetings:
            return 0
        return await self._forget(Forget(forget_id=one.erasure_id, lead_id=one.lead_id, recordings=meetings))

    def _delete(self, one: Erasure) -> int:
        """Documents that name him, his own tracks, and recordings in which all are heard if that was asked for."""
        gone = 0
        if (standing := one.standing) is None:
            return gone
        for name in standing.documents:
            gone += Path(name).is_file()
            Path(name).unlink(missing_ok=True)
        part, speech = part_of(one.lead_id, one.denied), self._loaded.speech
        for name in standing.recordings:
            if is_tracks(name):  # his voice alone: whatever was chosen of what all are heard in
                gone += cut_tracks(speech, name, part.called)
            elif one.meetings == "delete":
                gone += delete_files(speech, name)
        return gone

    def _listen(self, lead: LeadId, part: Part) -> tuple[set[str], list[tuple[str, str]]]:
        """Ids of recordings with him, and all files by such an id (Jibri's, tracks); `part` knows his words then."""
        places, there = list[tuple[str, str]](), set[str]()
        for event in whole_history(self._loaded.store, lead):
            payload = event["payload"]
            part.listen(payload)
            if payload.get("path"):
                places.append((payload["recording_id"], str(payload["path"])))
            if any(map(part.called, payload.get("participants", ()))):
                there.add(payload["recording_id"])
        return there | part.recordings, places

    def _documents(self, lead: LeadId) -> Iterator[Path]:
        recordings = self._loaded.speech.recordings
        for place in self._places.files(lead):
            if not place.is_relative_to(recordings):
                yield from (file for file in sorted(place.rglob("*")) if file.is_file()) if place.is_dir() else [place]

    async def _rows(self, lead: LeadId, known: list[str]) -> dict[str, int]:
        path, body = f"/api/leads/{quote(lead)}/rows", {"denied": known}
        found: dict[str, int] = (await asyncio.to_thread(call, self._loaded.store, path, body))["tables"]
        return found

    async def _links(self, lead: LeadId, part: Part, person: Consent) -> AsyncIterator[Output]:
        for key, record in (await self._places.standing(IDENTITIES)).items():
            identity = IDENTITY.decode(record.value or b"")
            if not isinstance(identity, Identity) or lead not in (identity.lead_id, lead_of(identity)):
                continue
            if part.named(key) or (identity.kind == PARTICIPANT and part.called(identity.name)):
                yield Output(IDENTITIES.name, key.encode(), None)
        for key, record in (await self._places.standing(CLIENTS)).items():
            card = _CARD.decode(record.value or b"")
            if isinstance(card, Rejected) or card.lead_id != lead:
                continue
            left = parted(card, part)
            if left is not None and left != card:
                yield Output(CLIENTS.name, key.encode(), None if is_empty(left) else _CARD.encode(left))
        for key, record in (await self._places.standing(CONSENTS)).items():
            noted = CONSENT.decode(record.value or b"")
            if isinstance(noted, Rejected) or noted.person_id != person.person_id:
                continue
            others = [other for other in noted.leads if other != lead]
            value = CONSENT.encode(replace(noted, leads=others)) if others else None
            yield Output(CONSENTS.name, key.encode(), value)

    async def _remembered(self, one: Erasure) -> bool:
        """Whether the lead's state says a name of his."""
        if one.standing is None:
            return False
        person = one.standing.person
        words = [word.encode() for word in (person.name, *person.rooms, *person.phones, *person.mails) if len(word) > 3]
        last: bytes | None = None
        async for record in Reader(self._kafka, LEAD_STATE).read([partition_of(LEAD_STATE.name, one.lead_id.encode())]):
            if record.key == one.lead_id.encode():
                last = record.value
        return any(word in (last or b"") for word in words)


def _says(part: Part, path: Path) -> bool:
    """Whether a document names or quotes him. One that cannot be read as text goes by its folder alone: it stays."""
    try:
        with path.open("rb") as file:
            return part.says(file.read(LARGEST_DOCUMENT).decode(errors="replace"))
    except OSError as error:
        raise Transient(f"{path}: файл не читается") from error
