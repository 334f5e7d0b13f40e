"""One streaming session as a thread sees it: paced sending, reading, hanging up. No asyncio in here."""

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from streams.speech.faults import EngineError, EngineFault, ErrorKind
from streams.speech.speechkit_answers import Closed
from streams.speech.speechkit_line import SessionReport, outcome_of
from streams.transcribe.engines.hearing import Hearing
from streams.transcribe.sound.audio import RATE, Audio

if TYPE_CHECKING:
    from streams.speech.yandex_api import Call, SpeechApi

CHUNK_MS = 400
"""Sound in one message: the docs' own figure. Smaller ones cost CPU (each message does), larger ones latency."""
CHUNK = CHUNK_MS * RATE // 1000 * 2
UNIT_MS = 15_000
"""Unit of the price list, rounded up per session; the first begins with the options (docs: pricing.md)."""


class Session:
    """From options to the end of the stream. `listen` is one thread's; `hang_up` may come from any.

    `beat` is the clock's time of the last sign of life; `sent_all` says that the service took the sound to its end.
    `clock` in seconds, monotonic.
    """

    def __init__(self, api: "SpeechApi", request_id: str, pace: float, clock: Callable[[], float]) -> None:
        self.request_id = request_id
        self.sent_ms = 0
        self.sent_all = False
        self.first_answer_s: float | None = None
        self.server_ids: dict[str, str] = {}
        self._api, self._pace, self._clock = api, pace, clock
        self._over = threading.Event()
        self._call: Call | None = None
        self._reached = False
        self._hung_up: EngineError | None = None
        self.began = self.beat = clock()

    @property
    def billed_units(self) -> int:
        """An upper estimate: whether failed sessions are free is not documented. 0 if nothing reached the service."""
        return max(1, -(-self.sent_ms // UNIT_MS)) if self._reached else 0

    def listen(self, hearing: Hearing, audio: Audio, end_ms: int, grace_s: float) -> EngineError | None:
        """Blocks to the end of the session; returns its failure. The sound is read before the call, so that nothing
        can fail while gRPC takes it. Raises `OSError` if the spooled file can't be read."""
        base_ms = hearing.begin()
        pcm = _read(audio, base_ms, end_ms)
        self.beat = self._clock()
        timeout_s = len(pcm) / 2 / RATE / self._pace + grace_s
        call = self._call = self._api.stream(self._requests(pcm), self.request_id, timeout_s)
        if self._over.is_set():
            call.cancel()
        try:
            for answer in call.answers():
                self._alive(call)
                hearing.take(answer)
                if isinstance(answer.event, Closed):
                    break
        except EngineError as error:
            self._reached = self._reached or error.code not in ("UNAVAILABLE", "CANCELLED")
            return self._hung_up or error
        finally:
            self._over.set()
            call.cancel()
        return None

    def hang_up(self, kind: ErrorKind, why: str) -> None:
        """End it now: `listen` returns at once with this failure."""
        self._hung_up = self._hung_up or EngineFault(kind, why, request_id=self.request_id)
        self._over.set()
        if self._call:
            self._call.cancel()

    def report(self, engine: str, segment: int, failure: BaseException | None, warnings: int) -> SessionReport:
        return SessionReport(
            engine,
            segment,
            self.request_id,
            *outcome_of(failure),
            sent_ms=self.sent_ms,
            billed_units=self.billed_units,
            first_answer_s=self.first_answer_s,
            lasted_s=self._clock() - self.began,
            warnings=warnings,
        )

    def _alive(self, call: "Call") -> None:
        self.beat = self._clock()
        if self.first_answer_s is None:
            self._reached = True
            self.first_answer_s = self.beat - self.began
            self.server_ids = call.server_ids()

    def _requests(self, pcm: bytes) -> Iterator[Any]:
        """Taken by a thread of gRPC, one message after the former one is on its way. An exception in here would be
        hidden by gRPC, so there is nothing that raises."""
        from streams.speech.yandex_api import chunk

        yield self._api.options()
        step = CHUNK_MS / 1000 / self._pace
        due = self._clock()
        for at in range(0, len(pcm), CHUNK):
            if self._over.wait(max(0.0, due - self._clock())):
                return
            due = max(due, self._clock() - step) + step  # after a stall no burst of more than one message
            self._reached = True  # the options are on their way, or this would not be asked for
            self.sent_ms = min(at + CHUNK, len(pcm)) // (RATE // 1000 * 2)
            yield chunk(pcm[at : at + CHUNK])
        self.sent_all = True


def _read(audio: Audio, from_ms: int, to_ms: int) -> bytes:
    """One copy of at most 9 MB a session: eight sessions hold 62 MB at 240 s."""
    first, last = from_ms * RATE // 1000, min(to_ms * RATE // 1000, audio.samples)
    with audio.path.open("rb") as file:
        file.seek(first * 2)
        return file.read(max(0, last - first) * 2)
