"""`VoskEngine` against a child that does what the test says: deaths, silence, refusals, idleness, cancellation."""

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
from streams.speech.engines import RATE, Audio, EngineError, EngineFault, EngineRefusal, ErrorKind, Segment
from streams.speech.vosk import VoskEngine

FAKE = Path(__file__).with_name("fake_child.py")
MODEL = Path(__file__).parents[2] / "fixtures" / "vosk-ru-tiny"

Build = Callable[..., VoskEngine]


async def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
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

    def make(plays: dict[str, str], model: Path = MODEL, **timing: float) -> VoskEngine:
        book.write_text(json.dumps(plays))
        pause: Callable[[float], Awaitable[None]] = note
        options: dict[str, Any] = {"command": (sys.executable, str(FAKE), str(book)), "pause": pause, **timing}
        engines.append(VoskEngine(model, **options))
        return engines[-1]

    yield make
    for engine in engines:
        await engine.close()


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


async def test_a_missing_model_starts_no_process(build: Build, audio: Audio, tmp_path: Path) -> None:
    """The folder is checked before a child is started."""
    with pytest.raises(EngineError, match="does not exist") as caught:
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
