"""Segments of a recording on one course over a line-up of engines, and who did each."""

import asyncio

from schemas.speech import FinishedSegment
from streams.transcribe.engines.fallback import Course, Lineup, Memory
from streams.transcribe.sound.audio import Segment
from tests.unit.transcribe.stand_ins import AUDIO, DictMemory

Answers = list[FinishedSegment | BaseException]


async def go(
    lineup: Lineup,
    parts: list[Segment],
    memory: Memory | None = None,
    *,
    arrived: float = 0.0,
    first_only: bool = False,
) -> Answers:
    """All segments on one course, side by side."""
    course = Course(lineup, len(parts), memory or DictMemory(), arrived=arrived, first_only=first_only)
    return await asyncio.gather(*(course.hear("", AUDIO, part) for part in parts), return_exceptions=True)


def engines(answers: Answers) -> list[str]:
    """Who did each segment, or the error's class."""
    return [a.note.engine if isinstance(a, FinishedSegment) else type(a).__name__ for a in answers]
