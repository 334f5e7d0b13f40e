"""Cost and quality of transcripts, on real chDB."""

import json

import msgspec

from schemas.sources import Recording, SegmentNote, Transcript, Word
from streams.store.database import Database
from streams.store.sinks.stt import TranscriptSink
from tests.unit.store.records import NOW, batch

RECORDING = Recording("r1", "s", "f.mp4", "f.mp4", 1, "0" * 64, "room", NOW, 60_000, NOW - 60_000, "ok", "12345")
NOTES = [
    SegmentNote(0, 20_000, "speechkit_stream", "general", attempts=3, billed_units=4, first_event_ms=120, warnings=1),
    SegmentNote(20_000, 30_000, "vosk", "ru"),
]


def transcript(version: int, notes: list[SegmentNote]) -> bytes:
    """A version of the recording's transcript."""
    return msgspec.json.encode(
        Transcript(
            RECORDING,
            version,
            "speechkit_stream",
            "general",
            [Word("да", 0, 1, 1.0)],
            degraded=len(notes) > 1,
            failed_segments=[(30_000, 40_000)],
            shares={"speechkit_stream": 0.6667, "vosk": 0.3333},
            segments=notes,
            seconds=15.0,
            queued_at=NOW - 30_000,
        )
    )


async def test_what_a_transcript_cost(database: Database) -> None:
    """Sessions, retries, units, warnings, latency, shares and real-time factor come back; each version once."""
    values = [transcript(1, NOTES), transcript(2, NOTES[:1]), b"{broken"]
    for _ in range(2):
        outcome = await TranscriptSink(database)(batch("source.transcripts", values))
        assert (outcome.rejected, outcome.outputs) == ([], [])
    rows = await database.read(
        "SELECT version, lead_id, sound_ms, sessions, retries, billed_units, warnings, first_event_ms, segments_done, "
        "segments_failed, main_share, degraded, real_time_factor, shares FROM stt_jobs FINAL ORDER BY version"
    )
    first, second = map(tuple, rows)
    assert first[:-1] == (1, "12345", 30_000, 4, 2, 4, 1, 120, 2, 1, 0.6667, True, 0.5)
    assert json.loads(first[-1]) == {"speechkit_stream": 0.6667, "vosk": 0.3333}
    assert second[2:6] == (20_000, 3, 2, 4)


async def test_a_silent_room_costs_nothing(database: Database) -> None:
    """No segments: no division by nothing, no latency."""
    await TranscriptSink(database)(batch("source.transcripts", [transcript(1, [])]))
    [row] = await database.read("SELECT sound_ms, sessions, first_event_ms, real_time_factor FROM stt_jobs FINAL")
    assert tuple(row) == (0, 0, None, 0.0)


async def test_where_the_time_went(database: Database) -> None:
    """The recording's end, its place in the queue, the start of the work and its end stand apart."""
    await TranscriptSink(database)(batch("source.transcripts", [transcript(1, NOTES)]))
    columns = ", ".join(f"toUnixTimestamp64Milli({at})" for at in ("ended_at", "queued_at", "started_at"))
    [row] = await database.read(f"SELECT {columns}, toUnixTimestamp64Milli(transcribed_at) FROM stt_jobs FINAL")
    assert tuple(row) == (NOW, NOW - 30_000, NOW - 15_000, NOW)
