"""Several segments at once in the child of `VoskEngine`: each has its own answer, death, silence and cancellation."""

import asyncio
from collections.abc import Callable

import pytest

from streams.speech.faults import EngineRefusal, ErrorKind
from streams.transcribe.engines.interface import SegmentResult
from streams.transcribe.sound.audio import Audio
from tests.unit.transcribe.engines.vosk.hearing import Build, hear, segment, until, words


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
