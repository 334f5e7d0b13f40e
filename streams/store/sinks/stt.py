"""`source.transcripts` → `stt_jobs`: what each transcript cost and how well it went."""

from collections.abc import Sequence
from typing import Any

import msgspec

from schemas.codec import Codec
from schemas.sources import Transcript
from streams.engine.settle import Batch, Outcome
from streams.store.database import Database
from streams.store.sinks.columns import rows_of
from streams.store.sinks.rows import Record, seniority
from streams.store.sinks.sink import Sink
from streams.store.sinks.tables import STT_JOBS, Rows

_JSON = msgspec.json.Encoder()


class TranscriptSink:
    """`source.transcripts`. What cannot be read is the pipeline's dead letter, not ours too."""

    def __init__(self, database: Database) -> None:
        self._sink = Sink(database, Codec[Transcript](Transcript), job_rows)

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`. Rejects nothing that the pipeline rejects."""
        await self._sink(batch)
        return Outcome()


def job_rows(good: Sequence[tuple[Transcript, Record]]) -> list[Rows]:
    """One row per version of a transcript."""
    rows = [_row(transcript, record) for transcript, record in good]
    return rows_of(STT_JOBS, rows)


def _row(transcript: Transcript, record: Record) -> tuple[Any, ...]:
    recording, notes = transcript.recording, transcript.segments
    sound_ms = sum(note.end_ms - note.start_ms for note in notes)
    sessions = sum(note.attempts for note in notes)
    latencies = [note.first_event_ms for note in notes if note.first_event_ms is not None]
    return (
        recording.recording_id,
        transcript.version,
        recording.lead_id or "",
        recording.started_at,
        recording.ended_at,
        transcript.queued_at,
        record.timestamp - round(transcript.seconds * 1000),
        transcript.engine,
        transcript.model,
        recording.duration_ms,
        sound_ms,
        len(transcript.words),
        sessions,
        sessions - len(notes),
        sum(note.billed_units for note in notes),
        sum(note.warnings for note in notes),
        max(latencies, default=None),
        len(notes),
        len(transcript.failed_segments),
        transcript.shares.get(transcript.engine, 0.0),
        transcript.degraded,
        transcript.punctuated,
        transcript.seconds,
        round(transcript.seconds * 1000 / sound_ms, 4) if sound_ms else 0.0,
        _JSON.encode(transcript.shares),
        _JSON.encode(notes),
        transcript.flaw,
        record.timestamp,
        seniority(record),
    )
