"""SpeechKit's asynchronous recognition behind the engine interface: up to 4 h of sound in one call.

Cheaper than streaming and made for recordings (about 10 s per minute of sound), but its words come at the end. It takes
no hint list: API v3 has no field for one. The service works on when we are gone, so the operation is kept before it is
waited for, and a successor asks for the same one. The result is deleted at Yandex as soon as it is kept here; one that
nobody came back for goes by itself after 3 days.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from streams.settings.speech import SpeechKit
from streams.speech.faults import EngineError, EngineRefusal, ErrorKind, Health
from streams.speech.speechkit_line import SessionReport, SpeechKitChannel, outcome_of
from streams.transcribe.engines.hearing import Hearing, utterances
from streams.transcribe.engines.interface import UNKEPT, Capabilities, Operation, SegmentResult
from streams.transcribe.engines.limits import Starts
from streams.transcribe.engines.speechkit_operation import Recognition
from streams.transcribe.sound.audio import Audio, Segment

log = logging.getLogger(__name__)

LONGEST_MS = 4 * 3600 * 1000
SHORTEST_S = 15
"""So many seconds are billed at least (docs: pricing.md)."""
PARALLEL = 2
"""Recordings at once: each may hold 60 MB."""
POLLS_PER_SECOND = 5.0
"""The service's limit of questions."""
GONE = frozenset({"NOT_FOUND", "PERMISSION_DENIED"})
"""Codes by which an operation of before is no longer ours: its 3 days are over, or the key is of another folder now. A
key that may do nothing at all is told so when it begins anew."""


class SpeechKitAsync:
    """`SpeechEngine` and `Detached`. Billed in seconds (at least 15), not in the 15 s units of streaming.

    `observe` is told of every recognition that was asked for; its units are told once, by whoever comes to its end.
    """

    name = "speechkit_async"

    def __init__(
        self,
        settings: SpeechKit,
        *,
        observe: Callable[[SessionReport], None] = lambda report: None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._observe, self._pause, self._clock = observe, pause, clock
        self._line = SpeechKitChannel(settings, PARALLEL * 2)
        self._room = asyncio.Semaphore(PARALLEL)
        self._polls = Starts(POLLS_PER_SECOND, clock)

    @property
    def model(self) -> str:
        return self._settings.async_model

    @property
    def caps(self) -> Capabilities:
        return Capabilities(LONGEST_MS, PARALLEL, offline=False, punctuation=True)

    def check(self) -> None:
        """As `SpeechKitChannel.check`."""
        self._line.check()

    def health(self) -> Health:
        try:
            self.check()
        except EngineError as error:
            return Health(False, str(error))
        return Health(True, "asynchronous, asked when there is work")

    async def close(self) -> None:
        await self._line.close()

    async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        """As `transcribe_kept`, where nobody comes back for it."""
        result = await self.transcribe_kept(audio, segment, UNKEPT)
        await self.discard(result)
        return result

    async def transcribe_kept(self, audio: Audio, segment: Segment, operation: Operation) -> SegmentResult:
        """The words of one segment, at the price of one recognition, also over several calls with one `operation`.

        Raises `EngineError` as `speechkit_errors` has it; `EngineFault(TIMEOUT)` after `async_timeout_seconds`;
        `EngineRefusal(INVALID)` for sound longer than 4 h; `Transient` if the spooled sound can't be read.
        """
        if segment.send_end_ms - segment.send_start_ms > LONGEST_MS:
            raise EngineRefusal(ErrorKind.INVALID, "SpeechKit takes at most 4 h at once")
        async with self._room:
            recognition = await self._recognition()
            try:
                hearing = await self._resumed(recognition, segment, operation)
                if hearing is None:
                    await recognition.begin(audio, segment)
                    log.info("recognition began", extra=_ids(recognition))
                    await operation.begun(recognition.id)
                    hearing = await recognition.words(segment)
            except (EngineError, asyncio.CancelledError) as error:
                left = _left(recognition, operation, error)
                self._tell(recognition, segment, error, 0 if left or not recognition.id else _seconds(segment))
                if recognition.id and not left:
                    await self._end(recognition, operation)
                raise
        self._tell(recognition, segment, None, _seconds(segment))
        return self._result(recognition, segment, hearing)

    async def discard(self, result: SegmentResult) -> None:
        """Delete it at Yandex."""
        recognition = await self._recognition()
        recognition.id = result.request_ids[-1]
        await recognition.delete()

    async def _recognition(self) -> Recognition:
        line = await self._line.connected()
        return Recognition(*line, self._settings, self._polls, pause=self._pause, clock=self._clock)

    async def _resumed(self, recognition: Recognition, segment: Segment, operation: Operation) -> Hearing | None:
        """What a former call began; None where that is nothing, or the service has lost it."""
        if not operation.id:
            return None
        recognition.id = operation.id
        log.info("recognition goes on", extra=_ids(recognition))
        try:
            return await recognition.words(segment)
        except EngineError as error:
            if error.code not in GONE or recognition.ended:
                raise
            log.warning("recognition is gone", extra=_ids(recognition) | {"code": error.code})
        recognition.id = ""
        return None

    async def _end(self, recognition: Recognition, operation: Operation) -> None:
        if operation.id == recognition.id:
            await operation.over()
        await recognition.delete()

    def _result(self, recognition: Recognition, segment: Segment, hearing: Hearing) -> SegmentResult:
        first_s = recognition.first_answer_s
        said = hearing.said()
        return SegmentResult(
            hearing.words(),
            self.name,
            self.model,
            punctuated=self._settings.literature_text and hearing.readable,
            utterances=utterances(said),
            lengths=tuple(len(one.words) for one in said),
            request_ids=(recognition.request_id, recognition.id),
            billed_units=_seconds(segment),
            first_event_ms=None if first_s is None else round(first_s * 1000),
        )

    def _tell(self, recognition: Recognition, segment: Segment, failure: BaseException | None, units: int) -> None:
        self._observe(
            SessionReport(
                self.name,
                segment.index,
                recognition.request_id,
                *outcome_of(failure),
                sent_ms=segment.send_end_ms - segment.send_start_ms,
                billed_units=units,
                first_answer_s=recognition.first_answer_s,
                lasted_s=self._clock() - recognition.began,
            )
        )


def _left(recognition: Recognition, operation: Operation, error: BaseException) -> bool:
    """Whether the operation stays for a successor: he knows it, and the error says nothing about it."""
    passing = not isinstance(error, EngineError) or error.retriable or error.engine_wide
    return bool(recognition.id) and operation.id == recognition.id and passing and not recognition.ended


def _seconds(segment: Segment) -> int:
    """What is billed."""
    return max(SHORTEST_S, -(-(segment.send_end_ms - segment.send_start_ms) // 1000))


def _ids(recognition: Recognition) -> dict[str, str]:
    return {"operation": recognition.id, "request": recognition.request_id}
