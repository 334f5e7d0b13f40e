"""Recordings that somebody in the meeting objected to: never transcribed, their files deleted.

The gateway puts an objection on `meeting.objections` before it answers, so whoever looks there before and after the
work knows it. The order of objection and recording does not matter: a recording that comes later finds the objection,
one that came before is found by its mark in `transcript.segments`. A refused recording has a mark of its own there,
written before anything is deleted, so that a kill at any point leaves the same owed. What was transcribed all the same,
because the gateway was away, the store deletes when it reads `recording_deleted`. Of a file with a track for each
participant only the objector's go, where they are known (`others`): what is left is another recording.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from msgspec.structs import replace

from processors.privacy.objections import objection_to
from processors.russian.plural import RECORDS, choose, count
from processors.russian.system import os_reason
from schemas.codec import Codec
from schemas.errors import Terminal, Transient
from schemas.meetings import OTHERS_KEPT
from schemas.notices import Trouble
from schemas.sources import FromJitsi, Recording, RoomReport
from schemas.speech import RefusedRecording
from schemas.topics import DAY_MS, RECORDINGS
from schemas.types import LeadId, Millis
from streams.engine.conditions import Condition
from streams.engine.deleting import delete_files
from streams.engine.kafka import Output
from streams.engine.looking import looking
from streams.engine.reader import Reader
from streams.settings import Speech
from streams.transcribe.others import others_of
from streams.transcribe.segments import RecordingMemory, SegmentTopic, Send

log = logging.getLogger(__name__)

_REPORT: Codec[RoomReport] = Codec(RoomReport)
_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)

LOOK_S = 15.0
"""Between two looks for what is to be deleted."""
AGAIN_MS = DAY_MS
"""So long a file is looked for that was not there: a client of NFS may deny what another host has just written."""

Refused = Callable[[RecordingMemory], Awaitable[bool]]
"""Whether somebody in the meeting objected to the recording; if so it is marked. Raises `Transient`."""
Closes = Callable[[LeadId, Iterable[str]], bool]
"""Whether one of those in a client's meeting may not be written down (`KnownConsents.closes_meeting`)."""


def open_to_all(_lead: LeadId, _present: Iterable[str]) -> bool:
    """Where nobody is noted: `Closes`."""
    return False


Objections = Callable[[], Awaitable[Sequence[RoomReport]]]
"""Everything on `meeting.objections` up to its end of now. Raises `Transient`."""


async def never(_memory: RecordingMemory) -> bool:
    """Where nobody can object: `Refused`."""
    return False


def objections_of(reader: Reader) -> Objections:
    """Read from the topic's beginning each time: it is small, and what is asked decides what is heard."""

    async def read() -> Sequence[RoomReport]:
        decoded = [_REPORT.decode(record.value) async for record in reader.read([0]) if record.value]
        return [report for report in decoded if isinstance(report, RoomReport)]

    return read


class Refusals:
    """Marks recordings that are objected to, and deletes them, for ever; of `owned` partitions only.

    `words`: what cannot be deleted, for people.
    """

    def __init__(
        self,
        speech: Speech,
        topic: SegmentTopic,
        send: Send,
        objections: Objections,
        closes: Closes = open_to_all,
        told: Callable[[Trouble, str, str], None] = lambda _kind, _path, _why: None,
        *,
        owned: Callable[[], set[int]],
        clock: Callable[[], Millis],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._speech, self._topic, self._send, self._objections = speech, topic, send, objections
        self._owned, self._clock, self._closes, self._told_ops, self._pause = owned, clock, closes, told, pause
        self.words = ""

    def condition(self) -> Condition:
        """Everything that must be deleted is."""
        return Condition("recording_kept", str(self._speech.recordings), lambda: self.words)

    async def stand(self, memory: RecordingMemory) -> bool:
        """Whether the recording is not to be written down; if somebody objected in the room, the broker has the mark.

        Where somebody who was there is noted as not agreeing (`consents`), its file stays, and ops are told: what is
        noted may change, and then the recording can be sent again. Raises `Transient`.
        """
        recording = memory.recording
        if await _refused(memory, await self._objections()):
            return True
        if not recording.lead_id or not self._closes(recording.lead_id, recording.participants):
            return False
        self._told_ops("recording_closed", recording.path, "")
        return True

    async def run(self) -> None:
        """The background task."""
        await looking(self.look, lambda: self._pause(LOOK_S), "refused recordings not looked for")

    async def look(self) -> list[str]:
        """Mark what came before its objection, and delete what is marked; the ids deleted. Raises `Transient`."""
        objections = await self._objections()
        if not objections:
            return []
        owned, now = self._owned(), self._clock()
        known = [mark.recording for mark in await self._topic.marks(owned)]
        known += [mark.recording for mark in await self._topic.awaited(owned)]
        for recording in known:
            if objection_to(recording, objections) is not None:
                await _refused(await self._topic.open(recording), objections)
        gone, faults = [], []
        for refused in await self._topic.refused(owned):
            if refused.deleted_at and now - refused.deleted_at > AGAIN_MS:
                continue
            try:
                others = await asyncio.to_thread(others_of, self._speech, refused)
                if others is not None:  # before anything is deleted: killed in between, it is made and told again
                    key = others.recording_id.encode()
                    await self._send([Output(RECORDINGS.name, key, _FROM_JITSI.encode(others))])
                found = await asyncio.to_thread(delete_files, self._speech, refused.recording.path)
            except (OSError, Terminal, Transient) as fault:
                faults.append(os_reason(fault) if isinstance(fault, OSError) else str(fault))
                continue
            if not refused.deleted_at:
                await self._told(refused, others, now)
                gone.append(refused.recording.recording_id)
            log.info("refused recording deleted", extra={"recording": refused.recording.recording_id, "files": found})
        waits = choose(len(faults), ("ждёт", "ждут", "ждут"))
        self.words = f"удаления {waits} {count(len(faults), RECORDS)}: {faults[0]}" if faults else ""
        return gone

    async def _told(self, refused: RefusedRecording, others: Recording | None, now: Millis) -> None:
        """The history hears of it first: a mark without it would be the end."""
        report = deleted_report(refused)
        deleted = _FROM_JITSI.encode(report if others is None else replace(report, reason=OTHERS_KEPT))
        await self._send([Output(RECORDINGS.name, refused.objection.room.encode(), deleted)])
        memory = await self._topic.open(refused.recording)
        await memory.refuse(replace(refused, deleted_at=now))


async def _refused(memory: RecordingMemory, objections: Sequence[RoomReport]) -> bool:
    if memory.refusal is not None:
        return True
    objection = objection_to(memory.recording, objections)
    if objection is None:
        return False
    await memory.refuse(RefusedRecording(memory.recording, objection))
    log.info("recording refused: somebody objected", extra={"recording": memory.recording.recording_id})
    return True


def deleted_report(refused: RefusedRecording) -> RoomReport:
    """What the client's history is told, the same however often."""
    recording, objection = refused.recording, refused.objection
    return replace(
        objection,
        id=f"{recording.recording_id}/deleted",
        happening="recording_deleted",
        ts=max(objection.ts, recording.ended_at),
        session_id=recording.session_id,
        lead_id=objection.lead_id or recording.lead_id,
        recording_id=recording.recording_id,
        participant="",
        name="",
        duration_ms=recording.duration_ms,
        since=0,
    )
