"""Worker `transcribe`: `source.recordings` → words → `source.transcripts`. One recording in work per partition.

A recording is acked when the broker has its transcript; a killed or moved job is done again by the next owner.
"""

import logging
import time
from pathlib import Path

from schemas.codec import Codec, Rejected
from schemas.errors import Terminal, Transient
from schemas.sources import FromJitsi, Recording, RoomReport, Transcript
from schemas.topics import RECORDINGS, TRANSCRIPTS
from streams import metrics
from streams.kafka import Output
from streams.settings import Settings, Speech
from streams.settle import Batch, Outcome
from streams.speech.engines import EngineError, SpeechEngine
from streams.speech.job import TranscribedAudio, sweep, transcribe
from streams.speech.vosk import VoskEngine
from streams.worker import Worker

log = logging.getLogger(__name__)

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)
_TRANSCRIPT: Codec[Transcript] = Codec(Transcript)

ENGINE_RETRY_S = 30.0
"""Pause when the engine itself is at fault: the recording waits, it does not become a dead letter."""


def build(settings: Settings) -> Worker:
    """The transcribe worker."""
    worker = Worker("transcribe", settings, jobs=True)
    speech = settings.speech
    engine = VoskEngine(speech.vosk_model, silent_s=speech.segment_timeout, idle_s=speech.idle_seconds)
    sweep(speech.spool)
    worker.consume(RECORDINGS, Transcribe(speech, engine))
    worker.needs["engine"] = lambda: engine.health().usable
    worker.on_close(engine.close)
    return worker


class Transcribe:
    """Recordings to transcripts with one engine."""

    def __init__(self, speech: Speech, engine: SpeechEngine) -> None:
        self._speech, self._engine = speech, engine

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`; a batch is one recording."""
        outcome = Outcome()
        for record in batch.records:
            recording = _FROM_JITSI.decode(record.value)
            if isinstance(recording, Rejected):
                outcome.rejected.append((record, recording))
                continue
            if isinstance(recording, RoomReport):
                continue
            transcript = await self._transcribe(recording)
            outcome.outputs.append(
                Output(TRANSCRIPTS.name, recording.recording_id.encode(), _TRANSCRIPT.encode(transcript))
            )
        return outcome

    async def _transcribe(self, recording: Recording) -> Transcript:
        began = time.monotonic()
        path = self._locate(recording.path)
        try:
            heard = await transcribe(path, self._engine, self._speech, self._speech.spool)
        except EngineError as error:
            if error.engine_wide and not error.retriable:
                raise Transient(f"the speech engine cannot work: {error}", ENGINE_RETRY_S) from error
            raise
        metrics.AUDIO_SECONDS.labels(heard.engine).inc(heard.duration_ms / 1000)
        log.info(
            "recording transcribed",
            extra={
                "recording": recording.recording_id,
                "words": len(heard.words),
                "audio_s": heard.duration_ms // 1000,
                "seconds": round(time.monotonic() - began, 1),
            },
        )
        return _transcript(recording, heard)

    def _locate(self, relative: str) -> Path:
        root = self._speech.recordings.resolve()
        path = (root / relative).resolve()
        if not path.is_relative_to(root):
            raise Terminal("the recording's path leaves the recordings folder")
        if not root.is_dir():
            raise Transient("the recordings folder is not there")
        if not path.is_file():
            raise Terminal("the recording's file is not in the recordings folder")
        return path


def _transcript(recording: Recording, heard: TranscribedAudio) -> Transcript:
    return Transcript(
        recording=recording,
        version=1,
        engine=heard.engine,
        model=heard.model,
        words=heard.words,
        degraded=heard.degraded,
        failed_segments=heard.failed_segments,
    )
