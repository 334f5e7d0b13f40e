"""One session with SpeechKit: the turns of one participant behind each other, without the silence between them.

    loop        turn ─ send ─ send ─ end    turn ─ send ─ …        (asyncio; nothing here waits)
    gRPC        options, chunks, pause, eou, …                     a thread of gRPC takes what was put
    reading     answers → the loop                                 a thread of ours
    session     ├─turn 0─┤pause├──turn 1──┤pause┤                  its own clock: each turn knows where it lies

A session ends after 5 s without a message, so between turns a little silence is told (as a number, not as sound).
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from schemas.sources import Word
from streams.speech.faults import EngineError, EngineFault, ErrorKind
from streams.speech.speechkit_answers import Answer, Closed, EndOfUtterance, Partial, Warned
from streams.speech.speechkit_answers import Final as SaidFinally
from streams.speech.speechkit_line import SessionReport, outcome_of
from streams.speech.spoken import Timed, same_word, timed_words

if TYPE_CHECKING:
    from streams.speech.yandex_api import Call, SpeechApi

NAME: Final = "speechkit_live"
CHUNK: Final = 400 * 32
"""Bytes of a message: 400 ms, the docs' own figure."""
KEEP_S, KEEP_MS = 3.0, 20
"""So often without sound a bit of silence is told: after 5 s the service ends the session."""
PAUSE_MS: Final = 500
"""Of silence behind a turn, before the service is told that it is over: where it goes by pauses alone, that is one."""
UNIT_MS: Final = 15_000
"""Of the price list, rounded up per session (docs: pricing.md)."""


class Spoken:
    """A turn in a session: `since` and `until` are its place in the session's sound (ms), -1 before they are known.
    `over` is set when its words are complete, or when the session has failed."""

    def __init__(self, session: "Session") -> None:
        self.session = session
        self.since, self.until = -1, -1
        self.words: list[Timed] = []
        self.ended, self.over = False, asyncio.Event()
        self.failure: EngineError | None = None

    def send(self, pcm: bytes) -> None:
        """More of it."""
        self.session.put((self, pcm))

    def end(self) -> None:
        """That was all."""
        self.ended = True
        self.session.put((self, None))

    def told(self) -> list[Word]:
        """In ms from its first sound. The service tells no confidence of use."""
        return [Word(text, start - self.since, end - self.since, 1.0) for text, start, end in self.words]

    @property
    def heard_through(self) -> bool:
        """Whether the service has looked at all of it and waits to say nothing more, although it gave no end."""
        return 0 <= self.until <= self.session.processed_ms and not self.session.uncertain


class Session:
    """From its first turn to its end. All but `_requests` and `listen` is the event loop's. `clock` in seconds."""

    def __init__(self, api: "SpeechApi", request_id: str, longest_s: float, clock: Callable[[], float]) -> None:
        self.request_id, self._api, self._longest_s, self._clock = request_id, api, longest_s, clock
        self._loop = asyncio.get_running_loop()
        self._out: queue.SimpleQueue[tuple[Spoken, bytes | None] | None] = queue.SimpleQueue()
        self._turns: list[Spoken] = []
        self._call: Call | None = None
        self._left = threading.Event()
        self.given_ms = self.sent_ms = self.processed_ms = self.warnings = 0
        self.first_answer_s: float | None = None
        self.uncertain, self.closing, self.gone = False, False, False
        self.began = self.used = clock()

    @property
    def busy(self) -> bool:
        """Whether somebody speaks, or waits for his words."""
        return bool(self._turns)

    def turn(self) -> Spoken:
        """One begins."""
        self._turns.append(turn := Spoken(self))
        return turn

    def put(self, item: tuple[Spoken, bytes | None]) -> None:
        """For the service, in this order."""
        self.given_ms += PAUSE_MS if item[1] is None else len(item[1]) // 32
        self.used = self._clock()
        self._out.put(item)
        self._finish()

    def done(self, turn: Spoken) -> None:
        """Nobody waits for it any more."""
        self.used = self._clock()
        with suppress(ValueError):
            self._turns.remove(turn)
        self._finish()

    def close(self) -> None:
        """No more turns; those that it has go on to their ends and are answered."""
        self.closing = True
        self._finish()

    def hang_up(self) -> None:
        """End it now."""
        self._left.set()
        self.closing = True
        self._out.put(None)
        if self._call:
            self._call.cancel()

    def _finish(self) -> None:
        if self.closing and all(turn.ended for turn in self._turns):
            self._out.put(None)

    def listen(self) -> SessionReport:
        """Blocks to the end of the session. In a thread of its own."""
        failure: EngineError | None = None
        call = self._call = self._api.stream(self._requests(), self.request_id, self._longest_s)
        if self._left.is_set():
            call.cancel()
        try:
            for answer in call.answers():
                if self.first_answer_s is None:
                    self.first_answer_s = self._clock() - self.began
                self._later(self._take, answer)
                if isinstance(answer.event, Closed):
                    break
        except EngineError as error:
            failure = error
        finally:
            call.cancel()
            self._out.put(None)
            self._later(self._ended, failure)
        return self._report(failure)

    def _report(self, failure: EngineError | None) -> SessionReport:
        """Units are an upper estimate: whether a failed session is free is not documented."""
        reached = self.first_answer_s is not None or failure is None
        return SessionReport(
            NAME,
            0,
            self.request_id,
            *(("cancelled", "") if self._left.is_set() else outcome_of(failure)),
            sent_ms=self.sent_ms,
            billed_units=max(1, -(-self.sent_ms // UNIT_MS)) if reached else 0,
            first_answer_s=self.first_answer_s,
            lasted_s=self._clock() - self.began,
            warnings=self.warnings,
        )

    def _later(self, work: Callable[[Any], None], value: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(work, value)

    def _requests(self) -> Iterator[Any]:
        """Taken by a thread of gRPC. Nothing in here raises: gRPC would hide it."""
        from streams.speech.yandex_api import chunk, end_of_utterance, silence

        yield self._api.open_options()
        while True:
            try:
                item = self._out.get(timeout=KEEP_S)
            except queue.Empty:
                self.sent_ms += KEEP_MS
                yield silence(KEEP_MS)
                continue
            if item is None:
                return
            turn, pcm = item
            if turn.since < 0:
                turn.since = self.sent_ms
            if pcm is None:
                turn.until = self.sent_ms
                self.sent_ms += PAUSE_MS
                yield silence(PAUSE_MS)
                yield end_of_utterance()
                continue
            for at in range(0, len(pcm), CHUNK):
                piece = pcm[at : at + CHUNK]
                self.sent_ms += len(piece) // 32
                yield chunk(piece)

    def _take(self, answer: Answer) -> None:
        """An answer, in the loop."""
        self.processed_ms = max(self.processed_ms, answer.processed_ms)
        match answer.event:
            case Partial(speech):
                self.uncertain = speech
            case SaidFinally() as final:
                self.uncertain = False
                self._place(final)
            case EndOfUtterance(time_ms):
                for turn in self._turns:
                    if 0 <= turn.until <= time_ms:
                        turn.over.set()
            case Warned():
                self.warnings += 1

    def _place(self, final: SaidFinally) -> None:
        """Its words belong to the turn that they lie in; what has no times, to the first that waits."""
        words = tuple(text for text, _, _ in final.words) or tuple(final.text.split())
        exact = bool(final.words) and final.words[-1][2] > 0
        waiting = [turn for turn in self._turns if turn.since >= 0]
        timed = timed_words(final, words, 0, exact=exact)
        if timed is None and waiting:
            first = waiting[0]
            until = first.until if first.until >= 0 else self.sent_ms
            timed = timed_words(SaidFinally(0, "", (), first.since, until), words, 0, exact=False)
        for word in timed or ():
            turn = next((one for one in reversed(waiting) if one.since <= (word[1] + word[2]) // 2), None)
            if turn is not None and not any(same_word(one, word) for one in turn.words):
                turn.words.append(word)

    def _ended(self, failure: EngineError | None) -> None:
        self.gone = self.closing = True
        lost = failure or EngineFault(ErrorKind.TRANSIENT, "SpeechKit: the session is over", code="TRUNCATED")
        for turn in self._turns:
            if not turn.over.is_set():
                turn.failure = lost
                turn.over.set()
