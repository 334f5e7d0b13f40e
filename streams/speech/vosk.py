"""Vosk behind the engine interface: one child process with one model, started when needed, stopped when idle."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from schemas.sources import Word
from streams.speech.child import Child, ChildDied
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
from streams.speech.vosk_model import faults

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "streams.speech.vosk_child")
"""The child; the model folder is added as its last argument."""
ATTEMPTS = 2
"""A segment that ends the child so often is poisoned: reported, not tried again."""
BACKOFF_S, BACKOFF_MAX_S = 0.5, 30.0
"""Pause before a restart: doubles with each death in a row."""
LONGEST_MS = 600_000
"""libvosk drops its feature pipeline every 10 min and loses some frames there (`recognizer.cc` CleanUp)."""


class VoskEngine:
    """`SpeechEngine` over `vosk_child`. `silent_s`: a child without a sign of life is killed; `load_s`: the same while
    it loads the model (30 s for the biggest Russian one); `idle_s`: so long without work ends it and frees its memory.
    """

    name = "vosk"
    caps = Capabilities(max_segment_ms=LONGEST_MS, parallel=1, offline=True, punctuation=False)

    def __init__(
        self,
        folder: Path,
        *,
        silent_s: float = 600.0,
        load_s: float = 300.0,
        idle_s: float = 120.0,
        command: Sequence[str] = COMMAND,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.folder = folder
        self._silent_s, self._load_s, self._idle_s = silent_s, load_s, idle_s
        self._command = (*command, str(folder))
        self._pause = pause
        self._turn = asyncio.Lock()
        self._child: Child | None = None
        self._resting: asyncio.Task[None] | None = None
        self._deaths_in_a_row = 0
        self._restarts = 0
        self._trouble = ""

    @property
    def model(self) -> str:
        return self.folder.name

    @property
    def pid(self) -> int | None:
        """Process id of the child; None while there is none."""
        return self._child.pid if self._child and self._child.alive else None

    def check(self) -> None:
        """Raise `EngineRefusal(MODEL)` that names every fault of the model folder."""
        if found := faults(self.folder):
            raise EngineRefusal(ErrorKind.MODEL, "; ".join(found))

    async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        """The words of one segment; calls wait for each other.

        Raises `EngineRefusal` CRASHED or TIMEOUT (the segment ended the child twice), INVALID (libvosk refused it),
        MODEL; `EngineFault` RESOURCE (the child does not come up).
        """
        async with self._turn:
            if self._resting:
                self._resting.cancel()
            try:
                return await self._transcribe(audio, segment)
            finally:
                self._resting = asyncio.create_task(self._rest())

    def health(self) -> Health:
        if self._trouble:
            return Health(False, self._trouble, self._restarts)
        return Health(True, "running" if self.pid else "idle, no process", self._restarts)

    async def close(self) -> None:
        async with self._turn:
            if self._resting:
                self._resting.cancel()
                self._resting = None
            await self._drop()

    async def _transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        first = segment.send_start_ms * RATE // 1000
        last = min(segment.send_end_ms * RATE // 1000, audio.samples)
        request = {"path": str(audio.path), "offset": first * 2, "bytes": (last - first) * 2}
        failure: EngineError | None = None
        for attempt in range(1, ATTEMPTS + 1):
            child = await self._running()
            try:
                answer = await child.ask(request, self._silent_s)
            except ChildDied as death:
                self._bury(death, segment=segment.index, attempt=attempt)
                failure = EngineRefusal(
                    ErrorKind.TIMEOUT if death.silent else ErrorKind.CRASHED,
                    f"segment {segment.index} ended the Vosk process {ATTEMPTS} times: {death}",
                )
                continue
            self._deaths_in_a_row = 0
            if "error" in answer:
                raise EngineRefusal(ErrorKind.INVALID, f"Vosk refused segment {segment.index}: {answer['error']}")
            return SegmentResult(_words(answer["words"], segment), self.name, self.model, attempts=attempt)
        assert failure
        raise failure

    async def _running(self) -> Child:
        if self._child and self._child.alive:
            return self._child
        await self._drop()
        self.check()
        if self._deaths_in_a_row:
            self._restarts += 1
            await self._pause(min(BACKOFF_S * 2 ** (self._deaths_in_a_row - 1), BACKOFF_MAX_S))
        child = await Child.start(self._command)
        try:
            greeting = await child.greeting(self._load_s)
        except ChildDied as death:
            self._bury(death)
            self._trouble = f"the Vosk process does not come up: {death}"
            raise EngineFault(ErrorKind.RESOURCE, f"{self._trouble}; {death.last_words}", retry_after=30.0) from death
        except asyncio.CancelledError:
            await child.kill()
            raise
        if "fatal" in greeting:
            await child.stop()
            self._trouble = f"Vosk cannot load {self.folder}: {greeting['fatal']}"
            raise EngineRefusal(ErrorKind.MODEL, self._trouble)
        self._child, self._trouble = child, ""
        log.info("vosk child ready", extra={"child_pid": child.pid, "model": self.model})
        return child

    def _bury(self, death: ChildDied, **fields: int) -> None:
        self._child = None
        self._deaths_in_a_row += 1
        log.warning("vosk child died", extra={"how": str(death), "stderr": death.last_words, **fields})

    async def _rest(self) -> None:
        await asyncio.sleep(self._idle_s)
        async with self._turn:
            await self._drop()

    async def _drop(self) -> None:
        child, self._child = self._child, None
        if child:
            await child.stop()


def _words(heard: Sequence[tuple[str, float, float, float]], segment: Segment) -> tuple[Word, ...]:
    base = segment.send_start_ms
    return tuple(
        Word(text, base + round(start * 1000), base + round(end * 1000), round(confidence, 3))
        for text, start, end, confidence in heard
    )
