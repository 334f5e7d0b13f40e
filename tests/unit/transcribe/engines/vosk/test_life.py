"""The child of `VoskEngine`: starts when there is work, comes back after a death, goes when idle or closed."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from schemas.sources import Word
from streams.transcribe.sound.audio import Audio
from tests.unit.transcribe.engines.vosk.hearing import Build, segment, until


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


async def test_a_broken_line_ends_the_child(build: Build, audio: Audio, pids: Callable[[], list[int]]) -> None:
    """What is no answer of ours is a death like any other, not an exception nobody expects."""
    assert (await build({"1": "garble_once"}).transcribe(audio, segment(1))).attempts == 2
    assert not psutil.pid_exists(pids()[0])
