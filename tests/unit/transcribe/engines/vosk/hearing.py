"""Segments of a recording, what an engine hears in them, and waiting for a condition."""

import asyncio
from collections.abc import Callable

from streams.transcribe.engines.interface import SegmentResult
from streams.transcribe.engines.vosk import VoskEngine
from streams.transcribe.sound.audio import Audio, Segment

Build = Callable[..., VoskEngine]


async def until(condition: Callable[[], bool], within_s: float = 120.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.005)


def segment(second: int, index: int = 0) -> Segment:
    span = (second * 1000, second * 1000 + 1000)
    return Segment(index, *span, *span)


async def hear(engine: VoskEngine, audio: Audio, *seconds: int) -> list[SegmentResult | BaseException]:
    """The segments at once; what each came to."""
    calls = (engine.transcribe(audio, segment(second, index=second)) for second in seconds)
    return await asyncio.gather(*calls, return_exceptions=True)


def words(results: list[SegmentResult | BaseException]) -> list[str]:
    """The first word of each; what was raised, by its class."""
    return [result.words[0].text if isinstance(result, SegmentResult) else type(result).__name__ for result in results]
