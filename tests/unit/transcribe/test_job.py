"""A recording from file to words with an engine that answers as the test says."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from schemas.sources import Word
from streams.engine.workplace import FOLDER, sweep
from streams.speech.faults import EngineFault, EngineRefusal, ErrorKind
from streams.transcribe.engines.interface import SegmentResult, SpeechEngine
from streams.transcribe.job import transcribe
from streams.transcribe.merge import merge
from streams.transcribe.sound.audio import RATE, Audio, Segment
from streams.transcribe.sound.decode import Unreadable
from tests.speech import write_wav
from tests.tones import talk
from tests.unit.transcribe.tone_engine import Bounds, Ears, ToneEngine


def tones(count: int, gap_every: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int16]], list[Word]]:
    """`count` words of 200 ms, 50 ms apart, and 500 ms after every `gap_every`."""
    parts, words, at = [], [], 0
    time = np.arange(RATE // 5)
    for number in range(count):
        pitch = 300 + 25 * number
        parts.append(8000 * np.sin(2 * np.pi * pitch * time / RATE))
        words.append(Word(str(pitch), at // 16, (at + len(time)) // 16, 1.0))
        silence = RATE // 2 if number % gap_every == gap_every - 1 else RATE // 20
        parts.append(np.zeros(silence))
        at += len(time) + silence
    return np.concatenate(parts).astype(np.int16), words


@pytest.fixture
def record(tmp_path: Path) -> Callable[[int, int], tuple[Path, list[Word]]]:
    def write(count: int, gap_every: int) -> tuple[Path, list[Word]]:
        pcm, words = tones(count, gap_every)
        write_wav(tmp_path / "a.wav", pcm)
        return tmp_path / "a.wav", words

    return write


Record = Callable[[int, int], tuple[Path, list[Word]]]


@pytest.mark.parametrize("gap_every", [5, 1000])
async def test_every_word_once_at_its_time(record: Record, tmp_path: Path, gap_every: int) -> None:
    """Cut at pauses, or hard with overlap: the words come back in order, none twice, none lost, times within 5 ms."""
    file, words = record(120, gap_every)
    engine = ToneEngine()
    result = await transcribe(file, engine, Bounds(), tmp_path / "spool")
    assert len(engine.asked) == result.segments > 5
    assert [word.text for word in result.words] == [word.text for word in words]
    for got, said in zip(result.words, words, strict=True):
        assert abs(got.start_ms - said.start_ms) <= 5
        assert abs(got.end_ms - said.end_ms) <= 5
    assert (result.engine, result.model, result.degraded, result.failed_segments) == ("tones", "fft", False, [])
    assert list((tmp_path / "spool").iterdir()) == []


async def test_the_longest_segments_start_first(tmp_path: Path) -> None:
    """Then no long one is left over at the end; the words still come in order of time."""
    said = talk(90, pause_ms=(400, 4000))
    write_wav(tmp_path / "a.wav", said.pcm)
    engine = Ears()
    result = await transcribe(tmp_path / "a.wav", engine, Bounds(), tmp_path / "spool")
    assert engine.lengths == sorted(engine.lengths, reverse=True)
    assert engine.asked != sorted(engine.asked)
    assert result.words == list(said.words)


async def test_a_refused_segment_is_a_reported_gap(record: Record, tmp_path: Path) -> None:
    """The other segments are transcribed; the gap's bounds are given and the whole is degraded."""
    file, words = record(60, 5)
    engine = ToneEngine({1: EngineRefusal(ErrorKind.CRASHED, "killed it twice")})
    result = await transcribe(file, engine, Bounds(), tmp_path / "spool")
    [(start, end)] = result.failed_segments
    outside = [word.text for word in words if not start <= (word.start_ms + word.end_ms) / 2 < end]
    assert [word.text for word in result.words] == outside
    assert len(outside) < len(words)
    assert result.degraded


@pytest.mark.parametrize(
    "fault",
    [EngineRefusal(ErrorKind.MODEL, "no model"), EngineFault(ErrorKind.TRANSIENT, "network", retry_after=3.0)],
)
async def test_a_fault_of_the_engine_is_no_transcript(record: Record, tmp_path: Path, fault: Exception) -> None:
    """Where the recording is not to blame the job fails as a whole, and leaves nothing in the spool."""
    file, _ = record(60, 5)
    with pytest.raises(type(fault)) as caught:
        await transcribe(file, ToneEngine({1: fault}), Bounds(), tmp_path / "spool")
    assert caught.value is fault
    assert list((tmp_path / "spool").iterdir()) == []


async def test_silence_asks_no_engine(tmp_path: Path) -> None:
    """A silent room is an empty transcript, neither degraded nor sent anywhere, and it says what to look at."""
    write_wav(tmp_path / "a.wav", np.zeros(20 * RATE, np.int16))
    engine = ToneEngine()
    result = await transcribe(tmp_path / "a.wav", engine, Bounds(), tmp_path / "spool")
    assert (result.words, engine.asked, result.degraded, result.duration_ms) == ([], [], False, 20_000)
    assert result.flaw == "нет звука: проверьте микрофон или Jibri"


async def test_an_unreadable_file_is_terminal(tmp_path: Path) -> None:
    """A file without sound ends in one clear error."""
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(Unreadable):
        await transcribe(tmp_path / "a.mp4", ToneEngine(), Bounds(), tmp_path / "spool")


async def test_progress_counts_segments(record: Record, tmp_path: Path) -> None:
    """Progress goes from nothing to all."""
    file, _ = record(60, 5)
    seen: list[tuple[int, int]] = []
    result = await transcribe(file, ToneEngine(), Bounds(), tmp_path / "spool", lambda *done: seen.append(done))
    assert seen == [(done, result.segments) for done in range(result.segments + 1)]


async def test_a_cancelled_job_leaves_nothing(record: Record, tmp_path: Path) -> None:
    """A partition that moved away: the spool is empty and the cancellation goes on up."""
    file, _ = record(60, 5)
    reached = asyncio.Event()

    class Stuck(ToneEngine):
        async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
            reached.set()
            await asyncio.Event().wait()
            raise AssertionError

    engine: SpeechEngine = Stuck()
    job = asyncio.create_task(transcribe(file, engine, Bounds(), tmp_path / "spool"))
    await asyncio.wait_for(reached.wait(), 120)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert list((tmp_path / "spool").iterdir()) == []


def test_merge_drops_the_twin_at_a_hard_cut() -> None:
    """Two runs place one word's middle on both sides of the cut: it is one word. A repeated word is two."""
    former, later = Segment(0, 0, 1000, 0, 3000), Segment(1, 1000, 2000, 0, 2000)
    one = SegmentResult((Word("да", 0, 200, 1.0), Word("да", 200, 400, 1.0), Word("нет", 800, 1180, 0.9)), "e", "m")
    two = SegmentResult((Word("нет", 830, 1200, 0.8), Word("нет", 1300, 1500, 0.8)), "e", "m")
    assert [(word.text, word.start_ms) for word in merge([(former, one), (later, two)])] == [
        ("да", 0),
        ("да", 200),
        ("нет", 800),
        ("нет", 1300),
    ]


def test_merge_makes_times_monotonic() -> None:
    """A segment's first word never starts before the last one of the segment before it."""
    former, later = Segment(0, 0, 1000, 0, 3000), Segment(1, 1000, 2000, 0, 2000)
    one = SegmentResult((Word("раз", 900, 1080, 1.0),), "e", "m")
    two = SegmentResult((Word("два", 880, 1200, 1.0),), "e", "m")
    assert merge([(former, one), (later, two)])[1] == Word("два", 900, 1200, 1.0)


def test_sweep_removes_what_a_killed_worker_left(tmp_path: Path) -> None:
    """Folders of dead processes go, those of living ones stay, other files too."""
    dead = tmp_path / (FOLDER.format(pid=2**22 + 1) + "x")
    alive = tmp_path / (FOLDER.format(pid=os.getpid()) + "x")
    for folder in (dead, alive, tmp_path / "other"):
        folder.mkdir()
        (folder / "audio.pcm").touch()
    assert sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([alive.name, "other"])
