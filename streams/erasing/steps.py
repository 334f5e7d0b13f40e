"""What each step of an erasure does. Every step may be done again: what is gone already is not counted twice."""

import asyncio
import shutil
from collections.abc import Iterable

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.errors import KafkaError
from msgspec.structs import replace

from processors.privacy.erasing import digest
from processors.room_names import read_room_name
from schemas.codec import EVENT, Codec, Rejected, event_id
from schemas.erasures import Erasure
from schemas.errors import ConfigError, Terminal, Transient
from schemas.events import EventsMoved
from schemas.outlets import Forget
from schemas.sources import RoomReport, Unassigned
from schemas.topics import (
    CONSENTS,
    LEAD_EVENTS,
    LEAD_UNASSIGNED,
    MEETING_TRACKS,
    OBJECTIONS,
    OUTBOX,
    SEGMENTS,
    TopicSpec,
)
from schemas.tracks import MeetingTracks
from schemas.types import LeadId
from streams.engine.connect import client_options
from streams.engine.consents import CONSENT
from streams.engine.deleting import delete_files
from streams.engine.kafka import Output, Outputs
from streams.engine.meetings import MARK
from streams.engine.reader import Reader
from streams.erasing.outlets import forget
from streams.erasing.places import KEPT, MARKS, Places
from streams.settings import Settings

REPORT: Codec[RoomReport] = Codec(RoomReport)
_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)

PATIENCE_S, PAUSE_S = 180.0, 2.0
"""So long the store may take to delete its rows before the command gives up; it is given again."""
CALM_LOOKS = 3
"""So many looks in a row without a row: nothing of him is on its way any more."""


class Eraser:
    """The steps of `schemas.erasures.STEPS`, by their names; each returns how much went."""

    def __init__(self, loaded: Settings) -> None:
        self._loaded, self._kafka, self._places = loaded, loaded.kafka, Places(loaded)
        self.by_hand: list[str] = []
        """What the step leaves for a person (`StepDone.left`)."""

    async def plan(self, lead: LeadId) -> dict[str, int]:
        """How much there is, by place. Raises `Transient`."""
        refs, paths = await self._places.known_by(lead)
        plan = {f"таблица {name}": rows for name, rows in (await self._places.rows(lead)).items() if rows}
        refs = [*refs, f"lead:{lead}"]
        denied = {digest(ref) for ref in refs}
        plan["привязки и карточки"] = len([key async for _, key in self._places.links(lead, refs)])
        plan["ждут привязки"] = len([1 async for _, is_his in self._places.waiting(denied, -1) if is_his])
        plan["сообщения в очереди Telegram"] = len([1 async for _ in self._places.messages(lead, refs, paths)])
        plan["команды и память помощника"] = len([1 async for _ in self._places.thoughts(lead)])
        plan["файлы"] = len(self._places.files(lead)) + len(paths)
        return plan

    async def state(self, one: Erasure) -> int:
        """The fold forgets him as one who was merged with another."""
        forget = EventsMoved(
            event_id=event_id("erased", one.erasure_id),
            lead_id=one.lead_id,
            ts=one.started_at,
            source="erase",
            events=[],
            whole=True,
        )
        await self._send([Output(LEAD_EVENTS.name, one.lead_id.encode(), EVENT.encode(forget))])
        return 1

    async def tables(self, one: Erasure) -> int:
        """The store deletes (`streams.store.jobs.purge`); nothing is left for some looks. Raises `Transient`."""
        before = sum((await self._places.rows(one.lead_id)).values())
        clock = asyncio.get_running_loop().time
        deadline, calm = clock() + PATIENCE_S, 0
        while calm < CALM_LOOKS:
            rows = await self._places.rows(one.lead_id)
            calm = 0 if any(rows.values()) else calm + 1
            if clock() > deadline:
                left = ", ".join(name for name, number in rows.items() if number)
                raise Transient(f"хранилище ещё не удалило всё ({left}); повторите, удаление продолжится")
            await asyncio.sleep(PAUSE_S)
        return before

    async def transcripts(self, one: Erasure) -> int:
        """Words in work and marks of his recordings and meetings, objections in his rooms."""
        gone: list[Output] = []
        ids = set()
        async for record in Reader(self._kafka, SEGMENTS).read(range(SEGMENTS.partitions)):
            mark = KEPT.decode(record.value) if record.value else None
            if isinstance(mark, MARKS) and (mark.recording.lead_id == one.lead_id or mark.recording.path in one.paths):
                ids.add(mark.recording.recording_id)
        standing = await self._places.standing(SEGMENTS)
        gone += [tombstone(SEGMENTS, record) for key, record in standing.items() if key.partition("/")[0] in ids]
        for record in (await self._places.standing(OBJECTIONS)).values():
            report = REPORT.decode(record.value or b"")
            if isinstance(report, RoomReport) and report.lead_id == one.lead_id:
                gone.append(tombstone(OBJECTIONS, record))
        gone += await self._tracks(one.lead_id)
        await self._send(gone)
        return len(gone)

    async def _tracks(self, lead: LeadId) -> list[Output]:
        """Marks of the tracks of his meetings, and of their texts."""
        records = await self._places.standing(MEETING_TRACKS)
        marks = {key: MARK.decode(record.value or b"") for key, record in records.items()}
        prefixes = self._loaded.pipeline.room_prefixes
        his = {
            mark.meeting_id
            for mark in marks.values()
            if isinstance(mark, MeetingTracks) and lead in (mark.lead_id, read_room_name(mark.room, prefixes).lead_id)
        }
        of_his = (key for key, mark in marks.items() if not isinstance(mark, Rejected) and mark.meeting_id in his)
        return [tombstone(MEETING_TRACKS, records[key]) for key in of_his]

    async def messages(self, one: Erasure) -> int:
        """What was to be sent to Telegram about him, and what was; commands, and what the assistant remembers."""
        gone = [tombstone(OUTBOX, record) async for record in self._places.messages(one.lead_id, one.refs, one.paths)]
        gone += [tombstone(topic, record) async for topic, record, _ in self._places.thoughts(one.lead_id)]
        await self._send(gone)
        return len(gone)

    async def waiting(self, one: Erasure) -> int:
        """What waited under his names. The topic keeps all for ever, so others' records are written again behind its
        end, and everything before it is deleted: by their ids they are the same events."""
        denied = set(one.denied)
        found = [(record, is_his) async for record, is_his in self._places.waiting(denied, one.started_at)]
        his = sum(is_his for _, is_his in found)
        if not his:
            return 0
        end = found[-1][0].offset + 1
        await self._send(_again(record) for record, is_his in found if not is_his)
        await self._cut(LEAD_UNASSIGNED, end)
        return his

    async def links(self, one: Erasure) -> int:
        """Who is who, cards, consents; the last, for until then events of his would not be known as his."""
        gone = [
            Output(topic.name, key.encode(), None) async for topic, key in self._places.links(one.lead_id, one.refs)
        ]
        for key, record in (await self._places.standing(CONSENTS)).items():
            person = CONSENT.decode(record.value or b"")
            if isinstance(person, Rejected) or one.lead_id not in person.leads:
                continue
            others = [lead for lead in person.leads if lead != one.lead_id]
            value = CONSENT.encode(replace(person, leads=others)) if others else None
            gone.append(Output(CONSENTS.name, key.encode(), value))
        await self._send(gone)
        return len(gone)

    async def files(self, one: Erasure) -> int:
        """Recordings, minutes, chats of days. Raises `ConfigError` where a folder cannot be written."""
        try:
            return await asyncio.to_thread(self._delete, one)
        except OSError as error:
            raise ConfigError(f"{error.filename}: файл не удаляется; исправьте права и повторите") from error
        except Terminal as error:
            raise ConfigError(str(error)) from error

    async def outlets(self, one: Erasure) -> int:
        """What we wrote to other systems, by those who may; how many have deleted it. Raises `Transient`."""
        return await self._forget(Forget(forget_id=one.erasure_id, lead_id=one.lead_id))

    async def _forget(self, wanted: Forget) -> int:
        gone, self.by_hand = await forget(self._loaded, self._send, wanted)
        return gone

    def _delete(self, one: Erasure) -> int:
        """Blocking."""
        gone = sum(delete_files(self._loaded.speech, path) for path in one.paths)
        for place in self._places.files(one.lead_id):
            gone += sum(1 for file in place.rglob("*") if file.is_file()) if place.is_dir() else 1
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
        return gone

    async def _send(self, outputs: Iterable[Output]) -> None:
        sender = Outputs(self._kafka)
        try:
            await sender.send(list(outputs))
        finally:
            await sender.stop()

    async def _cut(self, topic: TopicSpec, end: int) -> None:
        """Delete what stands before an offset. Raises `Transient`."""
        admin = AIOKafkaAdminClient(**client_options(self._kafka))
        try:
            await admin.start()
            place = TopicPartition(self._kafka.prefix + topic.name, 0)
            await admin.delete_records({place: RecordsToDelete(before_offset=end)})
        except (KafkaError, OSError) as error:
            raise Transient(f"Kafka не удаляет записи темы {topic.name}: {error!r}") from error
        finally:
            await admin.close()


def tombstone(topic: TopicSpec, record: ConsumerRecord) -> Output:
    """In the partition where it stands, for not every key decides it."""
    return Output(topic.name, record.key, None, record.partition)


def _again(record: ConsumerRecord) -> Output:
    """With the time when it was first appended, which its own record loses."""
    event = _UNASSIGNED.decode(record.value or b"")
    value = record.value
    if isinstance(event, Unassigned) and not event.appended:
        value = _UNASSIGNED.encode(replace(event, appended=record.timestamp))
    return Output(LEAD_UNASSIGNED.name, record.key, value, record.partition, tuple(record.headers))
