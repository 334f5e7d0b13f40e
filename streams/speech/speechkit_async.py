"""SpeechKit's asynchronous recognition behind the engine interface: a whole recording in one call, up to 4 h.

Cheaper than streaming and made for recordings (about 10 s per minute of sound), but its words come at the end. It takes
no hint list: API v3 has no field for one. The result is deleted at Yandex as soon as it is read (kept 3 days else).
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from schemas.errors import Transient
from streams.speech.answers import Hearing
from streams.speech.engines import (
    RATE,
    Audio,
    Capabilities,
    EngineError,
    EngineFault,
    EngineRefusal,
    ErrorKind,
    Health,
    Segment,
    SegmentResult,
)
from streams.speech.limits import Starts
from streams.speech.opus import encode
from streams.speech.sections import SpeechKit
from streams.speech.speechkit_line import Line

if TYPE_CHECKING:
    from streams.speech.yandex_api import SpeechApi

log = logging.getLogger(__name__)

LONGEST_MS = 4 * 3600 * 1000
LARGEST = 60_000_000
"""Bytes of an inline request, with some kB for the rest of it."""
PARALLEL = 2
"""Recordings at once: each may hold 60 MB."""
POLLS_PER_SECOND = 5.0
"""The service's limit of questions."""
FAREWELL_S = 10.0
"""So long the deletion of a result may take when the call was cancelled."""
LOST = 5
"""Questions in a row that may fail before the recognition is given up."""


class SpeechKitAsync:
    """`SpeechEngine`. Billed in seconds (at least 15), not in the 15 s units of streaming."""

    name = "speechkit_async"

    def __init__(
        self,
        settings: SpeechKit,
        *,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._pause, self._clock = pause, clock
        self._line = Line(settings, PARALLEL * 2)
        self._room = asyncio.Semaphore(PARALLEL)
        self._polls = Starts(POLLS_PER_SECOND, clock)

    @property
    def model(self) -> str:
        return self._settings.async_model

    @property
    def caps(self) -> Capabilities:
        return Capabilities(LONGEST_MS, PARALLEL, offline=False, punctuation=True)

    def check(self) -> None:
        """As `Line.check`."""
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
        """The words of one segment, usually the whole recording.

        Raises `EngineError` as `speechkit_errors` has it; `EngineFault(TIMEOUT)` after `async_timeout_seconds`;
        `EngineRefusal(INVALID)` for sound longer than 4 h; `Transient` if the spooled sound can't be read.
        """
        if segment.send_end_ms - segment.send_start_ms > LONGEST_MS:
            raise EngineRefusal(ErrorKind.INVALID, "SpeechKit takes at most 4 h at once")
        async with self._room:
            job = _Job(*await self._line.connected(), str(uuid.uuid4()))
            operation = await self._begin(job, audio, segment)
            log.info("recognition began", extra={"operation": operation, "request": job.request_id})
            try:
                await self._done(job, operation)
                hearing = await self._heard(job, operation, segment)
            finally:
                await self._forget(job, operation)
        return SegmentResult(
            hearing.words(),
            self.name,
            self.model,
            punctuated=self._settings.literature_text and hearing.readable,
            utterances=hearing.utterances(),
            request_ids=(job.request_id, operation),
            billed_units=max(15, -(-(segment.send_end_ms - segment.send_start_ms) // 1000)),
        )

    async def _begin(self, job: "_Job", audio: Audio, segment: Segment) -> str:
        """The operation's id."""
        if uri := self._uri(audio, segment):
            return str((await job.ask(job.api.recognize_uri(uri, job.request_id))).id)
        try:
            content, opus = await job.run(encode, audio, segment.send_start_ms, segment.send_end_ms, LARGEST)
        except OSError as error:
            raise Transient(f"cannot read the spooled sound: {error.strerror}", retry_after=5.0) from error
        if len(content) > LARGEST:
            raise EngineRefusal(ErrorKind.INVALID, "the sound is larger than the 60 MB that go inline")
        return str((await job.ask(job.api.recognize_file(content, opus, job.request_id))).id)

    def _uri(self, audio: Audio, segment: Segment) -> str:
        """Where the service reads the spooled file itself; empty if it can't, or if only a part is wanted."""
        whole = segment.send_start_ms * RATE // 1000 == 0 and segment.send_end_ms * RATE // 1000 >= audio.samples
        if not self._settings.async_uri or not whole:
            return ""
        return f"{self._settings.async_uri}{audio.path.parent.name}/{audio.path.name}"

    async def _done(self, job: "_Job", operation: str) -> None:
        """Return when the operation is; its work is paid, so a question that fails is asked again."""
        from streams.speech.yandex_api import failure_of

        deadline = self._clock() + self._settings.async_timeout_seconds
        lost = 0
        while self._clock() < deadline:
            await self._polls.wait()
            try:
                answer = await job.ask(job.api.operation(operation, job.request_id))
            except EngineFault:
                lost += 1
                if lost >= LOST:
                    raise
            else:
                lost = 0
                if answer.done:
                    if failure := failure_of(answer, job.request_id):
                        raise failure
                    return
            await self._pause(self._settings.async_poll_seconds)
        raise EngineFault(ErrorKind.TIMEOUT, "SpeechKit: asynchronous recognition takes too long")

    async def _heard(self, job: "_Job", operation: str, segment: Segment) -> Hearing:
        """The result, read from its start until a reading comes to its end."""
        for attempt in range(1, self._settings.attempts + 1):
            try:
                return await job.read(operation, segment)
            except EngineFault as fault:
                if attempt == self._settings.attempts:
                    raise
                log.warning("result not read", extra={"attempt": attempt, "kind": fault.kind, "code": fault.code})
            await self._pause(self._settings.async_poll_seconds)
        raise AssertionError("attempts is at least 1")

    async def _forget(self, job: "_Job", operation: str) -> None:
        """Delete the words of a meeting at Yandex; if that fails they go by themselves after 3 days."""
        try:
            async with asyncio.timeout(FAREWELL_S):
                await job.ask(job.api.delete_recognition(operation, job.request_id))
        except (EngineError, TimeoutError) as error:
            log.warning("result not deleted", extra={"operation": operation, "error": str(error)})


class _Job:
    """The blocking calls of one recognition, each in a thread and cancelled with its task."""

    def __init__(self, api: "SpeechApi", pool: ThreadPoolExecutor, request_id: str) -> None:
        self.api, self._pool, self.request_id = api, pool, request_id

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    async def ask(self, future: Any) -> Any:
        """The answer of a unary call. Raises `EngineError`."""
        from streams.speech.yandex_api import settled

        try:
            return await self.run(settled, future, self.request_id)
        finally:
            future.cancel()

    async def read(self, operation: str, segment: Segment) -> Hearing:
        call = self.api.recognition(operation, self.request_id)

        def listen() -> Hearing:
            hearing = Hearing(segment)
            for answer in call.answers():
                hearing.take(answer)
            return hearing

        try:
            hearing: Hearing = await self.run(listen)
        finally:
            call.cancel()
        return hearing
