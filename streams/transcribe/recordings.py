"""Recordings to transcripts: Settle's `Process` of `source.recordings`; around it is `streams.transcribe.worker`."""

import asyncio
import logging
import time
from collections.abc import Callable

from msgspec.structs import replace

from processors.normalize.telegram_voice import attached
from schemas.codec import Codec
from schemas.errors import RecordFault, Terminal, Transient
from schemas.notices import Trouble
from schemas.sources import FromJitsi, Recording, RoomReport, Transcript
from schemas.speech import FinishedRecording
from schemas.topics import TRANSCRIPTS
from schemas.types import LeadId, Millis
from streams.engine import metrics
from streams.engine.kafka import Output
from streams.engine.process import Record
from streams.engine.settle import Batch, Outcome
from streams.settings import Speech
from streams.speech.faults import EngineError
from streams.speech.vosk_model import is_toy
from streams.transcribe.awaited import hold, locate
from streams.transcribe.engines.fallback import Course, Lineup, Waiting
from streams.transcribe.job import TranscribedAudio, soundless, transcribe_on
from streams.transcribe.record import marked, shares, transcript_of
from streams.transcribe.refusals import Refused, never
from streams.transcribe.segments import RecordingMemory, SegmentTopic
from streams.transcribe.sound.decode import Unreadable
from streams.transcribe.sound.sound_file import FileAway, NoSound
from streams.transcribe.tracked import Tracked, nothing_tracked
from streams.transcribe.upgrade import worth

log = logging.getLogger(__name__)

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)
_TRANSCRIPT: Codec[Transcript] = Codec(Transcript)

ENGINE_RETRY_S = 30.0
"""Pause when the engines themselves are at fault: the recording waits, it does not become a dead letter."""


class Transcribe:
    """Recordings to transcripts, by the engines of a line-up. `clock` in ms UTC.

    `told` hears of a recording's path and its flaw; `refused` is asked before the work and again behind it; what is
    `tracked` needs no words from its mixed sound; of a client who is `denied` nothing is kept, not even a mark.
    """

    def __init__(
        self,
        speech: Speech,
        lineup: Lineup,
        topic: SegmentTopic,
        clock: Callable[[], Millis],
        told: Callable[[Trouble, str, str], None] = lambda _kind, _path, _flaw: None,
        refused: Refused = never,
        tracked: Tracked = nothing_tracked,
        denied: Callable[[LeadId], bool] = lambda _: False,
    ) -> None:
        self._speech, self._lineup, self._topic, self._clock = speech, lineup, topic, clock
        self._told, self._refused, self._tracked, self._denied = told, refused, tracked, denied
        self.in_work = 0

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`; a batch is one recording."""
        outcome = Outcome()
        for record, recording in outcome.readable(batch, _FROM_JITSI):
            if isinstance(recording, RoomReport):
                continue
            if recording.lead_id is not None and self._denied(recording.lead_id):
                log.info("recording passed over: its client was erased", extra={"recording": recording.recording_id})
                continue
            self.in_work += 1
            try:
                await self._settle(recording, record, outcome)
            finally:
                self.in_work -= 1
        return outcome

    async def _settle(self, recording: Recording, record: Record, outcome: Outcome) -> None:
        memory = await self._topic.open(recording)
        out = memory.out
        if await self._refused(memory):
            log.info("recording passed over: somebody objected", extra={"recording": recording.recording_id})
        elif _is_of_before(recording, memory.former):
            log.info("recording passed over: made anew since", extra={"recording": recording.recording_id})
        elif await self._tracked(recording):
            log.info("recording passed over: its meeting has tracks", extra={"recording": recording.recording_id})
        elif out is None:
            await self._await_file(recording, record, memory, outcome)
        elif worth(out, self._speech, self._clock()) and self._lineup.first.away_s is None:
            await self._upgrade(recording, record, out, memory, outcome)
        else:
            log.info("recording passed over: its transcript is out", extra={"recording": recording.recording_id})

    async def _await_file(
        self, recording: Recording, record: Record, memory: RecordingMemory, outcome: Outcome
    ) -> None:
        """The first transcript; where the file is not there the recording waits, and at last it is a dead letter."""
        before = memory.awaited
        try:
            await self._first(recording, record.timestamp, memory, outcome)
        except FileAway as fault:
            if why := await hold(memory, before, fault, self._speech, self._clock()):
                outcome.rejected.append((record, why))

    async def _first(self, recording: Recording, queued_at: Millis, memory: RecordingMemory, outcome: Outcome) -> None:
        arrived = queued_at / 1000
        wait = self._lineup.wait_s(arrived)
        if wait is not None:  # before the sound is decoded in vain
            raise Waiting(f"waiting for {self._lineup.first.name}", retry_after=wait)
        await asyncio.to_thread(locate, self._speech, recording.path)
        await memory.arrived()  # before the work: what ends it from here on ends it for good
        version = memory.former.version + 1 if memory.former else 1
        try:
            transcript = await self._transcribe(
                recording, version, lambda parts: Course(self._lineup, parts, memory, arrived=arrived)
            )
        except EngineError as error:
            if error.engine_wide and not error.retriable:
                raise Transient(f"no speech engine can work: {error}", ENGINE_RETRY_S) from error
            raise
        if await self._refused(memory):
            return
        mark = FinishedRecording(recording, version, self._clock())
        self._publish(replace(transcript, queued_at=queued_at), mark, memory, outcome)

    async def _upgrade(
        self, recording: Recording, record: Record, out: FinishedRecording, memory: RecordingMemory, outcome: Outcome
    ) -> None:
        """The next version, if it is a better one. Nothing in here holds up the recordings behind it."""
        mark = replace(out, version=out.version + 1, upgrades=out.upgrades + 1, at=self._clock())
        try:
            transcript = await self._transcribe(
                recording, mark.version, lambda parts: Course(self._lineup, parts, memory, first_only=True)
            )
        except (
            EngineError,
            Terminal,
            RecordFault,
            FileAway,
        ) as error:  # also where the file has gone from the storage meanwhile
            log.warning("no better transcript", extra={"recording": recording.recording_id, "error": str(error)})
            transcript = None
        if await self._refused(memory):
            return
        if transcript is None or self._poor(transcript) >= out.poor:
            metrics.SPEECH_UPGRADES.labels("nothing").inc()
            outcome.state += memory.close(replace(mark, version=out.version), forget=False)
            return
        metrics.SPEECH_UPGRADES.labels("better").inc()
        self._publish(replace(transcript, queued_at=record.timestamp), mark, memory, outcome)

    def _publish(
        self, transcript: Transcript, mark: FinishedRecording, memory: RecordingMemory, outcome: Outcome
    ) -> None:
        """The transcript, and when the broker has it the mark."""
        mark = replace(mark, poor=self._poor(transcript))
        key = transcript.recording.recording_id.encode()
        outcome.outputs.append(Output(TRANSCRIPTS.name, key, _TRANSCRIPT.encode(transcript)))
        outcome.state += memory.close(mark, forget=not worth(mark, self._speech, self._clock()))

    def _poor(self, transcript: Transcript) -> int:
        """Segments that the first engine may still improve: none where it is an offline one."""
        if self._lineup.first.engine.caps.offline:
            return 0
        fallen = sum(self._lineup.is_fallback(note.engine) for note in transcript.segments)
        return fallen + len(transcript.failed_segments)

    async def _transcribe(self, recording: Recording, version: int, on_course: Callable[[int], Course]) -> Transcript:
        began = time.monotonic()
        path = await asyncio.to_thread(locate, self._speech, recording.path)  # a dead share never answers
        try:
            heard = await transcribe_on(path, on_course, self._speech, self._speech.spool)
        except NoSound:
            heard = soundless(on_course(0))
        except Unreadable as error:
            self._told("recording_damaged", recording.path, str(error))
            if not _is_message(recording):
                raise
            heard = soundless(on_course(0))
        if heard.flaw and recording.said_in is None:  # nobody mends a microphone for a voice message of a second
            self._told("recording_damaged" if heard.segments else "recording_silent", recording.path, heard.flaw)
        if await asyncio.to_thread(is_toy, self._speech.vosk_model):
            heard = marked(heard)
        seconds = time.monotonic() - began
        self._count(recording, heard, seconds)
        return transcript_of(recording, version, heard, self._lineup.is_fallback, seconds)

    def _count(self, recording: Recording, heard: TranscribedAudio, seconds: float) -> None:
        parts = shares(heard.notes)
        for engine, share in parts.items():
            metrics.AUDIO_SECONDS.labels(engine).inc(share * heard.duration_ms / 1000)
        metrics.SPEECH_FALLBACK.observe(sum(part for name, part in parts.items() if self._lineup.is_fallback(name)))
        log.info(
            "recording transcribed",
            extra={
                "recording": recording.recording_id,
                "words": len(heard.words),
                "audio_s": heard.duration_ms // 1000,
                "shares": parts,
                "seconds": round(seconds, 1),
            },
        )


def _is_message(recording: Recording) -> bool:
    """Whether it was sent to the bot: one of ours who gave an order by it waits to hear that nothing was understood."""
    return recording.said_in is not None and attached(recording.said_in) is not None


def _is_of_before(recording: Recording, former: FinishedRecording | None) -> bool:
    """Whether a later file of the same meeting has its words already."""
    return former is not None and former.recording.ended_at > recording.ended_at
