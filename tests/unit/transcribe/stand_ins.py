"""Engines that answer as a test says, a clock it turns, and a memory that is a dict."""

import asyncio
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from schemas.sources import Word
from schemas.speech import FinishedSegment
from streams.speech.breaker import Breaker
from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind, Health
from streams.transcribe.engines.fallback import Lineup
from streams.transcribe.engines.guard import Guarded
from streams.transcribe.engines.interface import Capabilities, SegmentResult, SpeechEngine
from streams.transcribe.sound.audio import Audio, Segment

AUDIO = Audio(Path("/nonexistent"), 16_000 * 600)
AUTH = EngineRefusal(ErrorKind.AUTH, "unknown api key", code="UNAUTHENTICATED")
LOST = EngineFault(ErrorKind.TRANSIENT, "connection reset", code="UNAVAILABLE")
BAD = EngineRefusal(ErrorKind.INVALID, "not for me", code="INVALID_ARGUMENT")
NO_MEMORY = EngineFault(ErrorKind.RESOURCE, "the process does not come up")
NO_MODEL = EngineRefusal(ErrorKind.MODEL, "no model")
UNKNOWN_CALL = EngineRefusal(ErrorKind.INVALID, "no such method", code="UNIMPLEMENTED")


class Clock:
    """Seconds, as the test says."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Scripted:
    """Answers every segment with one word that names the engine and the segment; faults as `fault` says."""

    name: str
    offline: bool = False
    fault: Callable[[Segment], EngineError | None] = lambda _: None
    parallel: int = 4
    model: str = "m"
    asked: list[int] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def caps(self) -> Capabilities:
        return Capabilities(300_000, self.parallel, offline=self.offline, punctuation=False)

    def check(self) -> None: ...

    def health(self) -> Health:
        return Health(True, "")

    async def close(self) -> None: ...

    async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        self.asked.append(segment.index)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if error := self.fault(segment):
                raise error
        finally:
            self.at_once -= 1
        word = Word(f"{self.name}{segment.index}", segment.own_start_ms, segment.own_start_ms + 100, 1.0)
        return SegmentResult((word,), self.name, self.model, billed_units=1)


def always(error: EngineError) -> Callable[[Segment], EngineError]:
    """Every segment fails so."""
    return lambda _: error


def on(indices: Iterable[int], error: EngineError) -> Callable[[Segment], EngineError | None]:
    """These segments fail so."""
    wanted = set(indices)
    return lambda segment: error if segment.index in wanted else None


@dataclass
class Noted:
    """`engines.Operation` in a field."""

    id: str = ""

    async def begun(self, id_: str) -> None:
        self.id = id_

    async def over(self) -> None:
        self.id = ""


class DictMemory:
    """`fallback.Memory` without Kafka."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int, str, str], FinishedSegment] = {}
        self.noted: dict[tuple[str, int, str, str], Noted] = {}

    def find(self, track: str, segment: Segment, engine: str, model: str) -> FinishedSegment | None:
        return self.kept.get((track, segment.own_start_ms, engine, model))

    async def keep(self, segment: Segment, finished: FinishedSegment) -> None:
        note = finished.note
        self.kept[note.track, segment.own_start_ms, note.engine, note.model] = finished

    def operation(self, track: str, segment: Segment, engine: str, model: str) -> "Noted":
        return self.noted.setdefault((track, segment.own_start_ms, engine, model), Noted())


def segments(count: int) -> list[Segment]:
    """Segments of ten seconds, one after the other."""
    return [Segment(i, i * 10_000, i * 10_000 + 9_000, i * 10_000, i * 10_000 + 9_000) for i in range(count)]


def guarded(engine: SpeechEngine, clock: Clock, **told: Callable[..., None]) -> Guarded:
    """Behind a breaker, unless it is offline."""
    return Guarded(engine, None if engine.caps.offline else Breaker(clock, dice=Random(1)), **told)


def line(
    *engines: SpeechEngine,
    clock: Clock | None = None,
    patience_s: float = 0.0,
    deadline_s: float = math.inf,
    **told: Callable[..., None],
) -> Lineup:
    """A line-up of them."""
    at = clock or Clock()
    return Lineup([guarded(engine, at, **told) for engine in engines], patience_s, at, deadline_s)
