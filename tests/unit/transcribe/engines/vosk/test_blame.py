"""Whose fault it is that `VoskEngine` hears nothing: the segment's, the model's or the engine's own."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind
from streams.transcribe.sound.audio import Audio
from tests.unit.transcribe.engines.vosk.hearing import Build, segment


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
