"""SpeechKit streaming behind the engine interface: paced sessions, resumed from the last final, many at once.

It takes no hint list: API v3 has no field for one (stub 0.413), so names and brands can't be given to it.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from schemas.errors import Transient
from streams.engine.retry import Policy
from streams.settings.speech import SpeechKit
from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind, Health
from streams.speech.speechkit_errors import MOST_INTERNAL
from streams.speech.speechkit_line import SessionReport, SpeechKitChannel
from streams.transcribe.engines.hearing import Hearing, utterances
from streams.transcribe.engines.interface import Capabilities, SegmentResult
from streams.transcribe.engines.limits import Slots, Starts
from streams.transcribe.engines.pace import Session
from streams.transcribe.sound.audio import Audio, Segment

log = logging.getLogger(__name__)

LONGEST_MS = 285_000
"""A session takes 5 min of sound; the rest is margin."""
AGAIN = Policy(first=1.0, longest=30.0, jitter=1.0)
"""Between sessions of a segment after a fault: many segments fail together, so the whole pause is left to chance."""
AGAIN_LATER = Policy(first=10.0, longest=60.0)
"""Where the service says that we ask too much: 5 s at least."""
MUTE = 2
"""So many sessions more that got the rest of a segment, ended well and heard no word in it: there is none. For the case
that the service does not say how far it looked (`AudioCursors`); an end before the sound's end proves nothing."""


@dataclass(slots=True)
class _Tally:
    """Mutable: a segment's sessions so far."""

    hearing: Hearing
    request_ids: list[str] = field(default_factory=list)
    billed_units: int = 0
    first_answer_s: float | None = None
    idle: int = 0  # in a row, without progress
    internal: int = 0  # of those, INTERNAL
    mute: int = 0  # of those, ended well without a word


class SpeechKitStream:
    """`SpeechEngine`. At most `parallel` threads of ours and as many of gRPC. `pause`, `clock`, `dice` for tests;
    `observe` is told every session that reached for the service, also one that failed or was cancelled: it may be
    billed, although a segment's words of former sessions are lost with the segment."""

    name = "speechkit_stream"

    def __init__(
        self,
        settings: SpeechKit,
        *,
        observe: Callable[[SessionReport], None] = lambda report: None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        dice: Random | None = None,
    ) -> None:
        self._settings = settings
        self._observe, self._pause, self._clock, self._dice = observe, pause, clock, dice or Random()
        self._slots = Slots(settings.parallel)
        self._starts = Starts(settings.starts_per_second, clock, pause)
        self._line = SpeechKitChannel(settings, settings.parallel)
        self._running = self._retries = 0
        self._trouble = ""

    @property
    def model(self) -> str:
        return self._settings.model

    @property
    def caps(self) -> Capabilities:
        return Capabilities(LONGEST_MS, self._settings.parallel, offline=False, punctuation=True)

    def check(self) -> None:
        """Raise `EngineRefusal` AUTH (no key, or two) or MODEL (the stubs are not installed)."""
        self._line.check()

    def health(self) -> Health:
        """Never a session as a probe: each costs a unit. Whether the service is well is the breaker's to know."""
        try:
            self.check()
        except EngineError as error:
            return Health(False, str(error), self._retries)
        return Health(True, f"{self._running} of {self._slots.limit} sessions{self._trouble}", self._retries)

    async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        """The words of one segment, through as many sessions as it takes.

        Raises `EngineRefusal` AUTH, INVALID, MODEL, APPLICATION; `EngineFault` TRANSIENT, TIMEOUT, QUOTA,
        SESSION_LIMIT after `attempts` sessions without progress; `Transient` if the spooled sound can't be read.
        """
        tally = _Tally(Hearing(segment))
        while True:
            failure = await self._session(audio, segment, tally)
            if failure is None or (failure.retriable and tally.hearing.over):
                self._slots.widen()
                return self._result(tally)
            self._judge(failure, tally)
            self._retries += 1
            policy = AGAIN_LATER if failure.kind is ErrorKind.QUOTA else AGAIN
            await self._pause(policy.pause(max(1, tally.idle), self._dice))

    async def close(self) -> None:
        """Ends all sessions and threads."""
        await self._line.close()

    async def _session(self, audio: Audio, segment: Segment, tally: _Tally) -> EngineError | None:
        """One session; its failure, also "truncated" for an early end that looked well."""
        place = self._slots.taken_again() if tally.request_ids else self._slots.taken()
        async with place:
            await self._starts.wait()
            api, pool = await self._line.connected()
            session = Session(api, str(uuid.uuid4()), self._settings.pace, self._clock)
            tally.request_ids.append(session.request_id)
            before, warnings = tally.hearing.progress, tally.hearing.warnings
            self._running += 1
            try:
                failure = await self._heard(pool, session, tally.hearing, audio, segment)
            except asyncio.CancelledError as cancelled:
                self._tell(session, segment, cancelled, tally.hearing.warnings - warnings)
                raise
            except OSError as error:
                raise Transient(f"cannot read the spooled sound: {error.strerror}", retry_after=5.0) from error
            finally:
                self._running -= 1
                tally.billed_units += session.billed_units
            if failure and failure.kind is ErrorKind.QUOTA:
                self._slots.narrow()
        if tally.first_answer_s is None:
            tally.first_answer_s = session.first_answer_s
        if tally.hearing.progress > before:
            tally.idle = tally.internal = tally.mute = 0
        failure = failure or self._truncated(tally, sent_all=session.sent_all)
        self._tell(session, segment, failure, tally.hearing.warnings - warnings)
        return failure

    async def _heard(
        self, pool: ThreadPoolExecutor, session: Session, hearing: Hearing, audio: Audio, segment: Segment
    ) -> EngineError | None:
        """Run it in a thread and watch it; whatever happens here, the thread has ended afterwards."""
        reading = asyncio.get_running_loop().run_in_executor(
            pool, session.listen, hearing, audio, segment.send_end_ms, self._settings.grace_seconds
        )
        silent_s = self._settings.silent_seconds
        try:
            while not reading.done():
                left = session.beat + silent_s - self._clock()
                if left <= 0:
                    session.hang_up(ErrorKind.TIMEOUT, f"SpeechKit: no message for {silent_s:g} s")
                await asyncio.wait({reading}, timeout=left if left > 0 else None)
        except asyncio.CancelledError:
            session.hang_up(ErrorKind.APPLICATION, "cancelled")
            await asyncio.wait({reading})
            reading.exception()  # taken, so that asyncio does not complain of it
            raise
        return reading.result()

    @staticmethod
    def _truncated(tally: _Tally, *, sent_all: bool) -> EngineError | None:
        hearing = tally.hearing
        tally.mute += sent_all and hearing.quiet
        if hearing.complete or tally.mute > MUTE:
            return None
        return EngineFault(ErrorKind.TRANSIENT, "SpeechKit: the session ended before its sound did", code="TRUNCATED")

    def _judge(self, failure: EngineError, tally: _Tally) -> None:
        """Returns if the segment goes on; raises if not."""
        self._trouble = f", last trouble: {failure}"
        if not failure.retriable:
            raise failure
        tally.idle += 1
        tally.internal += failure.code == "INTERNAL"
        if tally.internal > MOST_INTERNAL:
            raise EngineRefusal(ErrorKind.INVALID, str(failure), code=failure.code, request_id=failure.request_id)
        if tally.idle >= self._settings.attempts:
            raise failure

    def _result(self, tally: _Tally) -> SegmentResult:
        hearing = tally.hearing
        said = hearing.said()
        return SegmentResult(
            hearing.words(),
            self.name,
            self.model,
            attempts=len(tally.request_ids),
            punctuated=self._settings.literature_text and hearing.readable,
            utterances=utterances(said),
            lengths=tuple(len(one.words) for one in said),
            repeats=hearing.repeats,
            request_ids=tuple(tally.request_ids),
            billed_units=tally.billed_units,
            first_event_ms=None if tally.first_answer_s is None else round(tally.first_answer_s * 1000),
            warnings=hearing.warnings,
        )

    def _tell(self, session: Session, segment: Segment, failure: BaseException | None, warnings: int) -> None:
        report = session.report(self.name, segment.index, failure, warnings)
        self._observe(report)
        fields = {"segment": segment.index, "request": session.request_id, "sent_ms": session.sent_ms}
        fields |= {"outcome": report.outcome, "code": report.code, "warnings": warnings, **session.server_ids}
        log.log(logging.WARNING if failure else logging.INFO, "speechkit session ended", extra=fields)
