"""`VoskEngine` without memory: for a start, for one more recogniser, or in the middle of a segment."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.speech.faults import EngineFault, ErrorKind, Health
from streams.transcribe.engines.interface import SegmentResult
from streams.transcribe.sound.audio import Audio
from tests.unit.transcribe.engines.vosk.hearing import Build, segment, until


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
