"""One asynchronous recognition at SpeechKit: begin it, wait for it, read it, delete it. Each call is in a thread."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from schemas.errors import Transient
from streams.settings.speech import SpeechKit
from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind
from streams.transcribe.engines.hearing import Hearing
from streams.transcribe.engines.limits import Starts
from streams.transcribe.sound.audio import RATE, Audio, Segment
from streams.transcribe.sound.opus import encode

if TYPE_CHECKING:
    from streams.speech.yandex_api import SpeechApi

log = logging.getLogger(__name__)

LARGEST = 60_000_000
"""Bytes of an inline request, with some kB for the rest of it."""
FAREWELL_S = 10.0
"""So long the deletion of a result may take."""
LOST = 5
"""Questions in a row that may fail before the recognition is given up."""


class Recognition:
    """Mutable: `id` is the service's name of the operation, empty before it is known; `ended` says that it will bring
    no words; `first_answer_s` is from the start to the first answer to any call. A cancelled call is cancelled there.
    """

    def __init__(
        self,
        api: "SpeechApi",
        pool: ThreadPoolExecutor,
        settings: SpeechKit,
        polls: Starts,
        *,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api, self._pool, self._settings, self._polls = api, pool, settings, polls
        self._pause, self._clock = pause, clock
        self.request_id = str(uuid.uuid4())
        self.id = ""
        self.ended = False
        self.began = clock()
        self.first_answer_s: float | None = None

    async def begin(self, audio: Audio, segment: Segment) -> None:
        """Send the sound. Raises `EngineError`; `Transient` if the spooled sound can't be read."""
        if uri := self._uri(audio, segment):
            self.id = str((await self._ask(self._api.recognize_uri(uri, self.request_id))).id)
            return
        try:
            content, opus = await self._run(encode, audio, segment.send_start_ms, segment.send_end_ms, LARGEST)
        except OSError as error:
            raise Transient(f"cannot read the spooled sound: {error.strerror}", retry_after=5.0) from error
        if len(content) > LARGEST:
            raise EngineRefusal(ErrorKind.INVALID, "the sound is larger than the 60 MB that go inline")
        self.id = str((await self._ask(self._api.recognize_file(content, opus, self.request_id))).id)

    async def words(self, segment: Segment) -> Hearing:
        """What the operation hears, when it is done. Raises `EngineError`."""
        await self._done()
        return await self._heard(segment)

    async def delete(self) -> None:
        """Delete the words of a meeting at Yandex; if that fails they go by themselves after 3 days."""
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._ask(self._api.delete_recognition(self.id, self.request_id))
        except (EngineError, TimeoutError) as error:
            log.warning("result not deleted", extra={"operation": self.id, "error": str(error)})

    def _uri(self, audio: Audio, segment: Segment) -> str:
        """Where the service reads the spooled file itself; empty if it can't, or if only a part is wanted."""
        whole = segment.send_start_ms * RATE // 1000 == 0 and segment.send_end_ms * RATE // 1000 >= audio.samples
        if not self._settings.async_uri or not whole:
            return ""
        return f"{self._settings.async_uri}{audio.path.parent.name}/{audio.path.name}"

    async def _done(self) -> None:
        """Return when the operation is; its work is paid, so a question that fails is asked again."""
        from streams.speech.yandex_api import failure_of

        deadline = self._clock() + self._settings.async_timeout_seconds
        lost = 0
        while self._clock() < deadline:
            await self._polls.wait()
            try:
                answer = await self._ask(self._api.operation(self.id, self.request_id))
            except EngineFault:
                lost += 1
                if lost >= LOST:
                    raise
            else:
                lost = 0
                if answer.done:
                    if failure := failure_of(answer, self.request_id):
                        self.ended = True
                        raise failure
                    return
            await self._pause(self._settings.async_poll_seconds)
        self.ended = True
        raise EngineFault(ErrorKind.TIMEOUT, "SpeechKit: asynchronous recognition takes too long")

    async def _heard(self, segment: Segment) -> Hearing:
        """The result, read from its start until a reading comes to the sound's end, or two say the same: a stream that
        was cut off may look well."""
        former: Hearing | None = None
        fault = EngineFault(ErrorKind.TRANSIENT, "SpeechKit: the result ends before its sound does", code="TRUNCATED")
        for attempt in range(1 + self._settings.attempts):
            if attempt:
                log.warning("result not read", extra={"attempt": attempt, "kind": fault.kind, "code": fault.code})
                await self._pause(self._settings.async_poll_seconds)
            try:
                hearing = await self._read(segment)
            except EngineFault as failed:
                fault = failed
                continue
            if hearing.complete or (former and former.words() == hearing.words()):
                return hearing
            former = hearing
        raise fault

    async def _read(self, segment: Segment) -> Hearing:
        call = self._api.recognition(self.id, self.request_id)

        def listen() -> Hearing:
            hearing = Hearing(segment)
            for answer in call.answers():
                hearing.take(answer)
            return hearing

        try:
            hearing: Hearing = await self._run(listen)
        finally:
            call.cancel()
        return hearing

    async def _ask(self, future: Any) -> Any:
        """The answer of a unary call. Raises `EngineError`."""
        from streams.speech.yandex_api import settled

        try:
            answer = await self._run(settled, future, self.request_id)
        finally:
            future.cancel()
        if self.first_answer_s is None:
            self.first_answer_s = self._clock() - self.began
        return answer

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
