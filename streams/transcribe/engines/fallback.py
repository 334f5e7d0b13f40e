"""Which engine does a segment: the first one if it can, the next one where it must (research/speech.md 3.3).

    the engine refuses us, or its breaker is open    the whole rest of the recording goes to the next engine
    attempts on a segment exhausted                  that segment
    the engine does not take this segment            that segment
    more than `TOO_MANY` of the segments went        the rest too: one consistent text beats a patchwork
    the last engine needs the time that is left      segments that were not begun yet go to it (`deadline`)
    the next engine cannot either                    what is finished stays, the recording waits

How long the first engine is waited for before the first two lead to the next one is the policy: `patience`.
"""

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.errors import Transient
from schemas.sources import SegmentNote
from schemas.speech import FinishedSegment
from streams.speech.faults import EngineError, EngineRefusal, ErrorKind
from streams.transcribe.engines.deadline import Pressure
from streams.transcribe.engines.guard import Away, Guarded, lasting
from streams.transcribe.engines.interface import UNKEPT, Operation, SegmentResult
from streams.transcribe.sound.audio import Audio, Segment

log = logging.getLogger(__name__)

TOO_MANY = 0.3
"""Share of a recording's segments."""
LOOK_AGAIN_S = 30.0
"""Longest pause of a recording that waits for its engine."""


class Waiting(Transient):
    """The recording waits for its engine, as the policy says. What is finished is kept."""


class Memory(Protocol):
    """Finished segments of one recording."""

    def find(self, track: str, segment: Segment, engine: str, model: str) -> FinishedSegment | None: ...

    async def keep(self, segment: Segment, finished: FinishedSegment) -> None:
        """Return when it is durable."""

    def operation(self, track: str, segment: Segment, engine: str, model: str) -> Operation:
        """What a service does for the segment, or did for a former owner of the recording."""


class NoMemory:
    """For a file transcribed by hand."""

    def find(self, track: str, segment: Segment, engine: str, model: str) -> None:
        """Nothing is known."""

    async def keep(self, segment: Segment, finished: FinishedSegment) -> None:
        """Nothing is kept."""

    def operation(self, track: str, segment: Segment, engine: str, model: str) -> Operation:
        return UNKEPT


def patience(policy: str) -> float:
    """Seconds that a recording waits for the first engine: `immediate`, `wait:<s>` or `never` (for ever)."""
    match policy.partition(":"):
        case ("never", "", _):
            return math.inf
        case ("wait", ":", seconds):
            return float(seconds)
        case _:
            return 0.0


@dataclass(frozen=True, slots=True)
class Lineup:
    """The engines in order, and the rules for all recordings. `clock` in seconds UTC, as a recording's arrival.

    `deadline_s`: so long after its arrival a recording should have its words.
    """

    engines: Sequence[Guarded]
    patience_s: float = 0.0
    clock: Callable[[], float] = time.time
    deadline_s: float = math.inf

    @property
    def first(self) -> Guarded:
        return self.engines[0]

    def is_fallback(self, name: str) -> bool:
        """Whether text of this engine is to be replaced when the first one can: it is offline and the first is not."""
        if self.first.engine.caps.offline:
            return False
        return any(g.name == name and g.engine.caps.offline for g in self.engines[1:])

    def wait_s(self, arrived: float) -> float | None:
        """Seconds until a recording that arrived then should look again; None if it may begin now."""
        away, left = self.first.away_s, arrived + self.patience_s - self.clock()
        if away is None or left <= 0:
            return None
        return min(max(away, 1.0), left, LOOK_AGAIN_S)


class Course:
    """How one recording goes through the engines. `first_only`: an upgrade, where the next ones' text is there already.
    `arrived` in seconds UTC; 0 for one that nobody waits for by the clock, which has no deadline either.

    Where the recording has to stop, segments that are with an engine are finished and kept, and no new one is begun.
    """

    def __init__(
        self, lineup: Lineup, segments: int, memory: Memory, *, arrived: float = 0.0, first_only: bool = False
    ) -> None:
        self._lineup, self._segments, self._memory = lineup, segments, memory
        self._until = arrived + lineup.patience_s
        self._pressure = Pressure(segments, arrived + lineup.deadline_s if arrived else math.inf)
        self._asked = lineup.engines[:1] if first_only else lineup.engines
        self._left: dict[str, EngineError] = {}
        self._halted: Waiting | EngineError | None = None
        self._fallen = 0

    @property
    def first(self) -> tuple[str, str]:
        """Name and model of the engine that was to do it."""
        engine = self._lineup.first.engine
        return engine.name, engine.model

    async def hear(self, track: str, audio: Audio, segment: Segment) -> FinishedSegment:
        """The segment's words from the first engine that has them, kept before they count.

        Raises the last engine's `EngineError` where none has; `Waiting`.
        """
        self._pressure.came(segment)
        finished = self._kept(track, segment, self._asked) or await self._heard(track, audio, segment)
        self._pressure.done(segment)
        return finished

    async def _heard(self, track: str, audio: Audio, segment: Segment) -> FinishedSegment:
        try:
            guarded, result, seconds = await self._ask(track, audio, segment)
        except EngineError:
            if kept := self._kept(track, segment, self._lineup.engines):
                return kept
            raise
        finished = _finished(track, segment, result, seconds)
        await self._memory.keep(segment, finished)
        await guarded.discard(result)
        return finished

    def _kept(self, track: str, segment: Segment, engines: Sequence[Guarded]) -> FinishedSegment | None:
        for guarded in engines:
            if kept := self._memory.find(track, segment, guarded.name, guarded.engine.model):
                self._count(guarded)
                return kept
        return None

    async def _ask(self, track: str, audio: Audio, segment: Segment) -> tuple[Guarded, SegmentResult, float]:
        """Who had the words, and after how many seconds."""
        failure: EngineError | None = None
        for guarded in self._asked:
            async with guarded.room:
                if self._halted:
                    raise self._halted
                self._hurry(guarded, segment)
                if guarded.name in self._left:
                    failure = self._left[guarded.name]
                    continue
                operation = self._memory.operation(track, segment, guarded.name, guarded.engine.model)
                began = time.monotonic()
                try:
                    result = await guarded.transcribe(audio, segment, operation)
                except EngineError as error:
                    self._judge(guarded, segment, error)
                    failure = error
                    continue
                self._count(guarded)
                return guarded, result, time.monotonic() - began
        assert failure, "a line-up has at least one engine"
        raise failure

    def _hurry(self, guarded: Guarded, segment: Segment) -> None:
        """Leaves the engine for the rest of the recording where the last one would come too late after it."""
        last = self._asked[-1]
        if guarded is last or guarded.name in self._left:
            return
        if self._pressure.late(self._lineup.clock(), segment, last.engine.caps.parallel):
            self._leave(guarded, "is too slow for the deadline of the recording")

    def _judge(self, guarded: Guarded, segment: Segment, error: EngineError) -> None:
        """What the failure means for this segment's neighbours. Raises `Waiting` where the recording waits."""
        if not isinstance(error, Away):
            log.warning(
                "segment not heard",
                extra={"engine": guarded.name, "segment": segment.index, "kind": error.kind, "error": str(error)},
            )
        whole = error.engine_wide or lasting(error)
        if guarded is self._asked[-1]:
            self._halted = error if whole else self._halted
            return
        if whole or error.retriable:
            self._wait_for(guarded, error)
        if whole:
            self._left.setdefault(guarded.name, error)

    def _wait_for(self, guarded: Guarded, error: EngineError) -> None:
        left = self._until - self._lineup.clock()
        if guarded is self._lineup.first and left > 0:
            pause = min(left, LOOK_AGAIN_S)
            self._halted = Waiting(f"waiting for {guarded.name}: {error}", retry_after=pause)
            raise self._halted

    def _count(self, guarded: Guarded) -> None:
        first = self._lineup.first
        if guarded is first or len(self._asked) == 1:
            return
        self._fallen += 1
        if self._fallen > TOO_MANY * self._segments and first.name not in self._left:
            self._leave(first, "failed too many segments of the recording")

    def _leave(self, guarded: Guarded, why: str) -> None:
        log.warning("recording goes on without an engine", extra={"engine": guarded.name, "why": why})
        self._left[guarded.name] = EngineRefusal(ErrorKind.TRANSIENT, f"{guarded.name} {why}")


def _finished(track: str, segment: Segment, result: SegmentResult, seconds: float) -> FinishedSegment:
    note = SegmentNote(
        start_ms=segment.own_start_ms,
        end_ms=segment.own_end_ms,
        engine=result.engine,
        model=result.model,
        track=track,
        attempts=result.attempts,
        billed_units=result.billed_units,
        request_ids=list(result.request_ids),
        punctuated=result.punctuated,
        seconds=round(seconds, 2),
        first_event_ms=result.first_event_ms,
        warnings=result.warnings,
    )
    return FinishedSegment(note, list(result.words), list(result.utterances), list(result.lengths))
