"""SIGKILL of `transcribe` in mid-recording: every recording gets the transcript of an undisturbed run, and no segment
that was finished is done again."""

import os
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest

from schemas.codec import event_id
from schemas.sources import Recording, Transcript
from schemas.speech import TOY_MODEL
from schemas.topics import DEAD_LETTERS, RECORDINGS, SEGMENTS, TRANSCRIPTS
from streams.settings import Speech
from streams.transcribe.engines.vosk import VoskEngine
from streams.transcribe.job import SILENT, transcribe
from tests.installation import Installation, until
from tests.speech import quiet, say, write_wav
from tests.unit.recorder.clips import write_clip, write_silent_film

MODEL = Path("tests/fixtures/vosk-ru-tiny").absolute()
BOUNDS = {"segment_min_s": 5.0, "segment_max_s": 10.0, "hard_max_s": 15.0}
TEXTS = ("у вас дорого, мы уходим", "нужно отправить весь товар завтра", "сколько стоит доставка", "это склад")


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation with a recordings folder."""
    (tmp_path / "storage").mkdir()
    environ = {
        "LEADPULSE_SPEECH__RECORDINGS": str(tmp_path / "storage"),
        "LEADPULSE_SPEECH__SPOOL": str(tmp_path / "spool"),
        "LEADPULSE_SPEECH__VOSK_MODEL": str(MODEL),
        **{f"LEADPULSE_SPEECH__{name.upper()}": str(value) for name, value in BOUNDS.items()},
    }
    async with Installation(bootstrap, tmp_path, environ) as installation:
        yield installation


def record(here: Installation, number: int, text: str) -> Recording:
    """Two minutes of one sentence over and over, on the storage."""
    sound = np.concatenate([say(text), quiet(0.6)])
    name = f"{number}.wav"
    write_wav(here.folder / "storage" / name, np.tile(sound, 120 * 16_000 // len(sound)))
    return recording(name)


def recording(name: str, status: str = "ok") -> Recording:
    """The event of a file on the storage."""
    return Recording(
        recording_id=event_id("recording", "session", name),
        session_id="session",
        file=name,
        path=name,
        size=1,
        sha256="0" * 64,
        room="lead-1001-kickoff",
        ended_at=1_790_000_000_000,
        duration_ms=120_000,
        started_at=1_789_999_880_000,
        status=status,  # type: ignore[arg-type]
        lead_id="1001",
    )


async def send(here: Installation, recordings: list[Recording]) -> None:
    """Put recordings on their topic."""
    await here.produce(RECORDINGS, [(r.recording_id, msgspec.json.encode(r)) for r in recordings])


async def test_killed_twice_in_mid_recording(here: Installation) -> None:
    """Two SIGKILLs with segments finished and others in work: all transcripts come, no finished segment is redone."""
    recordings = [record(here, number, text) for number, text in enumerate(TEXTS)]
    worker = here.worker("transcribe")
    await send(here, recordings)
    finished = 0
    for _ in range(2):
        await until(partial(_finished, here, finished + 3), 60, "three more segments are finished", pause=0.05)
        here.end(worker, signal.SIGKILL)
        finished = await here.count(SEGMENTS)
        assert await here.count(TRANSCRIPTS) < len(recordings)
        worker = here.worker("transcribe", {"LEADPULSE_METRICS__TRANSCRIBE": "0"})
    await here.settled("transcribe", RECORDINGS, 120)

    kept = [record.key for record in await here.read(SEGMENTS) if record.value and not record.key.endswith(b"/out")]
    assert len(kept) == len(set(kept)) > finished

    got = [msgspec.json.decode(r.value, type=Transcript) for r in await here.read(TRANSCRIPTS)]
    assert {t.recording.recording_id for t in got} == {r.recording_id for r in recordings}
    engine = VoskEngine(MODEL)
    for expected in recordings:
        path = here.folder / "storage" / expected.path
        undisturbed = await transcribe(path, engine, Speech(**BOUNDS), here.folder / "oracle")
        for transcript in [t for t in got if t.recording.recording_id == expected.recording_id]:
            assert transcript.words == undisturbed.words
            assert len(transcript.words) > 50
    await engine.close()


async def _finished(here: Installation, count: int) -> bool:
    return await here.count(SEGMENTS) >= count


async def test_bad_recordings_do_not_hold_up_good_ones(here: Installation) -> None:
    """A path out of the folder, files that are no media and broken JSON become dead letters, a film
    without a sound track says so; one whose file is missing waits, and is done when the file comes."""
    (here.folder / "storage" / "noise.mp4").write_bytes(b"this is no media file" * 100)
    good = record(here, 9, TEXTS[0])
    cut = write_clip(here.folder / "storage" / "cut.mkv")
    os.truncate(cut, 300)  # FFmpeg says "Input/output error" of it
    write_silent_film(here.folder / "storage" / "film.mp4")
    bad = [recording("missing.wav"), recording("../../etc/passwd"), recording("noise.mp4", "damaged")]
    bad += [recording("cut.mkv", "damaged"), recording("film.mp4", "empty")]
    here.worker("transcribe")
    await here.produce(RECORDINGS, [("x", b'{"recording_id":')])
    await send(here, [*bad, good])
    await here.settled("transcribe", RECORDINGS, 60)
    assert {name: t.flaw for name, t in (await _transcripts(here)).items()} == {
        good.path: TOY_MODEL,
        "film.mp4": SILENT,
    }
    assert await here.count(DEAD_LETTERS) == 4
    write_wav(here.folder / "storage" / "missing.wav", say(TEXTS[1]))

    async def come() -> bool:
        return "missing.wav" in await _transcripts(here)

    await until(come, 60, "the recording is done whose file was missing")
    assert await here.count(DEAD_LETTERS) == 4


async def _transcripts(here: Installation) -> dict[str, Transcript]:
    """What came out, by file."""
    got = [msgspec.json.decode(r.value, type=Transcript) for r in await here.read(TRANSCRIPTS)]
    return {transcript.recording.path: transcript for transcript in got}
