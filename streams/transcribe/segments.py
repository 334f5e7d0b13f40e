"""Finished and begun segments in `transcript.segments`: a crash, a rebalance or a restart redoes only what is missing.

All records of a recording stand in the partition of its id, so one partition is read when a job starts. The topic is
compacted and segments are deleted when their transcript is out: a partition holds the recordings in work, the degraded
ones, and a mark (0.5 kB) for each that is out.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from schemas.codec import Codec, Rejected, event_id
from schemas.sources import Recording
from schemas.speech import (
    AwaitedRecording,
    FinishedRecording,
    FinishedSegment,
    Kept,
    RefusedRecording,
    StartedOperation,
)
from schemas.topics import SEGMENTS
from streams.engine import metrics
from streams.engine.kafka import Output, partition_of
from streams.engine.reader import Reader
from streams.engine.retry import WORLD, Policy, World, retry
from streams.transcribe.sound.audio import Segment

log = logging.getLogger(__name__)

_KEPT: Codec[Kept] = Codec(Kept)

_Mark = TypeVar("_Mark", FinishedRecording, AwaitedRecording, RefusedRecording)
Send = Callable[[list[Output]], Awaitable[None]]

KEEPING = Policy(first=0.5, longest=15.0)
"""Between attempts to keep a segment."""


def segment_key(recording: Recording, track: str, segment: Segment, engine: str, model: str) -> str:
    """recording/segment/engine/options: another cut, file content, engine or model is another segment."""
    cut = f"{track}:{segment.own_start_ms}-{segment.own_end_ms}:{segment.send_start_ms}-{segment.send_end_ms}"
    return f"{recording.recording_id}/{cut}/{engine}/{event_id('speech options', model, recording.sha256)}"


def mark_key(recording_id: str) -> str:
    """Where the mark stands that a transcript is out."""
    return f"{recording_id}/out"


def awaited_key(recording_id: str) -> str:
    """Where the mark stands that a recording waits for its file."""
    return f"{recording_id}/awaited"


def refused_key(recording_id: str) -> str:
    """Where the mark stands that somebody objected to a recording."""
    return f"{recording_id}/refused"


class SegmentTopic:
    """The topic, as seen by a worker. `send` returns on the broker's word; raises `Transient`."""

    def __init__(self, reader: Reader, send: Send, world: World = WORLD) -> None:
        self._reader, self._send, self._world = reader, send, world

    async def open(self, recording: Recording) -> "RecordingMemory":
        """What is kept of a recording. Raises `Transient`."""
        wanted = f"{recording.recording_id}/".encode()
        kept: dict[str, Kept] = {}
        partition = partition_of(SEGMENTS.name, recording.recording_id.encode())
        async for record in self._reader.read([partition]):
            if not (record.key or b"").startswith(wanted):
                continue
            key = record.key.decode()
            value = _KEPT.decode(record.value) if record.value else None
            if value is None or isinstance(value, Rejected):
                kept.pop(key, None)
            else:
                kept[key] = value
        return RecordingMemory(recording, partition, kept, self.send)

    async def marks(self, partitions: set[int]) -> list[FinishedRecording]:
        """Every recording of these partitions whose transcript is out, as its newest mark says."""
        return await self._standing(partitions, b"/out", FinishedRecording)

    async def awaited(self, partitions: set[int]) -> list[AwaitedRecording]:
        """Every recording of these partitions that waits for its file."""
        return await self._standing(partitions, b"/awaited", AwaitedRecording)

    async def refused(self, partitions: set[int]) -> list[RefusedRecording]:
        """Every recording of these partitions that somebody objected to."""
        return await self._standing(partitions, b"/refused", RefusedRecording)

    async def _standing(self, partitions: set[int], ending: bytes, kind: type[_Mark]) -> list[_Mark]:
        """The marks of a kind that were not taken away."""
        if not partitions:
            return []
        marks: dict[bytes, _Mark] = {}
        async for record in self._reader.read(sorted(partitions)):
            if not record.key or not record.key.endswith(ending):
                continue
            value = _KEPT.decode(record.value) if record.value else None
            if isinstance(value, kind):
                marks[record.key] = value
            else:
                marks.pop(record.key, None)
        return list(marks.values())

    async def send(self, outputs: list[Output]) -> None:
        """Return when the broker has it, however long that takes: a finished segment is paid for."""
        await retry(KEEPING, lambda: self._send(outputs), told=_not_yet, world=self._world)


def _not_yet(fault: Exception) -> None:
    log.warning("finished segment not kept yet", extra={"error": str(fault)})


class RecordingMemory:
    """`fallback.Memory` of one recording."""

    def __init__(self, recording: Recording, partition: int, kept: dict[str, Kept], send: Send) -> None:
        self.recording, self._partition, self._send = recording, partition, send
        self._kept = kept

    @property
    def out(self) -> FinishedRecording | None:
        """The mark that the transcript of this very file is out."""
        mark = self._kept.get(mark_key(self.recording.recording_id))
        if isinstance(mark, FinishedRecording) and mark.recording.sha256 == self.recording.sha256:
            return mark
        return None

    @property
    def former(self) -> FinishedRecording | None:
        """The mark that the transcript of another file of this id is out: of a meeting whose tracks were made anew."""
        mark = self._kept.get(mark_key(self.recording.recording_id))
        return mark if isinstance(mark, FinishedRecording) and self.out is None else None

    @property
    def awaited(self) -> AwaitedRecording | None:
        """The mark that it waits for its file."""
        mark = self._kept.get(awaited_key(self.recording.recording_id))
        return mark if isinstance(mark, AwaitedRecording) else None

    @property
    def refusal(self) -> RefusedRecording | None:
        """The mark that somebody objected to it."""
        mark = self._kept.get(refused_key(self.recording.recording_id))
        return mark if isinstance(mark, RefusedRecording) else None

    async def refuse(self, mark: RefusedRecording) -> None:
        """It is refused, and whatever was heard of it is forgotten. Return when the broker has it."""
        at = refused_key(self.recording.recording_id)
        await self.put(at, mark)
        for key in [key for key in self._kept if key != at]:
            await self.put(key, None)

    async def arrived(self) -> None:
        """The wait for the file is over. Return when the broker has it."""
        if self.awaited is not None:
            await self.put(awaited_key(self.recording.recording_id), None)

    async def hold(self, mark: AwaitedRecording) -> None:
        """The file is waited for. Return when the broker has it."""
        await self.put(awaited_key(self.recording.recording_id), mark)

    def find(self, track: str, segment: Segment, engine: str, model: str) -> FinishedSegment | None:
        """The engine's answer, if it is there."""
        found = self._kept.get(segment_key(self.recording, track, segment, engine, model))
        if not isinstance(found, FinishedSegment):
            return None
        metrics.SPEECH_REUSED.inc()
        return found

    async def keep(self, segment: Segment, finished: FinishedSegment) -> None:
        """Return when the broker has it."""
        note = finished.note
        await self.put(segment_key(self.recording, note.track, segment, note.engine, note.model), finished)

    def operation(self, track: str, segment: Segment, engine: str, model: str) -> "KeptOperation":
        """What a service does, or did for a former owner."""
        return KeptOperation(self, segment_key(self.recording, track, segment, engine, model))

    def at(self, key: str) -> Kept | None:
        """What stands under this key."""
        return self._kept.get(key)

    async def put(self, key: str, value: Kept | None) -> None:
        """Return when the broker has it; None deletes."""
        encoded = None if value is None else _KEPT.encode(value)
        await self._send([Output(SEGMENTS.name, key.encode(), encoded, self._partition)])
        if value is None:
            self._kept.pop(key, None)
        else:
            self._kept[key] = value

    def close(self, mark: FinishedRecording, *, forget: bool) -> list[Output]:
        """Records that say the transcript is out; `forget`: and nothing will be redone, so the segments go.

        To be sent when the broker has the transcript, not before.
        """
        at = mark_key(self.recording.recording_id)
        gone = [key for key in self._kept if key != at] if forget else []
        return [Output(SEGMENTS.name, at.encode(), _KEPT.encode(mark), self._partition)] + [
            Output(SEGMENTS.name, key.encode(), None, self._partition) for key in gone
        ]


@dataclass(frozen=True, slots=True)
class KeptOperation:
    """`engines.Operation` under the key of its segment, whose words will replace it there."""

    memory: RecordingMemory
    key: str

    @property
    def id(self) -> str:
        found = self.memory.at(self.key)
        return found.id if isinstance(found, StartedOperation) else ""

    async def begun(self, id_: str) -> None:
        """Return when the broker has it, however long that takes: it is paid for."""
        await self.memory.put(self.key, StartedOperation(id_))

    async def over(self) -> None:
        await self.memory.put(self.key, None)
