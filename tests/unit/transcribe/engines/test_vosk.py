"""`VoskEngine` against a child that does what the test says: deaths, silence, no memory, idleness, cancellation."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from schemas.sources import Word
from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind, Health
from streams.transcribe.engines.interface import SegmentResult
from streams.transcribe.engines.vosk import VoskEngine
from streams.transcribe.sound.audio import RATE, Audio, Segment

FAKE = Path(__file__).with_name("fake_child.py")
MODEL = Path(__file__).parents[3] / "fixtures" / "vosk-ru-tiny"

Build = Callable[..., VoskEngine]


async def until(condition: Callable[[], bool], within_s: float = 120.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.005)


def segment(second: int, index: int = 0) -> Segment:
    span = (second * 1000, second * 1000 + 1000)
    return Segment(index, *span, *span)


@pytest.fixture
def audio(tmp_path: Path) -> Audio:
    file = tmp_path / "audio.pcm"
    file.write_bytes(bytes(10 * RATE * 2))
    return Audio(file, 10 * RATE)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
async def build(tmp_path: Path, pauses: list[float]) -> AsyncIterator[Build]:
    """Engines whose child follows the given plays; restarts do not wait but note the pause."""
    engines: list[VoskEngine] = []
    book = tmp_path / "plays.json"

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    def make(plays: dict[str, str], model: Path = MODEL, **others: Any) -> VoskEngine:
        book.write_text(json.dumps(plays))
        pause: Callable[[float], Awaitable[None]] = note
        command = (sys.executable, str(FAKE), str(book))
        options: dict[str, Any] = {"command": command, "pause": pause, "free_mb": lambda: 10_000, **others}
        engines.append(VoskEngine(model, **options))
        return engines[-1]

    yield make
    for engine in engines:
        async with asyncio.timeout(60):  # what a failed test left in work is waited for
            await engine.close()


@pytest.fixture
def crowds(tmp_path: Path) -> Callable[[], list[tuple[int, int]]]:
    """For every request: the process it went to, and how many that had in work with it."""

    def read() -> list[tuple[int, int]]:
        file = tmp_path / "plays.crowds"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(int(pid), int(number)) for pid, number in map(str.split, lines)]

    return read


@pytest.fixture
def pids(tmp_path: Path) -> Callable[[], list[int]]:
    """Process ids of all children started so far."""
    return lambda: [int(line) for line in (tmp_path / "plays.pids").read_text().split()]


async def test_words_are_shifted_to_the_recording(build: Build, audio: Audio) -> None:
    """Seconds from the segment's start become milliseconds from the recording's start."""
    result = await build({}).transcribe(audio, segment(3))
    assert result.words == (Word("слово3", 3100, 3400, 0.9), Word("[unk]", 3500, 3900, 0.512))
    assert (result.engine, result.model, result.attempts) == ("vosk", "vosk-ru-tiny", 1)


async def test_one_child_serves_all_segments(build: Build, audio: Audio, pids: Callable[[], list[int]]) -> None:
    """The child starts with the first segment, not before, and is kept; calls that overlap wait for each other."""
    engine = build({})
    assert engine.pid is None
    results = await asyncio.gather(*(engine.transcribe(audio, segment(second)) for second in range(4)))
    assert [result.words[0].text for result in results] == ["слово0", "слово1", "слово2", "слово3"]
    assert pids() == [engine.pid]


async def test_a_killed_child_is_restarted(
    build: Build, audio: Audio, pids: Callable[[], list[int]], pauses: list[float]
) -> None:
    """One death costs one retry after a short pause; the segment's words still come."""
    engine = build({"2": "die_once"})
    result = await engine.transcribe(audio, segment(2))
    assert result.words[0].text == "слово2"
    assert result.attempts == 2
    assert len(pids()) == 2
    assert pauses == [0.5]
    assert engine.health().restarts == 1


async def test_a_poisoned_segment_is_reported_and_the_next_one_works(
    build: Build, audio: Audio, pids: Callable[[], list[int]], pauses: list[float]
) -> None:
    """A segment that ends the child twice is refused as CRASHED, never tried a third time, and harms no other."""
    engine = build({"2": "die"})
    with pytest.raises(EngineRefusal, match="signal 6") as caught:
        await engine.transcribe(audio, segment(2, index=7))
    assert caught.value.kind is ErrorKind.CRASHED
    assert not caught.value.retriable
    assert not caught.value.engine_wide
    assert len(pids()) == 2
    assert (await engine.transcribe(audio, segment(3))).attempts == 1
    assert pauses == [0.5, 1.0]


async def test_a_silent_child_is_killed(build: Build, audio: Audio, pids: Callable[[], list[int]]) -> None:
    """No line for `silent_s` seconds: the process is killed and the segment tried once more."""
    engine = build({"1": "hang_once"}, silent_s=1)
    assert (await engine.transcribe(audio, segment(1))).attempts == 2
    assert not psutil.pid_exists(pids()[0])


async def test_always_silent_is_a_timeout(build: Build, audio: Audio) -> None:
    """A segment that silences the child twice is refused as TIMEOUT."""
    with pytest.raises(EngineRefusal, match="silent for 1 s") as caught:
        await build({"1": "hang"}, silent_s=1).transcribe(audio, segment(1))
    assert caught.value.kind is ErrorKind.TIMEOUT


async def test_a_refusal_by_the_library_is_invalid(build: Build, audio: Audio, pids: Callable[[], list[int]]) -> None:
    """An exception inside the child is the segment's fault: no restart, kind INVALID."""
    engine = build({"1": "refuse"})
    with pytest.raises(EngineRefusal, match="Failed to process waveform") as caught:
        await engine.transcribe(audio, segment(1))
    assert caught.value.kind is ErrorKind.INVALID
    assert pids() == [engine.pid]


async def test_a_child_that_does_not_come_up_is_engine_wide(build: Build, audio: Audio) -> None:
    """Death while loading blames the engine, not the segment; readiness says so, and the next success clears it."""
    engine = build({"load": "die_once"})
    with pytest.raises(EngineFault, match="does not come up") as caught:
        await engine.transcribe(audio, segment(1))
    assert caught.value.kind is ErrorKind.RESOURCE
    assert caught.value.engine_wide
    assert not engine.health().usable
    await engine.transcribe(audio, segment(1))
    assert engine.health().usable


async def test_a_model_that_vosk_refuses_is_engine_wide(build: Build, audio: Audio) -> None:
    """Files that look right but do not load are a MODEL refusal that names the folder."""
    with pytest.raises(EngineRefusal, match=r"cannot load .*vosk-ru-tiny") as caught:
        await build({"load": "fatal"}).transcribe(audio, segment(1))
    assert caught.value.kind is ErrorKind.MODEL


async def test_a_model_that_fails_without_a_word_met_no_memory(build: Build, audio: Audio) -> None:
    """libvosk swallows `bad_alloc`, while every fault of a model is named on stderr: this one may pass."""
    engine = build({"load": "fatal_without_a_word"})
    with pytest.raises(EngineFault, match=r"cannot load .*probably out of memory") as caught:
        await engine.transcribe(audio, segment(1))
    assert caught.value.kind is ErrorKind.RESOURCE
    assert not engine.health().usable


async def test_a_missing_model_starts_no_process(build: Build, audio: Audio, tmp_path: Path) -> None:
    """The folder is checked before a child is started."""
    with pytest.raises(EngineError, match="папки модели") as caught:
        await build({}, model=tmp_path / "nowhere").transcribe(audio, segment(1))
    assert caught.value.kind is ErrorKind.MODEL
    assert not (tmp_path / "plays.pids").exists()


async def test_stderr_is_swallowed(build: Build, audio: Audio, capfd: pytest.CaptureFixture[str]) -> None:
    """1.4 MB of warnings neither blocks the child nor reaches our stderr."""
    assert (await build({"1": "flood"}).transcribe(audio, segment(1))).words
    assert capfd.readouterr().err == ""


async def test_an_idle_child_ends_and_comes_back(
    build: Build, audio: Audio, pids: Callable[[], list[int]], pauses: list[float]
) -> None:
    """After `idle_s` without work its memory is free; the next segment starts a new one, without a penalty."""
    engine = build({}, idle_s=0.05)
    await engine.transcribe(audio, segment(1))
    await until(lambda: engine.pid is None)
    await until(lambda: not psutil.pid_exists(pids()[0]))
    assert (await engine.transcribe(audio, segment(2))).attempts == 1
    assert pauses == []


async def test_death_between_segments_is_nobodys_fault(build: Build, audio: Audio, pauses: list[float]) -> None:
    """A child that was killed while idle is replaced and the next segment counts one attempt."""
    engine = build({})
    await engine.transcribe(audio, segment(1))
    assert engine.pid
    os.kill(engine.pid, 9)
    await until(lambda: engine.pid is None)
    assert (await engine.transcribe(audio, segment(2))).attempts == 1
    assert pauses == []


async def test_a_cancelled_call_leaves_the_engine_usable(
    build: Build, audio: Audio, pids: Callable[[], list[int]], tmp_path: Path
) -> None:
    """The late answer to a cancelled request is not taken for the next one's."""
    engine = build({"1": "late"})
    await engine.transcribe(audio, segment(0))
    call = asyncio.create_task(engine.transcribe(audio, segment(1)))
    await until((tmp_path / "plays.late").exists)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await engine.transcribe(audio, segment(2))).words[0].text == "слово2"
    assert len(pids()) == 1


async def test_close_ends_the_process(build: Build, audio: Audio, pids: Callable[[], list[int]]) -> None:
    """Nothing of ours runs after `close`."""
    engine = build({})
    await engine.transcribe(audio, segment(1))
    await engine.close()
    assert not psutil.pid_exists(pids()[0])


async def test_close_ends_a_process_that_nobody_waits_for(
    build: Build, audio: Audio, pids: Callable[[], list[int]], tmp_path: Path
) -> None:
    """The one caller leaves while the model loads: the process goes with `close`."""
    engine = build({"load": "hang"})
    call = asyncio.create_task(engine.transcribe(audio, segment(1)))
    await until((tmp_path / "plays.hang").exists)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await engine.close()
    assert not psutil.pid_exists(pids()[0])


async def hear(engine: VoskEngine, audio: Audio, *seconds: int) -> list[SegmentResult | BaseException]:
    """The segments at once; what each came to."""
    calls = (engine.transcribe(audio, segment(second, index=second)) for second in seconds)
    return await asyncio.gather(*calls, return_exceptions=True)


def words(results: list[SegmentResult | BaseException]) -> list[str]:
    """The first word of each; what was raised, by its class."""
    return [result.words[0].text if isinstance(result, SegmentResult) else type(result).__name__ for result in results]


async def test_several_in_work_get_their_own_answers(
    build: Build, audio: Audio, crowds: Callable[[], list[tuple[int, int]]]
) -> None:
    """Three threads: the first request is answered last, the fourth waits for a place."""
    engine = build({"1": "after:2", "2": "after:3", "3": "meet:3"}, threads=3)
    assert engine.caps.parallel == 3
    results = await hear(engine, audio, 1, 2, 3, 4)
    assert words(results) == ["слово1", "слово2", "слово3", "слово4"]
    assert max(number for _, number in crowds()) == 3


async def test_only_the_guilty_one_is_refused(
    build: Build, audio: Audio, pids: Callable[[], list[int]], crowds: Callable[[], list[tuple[int, int]]]
) -> None:
    """Three in work at a death: each is tried again alone, and the one that kills the child again is reported."""
    engine = build({"1": "meet:4 late", "2": "meet:3 die", "3": "meet:4 late"}, threads=3)
    results = await hear(engine, audio, 1, 2, 3)
    assert words(results) == ["слово1", "EngineRefusal", "слово3"]
    assert isinstance(results[1], EngineRefusal)
    assert results[1].kind is ErrorKind.CRASHED
    assert [result.attempts for result in results if isinstance(result, SegmentResult)] == [2, 2]
    first, *later = pids()
    assert len(later) == 2
    assert [number for pid, number in crowds() if pid in later] == [1, 1, 1]
    assert first != engine.pid
    assert words(await hear(engine, audio, 4, 5)) == ["слово4", "слово5"]


async def test_a_neighbour_of_silent_segments_is_innocent(build: Build, audio: Audio) -> None:
    """Silence is watched for each request by itself: who gives signs of life loses its work but no attempt."""
    engine = build({"1": "meet:2 hang", "2": "beat:2", "3": "hang"}, threads=2, silent_s=0.5)
    results = await hear(engine, audio, 1, 2, 3)
    assert words(results) == ["EngineRefusal", "слово2", "EngineRefusal"]
    assert [result.kind for result in results if isinstance(result, EngineRefusal)] == [ErrorKind.TIMEOUT] * 2
    assert [result.attempts for result in results if isinstance(result, SegmentResult)] == [3]


async def test_one_of_two_is_cancelled(
    build: Build, audio: Audio, pids: Callable[[], list[int]], crowds: Callable[[], list[tuple[int, int]]]
) -> None:
    """The other one goes on in the same process."""
    engine = build({"1": "hang", "2": "after:3"}, threads=2)
    doomed = asyncio.create_task(engine.transcribe(audio, segment(1)))
    other = asyncio.create_task(engine.transcribe(audio, segment(2)))
    await until(lambda: engine.pid is not None and len(crowds()) == 2)
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    assert words(await hear(engine, audio, 3)) == ["слово3"]
    assert (await other).words[0].text == "слово2"
    assert len(pids()) == 1


async def test_a_start_is_shared(build: Build, audio: Audio, pids: Callable[[], list[int]]) -> None:
    """Three who come together meet one failed start, not three one after the other."""
    results = await hear(build({"load": "die"}, threads=3), audio, 1, 2, 3)
    assert words(results) == ["EngineFault"] * 3
    assert len(pids()) == 1


async def test_a_broken_line_ends_the_child(build: Build, audio: Audio, pids: Callable[[], list[int]]) -> None:
    """What is no answer of ours is a death like any other, not an exception nobody expects."""
    assert (await build({"1": "garble_once"}).transcribe(audio, segment(1))).attempts == 2
    assert not psutil.pid_exists(pids()[0])


@pytest.mark.parametrize(
    ("play", "said"),
    [
        ("exhaust", "out of memory: 900 MB in use, speech.vosk_memory_mb allows 800"),
        ("starve", r"out of memory \(signal 6\)"),
        ("kill", "killed by the system, probably out of memory"),
    ],
)
async def test_out_of_memory_loses_no_segment(build: Build, audio: Audio, play: str, said: str) -> None:
    """Twice without memory: the engine says so and asks for patience; the segment is not refused, so it comes again."""
    engine = build({"1": f"{play}_once"})
    assert (await engine.transcribe(audio, segment(1))).attempts == 2
    engine = build({"1": play})
    with pytest.raises(EngineFault, match=said) as caught:
        await engine.transcribe(audio, segment(1))
    assert caught.value.kind is ErrorKind.RESOURCE
    assert caught.value.retry_after
    assert not engine.health().usable
    assert "memory" in engine.health().detail
    assert (await engine.transcribe(audio, segment(2))).words
    assert engine.health().usable


async def test_too_little_memory_for_a_start(build: Build, audio: Audio, tmp_path: Path) -> None:
    """No process is started that could not live; when there is memory again, all is well."""
    free = [214]  # one less than 64 for the process, 1 for the model, 150 for a recogniser
    engine = build({}, free_mb=lambda: free[0])
    with pytest.raises(EngineFault, match="215 MB needed, 214 MB free") as caught:
        await engine.transcribe(audio, segment(1))
    assert caught.value.kind is ErrorKind.RESOURCE
    assert caught.value.retry_after
    assert engine.health() == Health(False, "not enough memory for Vosk: 215 MB needed, 214 MB free")
    assert not (tmp_path / "plays.pids").exists()
    free[0] += 1
    assert (await engine.transcribe(audio, segment(1))).words
    assert engine.health().usable


async def test_a_limit_is_the_need(build: Build, audio: Audio) -> None:
    """Who limits the process has measured it: that much must be free, not what the model's size suggests."""
    assert (await build({}, limit_mb=160, free_mb=lambda: 160).transcribe(audio, segment(1))).words
    with pytest.raises(EngineFault, match="5000 MB needed"):
        await build({}, limit_mb=5000, free_mb=lambda: 4999).transcribe(audio, segment(1))


async def test_short_of_memory_one_goes_at_a_time(
    build: Build, audio: Audio, crowds: Callable[[], list[tuple[int, int]]], tmp_path: Path
) -> None:
    """Memory for the model but not for a second recogniser: the segments go one after the other."""
    calls: list[asyncio.Task[SegmentResult]] = []
    mark = tmp_path / "plays.late"
    engine = build({"1": "late"}, threads=2, free_mb=lambda: 100 if mark.exists() and not calls[0].done() else 1000)
    calls.append(asyncio.create_task(engine.transcribe(audio, segment(1))))
    await until(mark.exists)
    assert (await engine.transcribe(audio, segment(2))).words[0].text == "слово2"
    assert (await calls[0]).words[0].text == "слово1"
    assert [number for _, number in crowds()] == [1, 1]


async def test_short_of_memory_alone_is_a_fault(build: Build, audio: Audio) -> None:
    """The process runs, but there is no room for even one recogniser: RESOURCE, and the process is kept."""
    free = [1000]
    engine = build({}, free_mb=lambda: free[0])
    await engine.transcribe(audio, segment(1))
    free[0] = 149
    with pytest.raises(EngineFault, match="150 MB needed, 149 MB free") as caught:
        await engine.transcribe(audio, segment(2))
    assert caught.value.kind is ErrorKind.RESOURCE
    free[0] = 150
    assert (await engine.transcribe(audio, segment(2))).words
