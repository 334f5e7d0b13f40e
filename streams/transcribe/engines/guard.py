"""An engine behind its breaker: asked only while it is let through, at most `caps.parallel` segments at once."""

import asyncio
import time
from collections.abc import Callable

from streams.engine import metrics
from streams.speech.breaker import Breaker, State
from streams.speech.faults import EngineError, EngineFault, ErrorKind
from streams.transcribe.engines.interface import UNKEPT, Detached, Operation, SegmentResult, SpeechEngine
from streams.transcribe.sound.audio import Audio, Segment

Refuses = Callable[[str, str], None]
"""Told the engine's name and its own words when it refuses us for good: key, role, service."""


class Away(EngineFault):
    """The engine was not asked: its breaker is open. Says nothing about the segment."""

    @property
    def engine_wide(self) -> bool:
        """Every other segment would meet it as well."""
        return True


OF_RECORD = frozenset({ErrorKind.TRANSIENT, ErrorKind.TIMEOUT, ErrorKind.SESSION_LIMIT})
"""Kinds that may be a segment's own: they are where the breaker stays closed, as others go well meanwhile."""


def lasting(error: EngineError) -> bool:
    """Whether a person must act: key, role, or a service that does not know the call (research/speech.md 3.3)."""
    return error.kind is ErrorKind.AUTH or error.code == "UNIMPLEMENTED"


class Guarded:
    """An engine with its breaker; an engine of last resort has none.

    `refuses` is told when a lasting fault opens the breaker, `recovered` when it is closed again after one.
    """

    def __init__(
        self,
        engine: SpeechEngine,
        breaker: Breaker | None = None,
        *,
        refuses: Refuses = lambda _name, _words: None,
        recovered: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self.engine, self.breaker = engine, breaker
        self._refuses, self._recovered = refuses, recovered
        self.room = asyncio.Semaphore(engine.caps.parallel)
        """To be held around `transcribe`; what is waited for in here may look different afterwards."""
        self._trial_over = asyncio.Condition()
        self._in_flight = 0
        self._refused = False

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def away_s(self) -> float | None:
        """Seconds until it may be asked again; None where it may be asked now."""
        if self.breaker is None or self.breaker.state is not State.OPEN:
            return None
        return self.breaker.retry_in_s

    async def transcribe(self, audio: Audio, segment: Segment, operation: Operation = UNKEPT) -> SegmentResult:
        """The words of one segment. Raises `EngineError`; `Away` without asking the engine.

        To be followed by `discard` when they are kept.
        """
        if self.breaker is None:
            return await self._measured(audio, segment, operation)
        await self._admitted(self.breaker)
        return await self._tried(self.breaker, audio, segment, operation)

    async def discard(self, result: SegmentResult) -> None:
        """What a service holds of it is not needed any more."""
        if isinstance(self.engine, Detached):
            await self.engine.discard(result)

    async def _admitted(self, breaker: Breaker) -> None:
        """Return when the breaker lets a segment through. While it is half open the others wait for the trial."""
        async with self._trial_over:
            while not breaker.allow():
                if breaker.state is State.OPEN or not self._in_flight:
                    raise Away(
                        breaker.cause or ErrorKind.TRANSIENT, f"{self.name} is left alone for now", breaker.retry_in_s
                    )
                await self._trial_over.wait()
            self._in_flight += 1

    async def _tried(self, breaker: Breaker, audio: Audio, segment: Segment, operation: Operation) -> SegmentResult:
        try:
            result = await self._measured(audio, segment, operation)
        except EngineError as error:
            breaker.failed(ErrorKind.AUTH if lasting(error) else error.kind)
            if isinstance(error, EngineFault):
                error.of_record = error.kind in OF_RECORD and breaker.state is State.CLOSED
            if lasting(error) and not self._refused:
                self._refused = True
                self._refuses(self.name, str(error))
            raise
        except BaseException:
            breaker.abandoned()
            raise
        else:
            breaker.succeeded()
            if self._refused and breaker.state is State.CLOSED:
                self._refused = False
                self._recovered(self.name)
            return result
        finally:
            self._in_flight -= 1
            metrics.BREAKER.labels(self.name).set(_LEVELS[breaker.state])
            async with self._trial_over:
                self._trial_over.notify_all()

    async def _measured(self, audio: Audio, segment: Segment, operation: Operation) -> SegmentResult:
        began = time.monotonic()
        try:
            result = await self._asked(audio, segment, operation)
        except EngineError as error:
            metrics.SPEECH_SEGMENTS.labels(self.name, error.kind).inc()
            raise
        metrics.SPEECH_SEGMENTS.labels(self.name, "done").inc()
        metrics.SPEECH_REPEATS.labels("resumed").inc(result.repeats)
        sound_s = (segment.send_end_ms - segment.send_start_ms) / 1000
        metrics.SPEECH_RTF.labels(self.name).observe((time.monotonic() - began) / max(sound_s, 0.001))
        return result

    async def _asked(self, audio: Audio, segment: Segment, operation: Operation) -> SegmentResult:
        if isinstance(self.engine, Detached):
            return await self.engine.transcribe_kept(audio, segment, operation)
        return await self.engine.transcribe(audio, segment)


_LEVELS = {State.CLOSED: 0, State.HALF_OPEN: 1, State.OPEN: 2}
