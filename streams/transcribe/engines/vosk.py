"""Vosk behind the engine interface: one child process with one model, several segments in it at once."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from schemas.sources import Word
from streams.speech import machine
from streams.speech.child import ChildDied
from streams.speech.faults import EngineError, EngineRefusal, ErrorKind, Health
from streams.speech.vosk_process import VoskProcess
from streams.transcribe.engines.interface import Capabilities, SegmentResult
from streams.transcribe.sound.audio import RATE, Audio, Segment

COMMAND = (sys.executable, "-m", "streams.transcribe.engines.vosk_child")
"""The child."""
ATTEMPTS = 2
"""A segment that ends the child so often is poisoned: reported, not tried again."""
LONGEST_MS = 600_000
"""libvosk drops its feature pipeline every 10 min and loses some frames there (`recognizer.cc` CleanUp)."""


class VoskEngine:
    """`SpeechEngine` over `vosk_child`: `threads` segments at once on one model.

    `silent_s`: a child that says nothing of a segment is killed; `load_s`: the same while it loads the model (30 s for
    the biggest Russian one); `idle_s`: so long without work ends it and frees its memory. `limit_mb`: memory in MB at
    which it ends itself, 0 none.

    A segment that was in work when the child died is tried once more with the child to itself, so that the one which
    kills it is told from its neighbours.
    """

    name = "vosk"

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        limit_mb: int = 0,
        silent_s: float = 600.0,
        load_s: float = 300.0,
        idle_s: float = 120.0,
        command: Sequence[str] = COMMAND,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        free_mb: Callable[[], int] = machine.free_mb,
    ) -> None:
        self.caps = Capabilities(max_segment_ms=LONGEST_MS, parallel=threads, offline=True, punctuation=False)
        self._process = VoskProcess(
            folder, command, threads=threads, limit_mb=limit_mb, load_s=load_s, pause=pause, free_mb=free_mb
        )
        self._silent_s, self._idle_s = silent_s, idle_s
        self._places = asyncio.Semaphore(threads)
        self._one_alone = asyncio.Lock()
        self._busy = 0
        self._resting: asyncio.Task[None] | None = None

    @property
    def model(self) -> str:
        return self._process.folder.name

    @property
    def pid(self) -> int | None:
        """Process id of the child; None while there is none."""
        return self._process.pid

    def check(self) -> None:
        """Raise `EngineRefusal(MODEL)` that names every fault of the model folder."""
        self._process.check()

    async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        """The words of one segment; waits for a free thread.

        Raises `EngineRefusal` CRASHED or TIMEOUT (the segment ended the child twice), INVALID (libvosk refused it),
        MODEL; `EngineFault` RESOURCE (the child does not come up, or memory is short: the segment is not to blame).
        """
        asked = deaths = 0
        places = 1
        while True:
            async with self._turn(places):
                child = await self._process.running()
                if full := self._process.full():
                    if self._busy == 1:
                        raise full
                    places = self.caps.parallel  # one after the other needs less
                    continue
                asked += 1
                try:
                    answer = await child.ask(_request(audio, segment), self._silent_s)
                except ChildDied as death:
                    self._process.bury(child, death, segment=segment.index, attempt=asked)
                    if death.innocent:
                        continue
                    deaths += 1
                    if deaths == ATTEMPTS:
                        raise self._verdict(death, segment) from death
                    places = self.caps.parallel
                    continue
            self._process.proved()
            if "error" in answer:
                raise EngineRefusal(ErrorKind.INVALID, f"Vosk refused segment {segment.index}: {answer['error']}")
            return SegmentResult(_words(answer["words"], segment), self.name, self.model, attempts=asked)

    def health(self) -> Health:
        return self._process.health()

    async def close(self) -> None:
        async with self._held(self.caps.parallel):
            self._wake()
            await self._process.drop()

    def _verdict(self, death: ChildDied, segment: Segment) -> EngineError:
        if death.starved:
            return self._process.starved(death)
        kind = ErrorKind.TIMEOUT if death.silent else ErrorKind.CRASHED
        return EngineRefusal(kind, f"segment {segment.index} ended the Vosk process {ATTEMPTS} times: {death}")

    @asynccontextmanager
    async def _turn(self, places: int) -> AsyncIterator[None]:
        """Room for a segment: one of the places, or all of them to be alone with the child."""
        async with self._held(places):
            self._wake()
            self._busy += 1
            try:
                yield
            finally:
                self._busy -= 1
                if not self._busy:
                    self._resting = asyncio.create_task(self._rest())

    @asynccontextmanager
    async def _held(self, places: int) -> AsyncIterator[None]:
        async with AsyncExitStack() as held:
            if places > 1:  # two who gather places would wait for each other
                await held.enter_async_context(self._one_alone)
            for _ in range(places):
                await held.enter_async_context(self._places)
            yield

    def _wake(self) -> None:
        if self._resting:
            self._resting.cancel()
            self._resting = None

    async def _rest(self) -> None:
        await asyncio.sleep(self._idle_s)
        async with self._held(self.caps.parallel):
            await self._process.drop()


def _request(audio: Audio, segment: Segment) -> dict[str, Any]:
    first = segment.send_start_ms * RATE // 1000
    last = min(segment.send_end_ms * RATE // 1000, audio.samples)
    return {"path": str(audio.path), "offset": first * 2, "bytes": (last - first) * 2}


def _words(heard: Sequence[tuple[str, float, float, float]], segment: Segment) -> tuple[Word, ...]:
    base = segment.send_start_ms
    return tuple(
        Word(text, base + round(start * 1000), base + round(end * 1000), round(confidence, 3))
        for text, start, end, confidence in heard
    )
