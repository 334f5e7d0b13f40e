"""Meetings whose file is owed: a mark for each on `meeting.tracks`, in the partition of its sound.

The mark is there before a record of the meeting is acked, and is closed when its recording is on `source.recordings`.
What came of a meeting since is read from `source.audio` again by whoever takes a partition over.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from processors.tracks.ending import WHOLE_MS, Heard
from schemas.audio import AUDIO_RECORD, AudioBlock, AudioOpened, AudioRecord
from schemas.codec import Rejected
from schemas.topics import MEETING_TRACKS
from schemas.tracks import MeetingText, MeetingTracks
from schemas.types import Millis
from streams.engine.kafka import Output
from streams.engine.meetings import MARK
from streams.engine.reader import Reader
from streams.engine.settle import Batch, Outcome

Send = Callable[[list[Output]], Awaitable[None]]


@dataclass(slots=True)
class _Part:
    """One partition: its marks, and what came of meetings that are owed."""

    marks: dict[str, MeetingTracks] = field(default_factory=dict)
    heard: dict[str, Heard] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """Keys of texts that were noted when it was loaded, and the meeting of each."""


class Owed:
    """The marks of our partitions. `sound` and `marks` read `source.audio` and `meeting.tracks`."""

    def __init__(self, sound: Reader, marks: Reader, send: Send) -> None:
        self._sound, self._marks, self._send = sound, marks, send
        self._parts: dict[int, _Part] = {}
        self._loading = asyncio.Lock()

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process` of `source.audio`. Raises `Transient`."""
        part = await self._part(batch.partition)
        outcome = Outcome()
        for record in batch.records:
            value = AUDIO_RECORD.decode(record.value)
            if isinstance(value, Rejected):
                outcome.rejected.append((record, value))
                continue
            meeting = value.meeting_id
            if meeting not in part.marks:
                room = value.room if isinstance(value, AudioOpened) else ""
                mark = part.marks[meeting] = MeetingTracks(meeting, room, record.offset, record.timestamp)
                outcome.outputs.append(_output(batch.partition, meeting, mark))
            mark = part.marks[meeting]
            if record.offset < mark.made:
                continue
            if mark.made and not _is_news(mark, value, record.timestamp):
                continue
            if mark.made:  # its file is owed again: it holds not all of it
                mark = part.marks[meeting] = replace(mark, made=0)
                outcome.outputs.append(_output(batch.partition, meeting, mark))
            part.heard.setdefault(meeting, Heard(mark.room)).take(value, record.offset, record.timestamp)
        return outcome

    def forget(self, partition: int) -> None:
        """What was answered may not have been sent: it is read again."""
        self._parts.pop(partition, None)

    async def meetings(self, owned: set[int]) -> list[tuple[int, MeetingTracks, Heard]]:
        """Meetings of these partitions whose file is owed. Raises `Transient`."""
        for partition in self._parts.keys() - owned:
            self.forget(partition)
        found = []
        for partition in sorted(owned):
            part = await self._part(partition)
            found += [(partition, part.marks[meeting], heard) for meeting, heard in part.heard.items()]
        return found

    async def note(self, partition: int, mark: MeetingTracks) -> None:
        """The mark as it is to be from now on. Return when the broker has it; raises `Transient`."""
        await self._send([_output(partition, mark.meeting_id, mark)])
        if part := self._parts.get(partition):
            part.marks[mark.meeting_id] = mark

    async def made(self, partition: int, mark: MeetingTracks, before: int) -> None:
        """Its file holds everything before this offset; it stays owed where more has come. As `note`."""
        heard = self._parts[partition].heard if partition in self._parts else {}
        if mark.meeting_id in heard and heard[mark.meeting_id].last >= before:
            await self.note(partition, mark)
            return
        await self.note(partition, replace(mark, made=before))
        heard.pop(mark.meeting_id, None)

    async def drop(self, owned: set[int], before: Millis) -> None:
        """Take away marks of meetings that began before then. Raises `Transient`."""
        for partition in owned & self._parts.keys():
            part = self._parts[partition]
            old = [meeting for meeting, mark in part.marks.items() if mark.at < before and meeting not in part.heard]
            if old:
                keys = [*old, *(key for key, meeting in part.texts.items() if meeting in old)]
                await self._send([_output(partition, key, None) for key in keys])
            for meeting in old:
                part.marks.pop(meeting, None)

    async def _part(self, partition: int) -> _Part:
        async with self._loading:
            if partition not in self._parts:
                self._parts[partition] = await self._load(partition)
            return self._parts[partition]

    async def _load(self, partition: int) -> _Part:
        part = _Part()
        async for record in self._marks.read([partition]):
            meeting = (record.key or b"").decode(errors="replace")
            mark = MARK.decode(record.value) if record.value else None
            if isinstance(mark, MeetingText):
                part.texts[meeting] = mark.meeting_id
            elif isinstance(mark, MeetingTracks):
                part.marks[meeting] = mark
            else:
                part.marks.pop(meeting, None)
                part.texts.pop(meeting, None)
        owed = {meeting: mark for meeting, mark in part.marks.items() if not mark.made}
        if not owed:
            return part
        part.heard = {meeting: Heard(mark.room) for meeting, mark in owed.items()}
        async for record in self._sound.read([partition], since=min(mark.since for mark in owed.values())):
            heard = part.heard.get((record.key or b"").decode(errors="replace"))
            value = AUDIO_RECORD.decode(record.value)
            if heard is not None and not isinstance(value, Rejected):
                heard.take(value, record.offset, record.timestamp)
        return part


def _is_news(mark: MeetingTracks, value: AudioRecord, at: Millis) -> bool:
    """Whether a file that is made has to be made again: there is more sound, and the beginning is still there, too."""
    return isinstance(value, AudioBlock) and at - mark.at < WHOLE_MS


def _output(partition: int, meeting: str, mark: MeetingTracks | None) -> Output:
    return Output(MEETING_TRACKS.name, meeting.encode(), MARK.encode(mark) if mark else None, partition)
