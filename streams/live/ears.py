"""Open turns in the Vosk process: their sound goes there as it comes, and at the end their words come back.

The sound of an open turn is kept here too (`turns.LONGEST`: 1 MB), so a process that died is given it anew.
"""

import asyncio
import base64
import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from schemas.sources import Word
from schemas.types import Millis
from streams.engine import metrics
from streams.engine.clock import Clock, wall_clock
from streams.speech import machine
from streams.speech.child import Child, ChildDied, Message
from streams.speech.faults import EngineError, Health
from streams.speech.vosk_process import VoskProcess

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "streams.live.ear_child")
SILENT_S = 60.0
"""A process that says nothing of a second of sound for so long is killed."""
LOAD_S = 300.0
AHEAD = 32
"""Pieces of sound, of all turns, that the process may have before it has heard them."""
ATTEMPTS = 2
"""A turn that ends the process so often is given up."""


class Ear:
    """One open turn. `pcm`: its sound, s16le 16 kHz; `given`: how many pieces of it `child` has; `speechkit_ms`: how
    much of it SpeechKit was given."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.pcm: list[bytes] = []
        self.child: Child | None = None
        self.given = 0
        self.speechkit_ms = 0


class Ears:
    """All open turns. `threads` of them are listened to at once; `idle_s` without any ends the process."""

    def __init__(
        self,
        folder: Path,
        *,
        threads: int,
        limit_mb: int,
        idle_s: float,
        command: Sequence[str] = COMMAND,
        clock: Clock = wall_clock,
    ) -> None:
        self._process = VoskProcess(
            folder,
            command,
            threads=threads,
            limit_mb=limit_mb,
            load_s=LOAD_S,
            pause=asyncio.sleep,
            free_mb=machine.free_mb,
        )
        self._idle_ms, self._clock = idle_s * 1000, clock
        self._numbers = count()
        self._room = asyncio.Semaphore(AHEAD)
        self._asking: set[asyncio.Task[Message]] = set()
        self._open, self._used = 0, clock()

    @property
    def model(self) -> str:
        """Name of the model's folder."""
        return self._process.folder.name

    def health(self) -> Health:
        """As of an engine."""
        return self._process.health()

    def open(self, _who: str, _spoken_at: Millis) -> Ear:
        """A turn begins: whoever speaks, and whenever he did."""
        self._open += 1
        return Ear(next(self._numbers))

    async def ready(self) -> None:
        """Return when the process listens. Raises `EngineFault`, `EngineRefusal`."""
        await self._process.running()

    def keep(self, ear: Ear, pcm: bytes) -> None:
        """More of its sound, which somebody else listens to so far."""
        ear.pcm.append(pcm)

    async def hear(self, ear: Ear, pcm: bytes) -> None:
        """More of its sound; returns when there is room for more. Where the process died it is kept for the next."""
        self.keep(ear, pcm)
        with suppress(EngineError):
            await self._give(ear, await self._process.running())

    async def words(self, ear: Ear) -> list[Word]:
        """The turn is over: its words, in ms from its first sound. None where libvosk refused it, or where it ended
        the process twice. Raises as `ready`, and may be asked again."""
        deaths = 0
        while deaths < ATTEMPTS:
            child = await self._process.running()
            await self._give(ear, child)
            try:
                # a task, too: asked at once it would come before the sound, whose tasks have not begun
                answer = await asyncio.create_task(child.ask({"ear": ear.number, "end": True}, SILENT_S))
            except ChildDied as death:
                self._process.bury(child, death)
                deaths += not death.innocent
                continue
            self._process.proved()
            self._over()
            if "error" in answer:
                log.warning("Vosk refused a turn", extra={"error": answer["error"]})
                return []
            return [
                Word(text, round(a * 1000), round(b * 1000), round(sure, 3)) for text, a, b, sure in answer["words"]
            ]
        metrics.LIVE_TURNS.labels("lost").inc()
        self._over()
        return []

    async def rest(self) -> None:
        """End the process where nobody needs it for a while. Until cancelled."""
        while True:
            await asyncio.sleep(self._idle_ms / 4000)
            if not self._open and self._clock() - self._used > self._idle_ms:
                await self._process.drop()

    async def close(self) -> None:
        """End the process."""
        await self._process.drop()

    def drop(self, ear: Ear) -> None:
        """The turn is somebody else's now."""
        self._over()
        if ear.child is not None and ear.child.alive:
            self._ask(ear.child, {"ear": ear.number, "drop": True})

    def _over(self) -> None:
        self._open -= 1
        self._used = self._clock()

    async def _give(self, ear: Ear, child: Child) -> None:
        if ear.child is not child:  # a new process knows nothing of it
            ear.child, ear.given = child, 0
        while ear.given < len(ear.pcm) and child.alive:
            await self._room.acquire()
            pcm = base64.b64encode(ear.pcm[ear.given]).decode()
            ear.given += 1
            task = self._ask(child, {"ear": ear.number, "pcm": pcm})
            task.add_done_callback(lambda _done: self._room.release())

    def _ask(self, child: Child, request: Message) -> asyncio.Task[Message]:
        """Ask without waiting: tasks begin in the order in which they were made, so requests keep it."""
        task = asyncio.create_task(self._answered(child, request))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return task

    async def _answered(self, child: Child, request: Message) -> Message:
        try:
            return await child.ask(request, SILENT_S)
        except ChildDied as death:  # who asks for the words gives the sound once more
            self._process.bury(child, death)
            return {}


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
