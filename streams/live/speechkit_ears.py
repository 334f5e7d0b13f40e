"""Open turns to SpeechKit while it may have them, else to Vosk, which can take over any turn: its sound is kept.

One session a participant: a session for each turn would be billed seven times as much (units of 15 s, rounded up).
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

from schemas.sources import Word
from schemas.types import Millis
from streams.engine import metrics
from streams.engine.clock import Clock, wall_clock
from streams.live.ears import Ear, Ears
from streams.live.speechkit_session import Session, Spoken
from streams.live.spent import Spent
from streams.settings.speech import SpeechKit
from streams.speech.breaker import Breaker, State
from streams.speech.faults import EngineError, EngineFault, ErrorKind, Health
from streams.speech.speechkit_line import SpeechKitChannel, count_session

log = logging.getLogger(__name__)

LATE_MS = 5000
"""A turn that began so long ago (heard again after a stop, or in a queue) is Vosk's: SpeechKit listens at the pace of
speech, and may have been paid for it."""
TURNED_MS, LONGEST_S = 240_000, 285.0
"""Behind so much sound, or wall time, the next turn begins a new session: one may last 5 min, a turn 30 s."""
IDLE_S = 15.0
"""Without a turn for so long a session is ended: that is what beginning another one can cost, a unit."""
LOOK_S = 1.0
GRACE_S, PATIENCE_S = 1.0, 3.0
"""So long after a turn's end its words are waited for, where the service says that it has looked at all of it; and
where it says nothing."""


class SpeechKitEars:
    """As `listener.Listener`. `vosk` listens where SpeechKit may not: `spent` is the day's limit."""

    def __init__(
        self,
        settings: SpeechKit,
        vosk: Ears,
        spent: Spent,
        *,
        patience_s: float = PATIENCE_S,
        clock: Clock = wall_clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._vosk, self._spent = settings, vosk, spent
        self._patience_s, self._clock, self._ticks = patience_s, clock, ticks
        self._line = SpeechKitChannel(settings, settings.parallel)
        self._breaker = Breaker(ticks, changed=_told)
        self._sessions: dict[str, Session] = {}
        self._reading: dict[asyncio.Task[None], Session] = {}
        self._turns: dict[Ear, Spoken] = {}

    def health(self) -> Health:
        """Of Vosk, without which nothing is certain to be heard."""
        return self._vosk.health()

    async def ready(self) -> None:
        """As `Listener.ready`: Vosk is started only where SpeechKit may not listen."""
        if self._breaker.state is State.OPEN or self._spent.over():
            await self._vosk.ready()
            return
        try:
            await self._line.connected()
        except EngineError as error:
            self._breaker.failed(error.kind)
            await self._vosk.ready()

    def open(self, who: str, spoken_at: Millis) -> Ear:
        """As `Listener.open`."""
        ear = self._vosk.open(who, spoken_at)
        if why := self._barred(who, spoken_at):
            metrics.LIVE_VOSK_TURNS.labels(why).inc()
        else:
            self._turns[ear] = self._session(who).turn()
        return ear

    async def hear(self, ear: Ear, pcm: bytes) -> None:
        """As `Listener.hear`."""
        turn = self._turns.get(ear)
        if turn is None or turn.failure is not None:
            await self._vosk.hear(ear, pcm)
            return
        self._vosk.keep(ear, pcm)
        ear.speechkit_ms += len(pcm) // 32
        self._spent.sent(len(pcm) // 32)
        turn.send(pcm)

    async def words(self, ear: Ear) -> list[Word]:
        """As `Listener.words`."""
        words = await self._words(ear)
        if words:  # from now on the topic has it
            self._spent.told(ear.speechkit_ms)
        return words

    async def _words(self, ear: Ear) -> list[Word]:
        if (turn := self._turns.get(ear)) is not None:
            failure = await self._over(turn)
            del self._turns[ear]
            turn.session.done(turn)
            if failure is None:
                self._breaker.succeeded()
                self._vosk.drop(ear)
                return turn.told()
            self._breaker.failed(failure.kind)
            metrics.LIVE_VOSK_TURNS.labels("failed").inc()
            log.warning("SpeechKit does not tell a turn's words", extra={"error": str(failure)})
        return await self._vosk.words(ear)

    def drop(self, ear: Ear) -> None:
        """As `Listener.drop`."""
        if (turn := self._turns.pop(ear, None)) is not None:
            turn.session.done(turn)
            self._breaker.abandoned()
        self._vosk.drop(ear)

    async def rest(self) -> None:
        """As `Listener.rest`."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._vosk.rest())
            both.create_task(self._retire())

    async def close(self) -> None:
        """As `Listener.close`."""
        for session in self._reading.values():
            session.hang_up()
        if self._reading:
            await asyncio.wait(list(self._reading))
        await self._line.close()
        await self._vosk.close()

    async def _retire(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for session in self._sessions.values():
                if not session.busy and self._ticks() - session.used > IDLE_S:
                    session.close()

    async def _over(self, turn: Spoken) -> EngineError | None:
        """Wait for its words; why there are none to be had."""
        turn.end()
        for seconds in (min(GRACE_S, self._patience_s), self._patience_s - GRACE_S):
            with suppress(TimeoutError):
                await asyncio.wait_for(turn.over.wait(), max(0.0, seconds))
                return turn.failure
            if turn.heard_through:
                return None
        turn.session.hang_up()
        return EngineFault(ErrorKind.TIMEOUT, f"SpeechKit: no words for {self._patience_s:g} s")

    def _barred(self, who: str, spoken_at: Millis) -> str:
        """Why this turn is Vosk's; empty where it is not."""
        if self._clock() - spoken_at > LATE_MS:
            return "late"
        if self._spent.over():
            return "limit"
        known = self._sessions.get(who)
        if (known is None or known.closing) and len(self._reading) >= self._settings.parallel:
            return "sessions"
        if self._line.api is None or not self._breaker.allow():
            return "service"
        return ""

    def _session(self, who: str) -> Session:
        """His, or a new one where that has lasted long enough."""
        known = self._sessions.get(who)
        if known is not None and not known.closing:
            if known.given_ms < TURNED_MS and (self._ticks() - known.began) * 1000 < TURNED_MS:
                return known
            known.close()
        assert self._line.api is not None
        session = self._sessions[who] = Session(self._line.api, str(uuid.uuid4()), LONGEST_S, self._ticks)
        reading = asyncio.create_task(self._read(who, session))
        self._reading[reading] = session
        reading.add_done_callback(self._reading.pop)
        return session

    async def _read(self, who: str, session: Session) -> None:
        """To the end of the session."""
        _, pool = await self._line.connected()
        report = await asyncio.get_running_loop().run_in_executor(pool, session.listen)
        count_session(report)
        fields = {"request": report.request_id, "sent_ms": report.sent_ms, "units": report.billed_units}
        log.info("speechkit session ended", extra={**fields, "outcome": report.outcome, "code": report.code})
        if self._sessions.get(who) is session:
            del self._sessions[who]


def _told(state: State, kind: ErrorKind | None) -> None:
    metrics.BREAKER.labels("speechkit_live").set([State.CLOSED, State.HALF_OPEN, State.OPEN].index(state))
    if state is State.OPEN:
        log.warning("SpeechKit is left alone for now, Vosk listens", extra={"kind": kind})
