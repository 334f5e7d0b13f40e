"""The Vosk child's life: started when there is memory for it, shared by all who come, mourned, started again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from streams.engine.retry import Policy
from streams.speech.child import Child, ChildDied
from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind, Health
from streams.speech.vosk_model import faults, memory_mb

log = logging.getLogger(__name__)

RESTART = Policy(first=0.5, longest=30.0, jitter=0.0)
"""Pause before a restart, by the deaths in a row. One child a machine: there is nobody to keep apart from."""
RECOGNISER_MB = 150
"""What one recogniser reserves (measured: 142, of which 128 for OpenBLAS); it may come to use all of it."""
RETRY_S, RETRY_SHORT_S = 30.0, 60.0
"""Pause of a recording whose engine does not work; the second where somebody else has to give memory back first."""


class VoskProcess:
    """At most one child at a time. `command`: model folder, threads and `limit_mb` are added as its last arguments.

    `limit_mb`: memory at which it ends itself, 0 none. `free_mb` as `machine.free_mb`.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str],
        *,
        threads: int,
        limit_mb: int,
        load_s: float,
        pause: Callable[[float], Awaitable[None]],
        free_mb: Callable[[], int],
    ) -> None:
        self.folder = folder
        self._command = (*command, str(folder), str(threads), str(limit_mb))
        self._limit_mb, self._load_s = limit_mb, load_s
        self._pause, self._free_mb = pause, free_mb
        self._child: Child | None = None
        self._starting: asyncio.Task[Child] | None = None
        self._deaths_in_a_row = 0
        self._restarts = 0
        self._trouble = ""

    @property
    def pid(self) -> int | None:
        """Of the child that is ready; None while there is none."""
        return self._child.pid if self._child and self._child.alive else None

    def check(self) -> None:
        """Raise `EngineRefusal(MODEL)` that names every fault of the model folder."""
        if found := faults(self.folder):
            raise EngineRefusal(ErrorKind.MODEL, "; ".join(found))

    def health(self) -> Health:
        """The last trouble until a segment went well again; before a start, whether there is memory for one."""
        if not self._trouble and not self.pid and (fault := self._too_big()):
            return Health(False, str(fault), self._restarts)
        return Health(not self._trouble, self._trouble or self._state(), self._restarts)

    def full(self) -> EngineFault | None:
        """The RESOURCE fault of a machine without memory for one more recogniser; None where there is enough."""
        return self._short_of(RECOGNISER_MB)

    async def running(self) -> Child:
        """The child. Who comes while it starts shares its outcome; who leaves does not stop it.

        Raises `EngineRefusal` MODEL, `EngineFault` RESOURCE.
        """
        if self._child and self._child.alive:
            return self._child
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(self._started)
        return await asyncio.shield(self._starting)

    def proved(self) -> None:
        """It answered a request."""
        self._deaths_in_a_row, self._trouble = 0, ""

    def bury(self, child: Child, death: ChildDied, **fields: int) -> None:
        """Every call that was in work tells of the same death; it counts once."""
        if child is not self._child:
            return
        self._child = None
        self._deaths_in_a_row += 1
        log.warning("vosk child died", extra={"how": str(death), "stderr": death.last_words, **fields})

    def starved(self, death: ChildDied) -> EngineFault:
        """The RESOURCE fault of a child that has no memory even for a single segment."""
        return self._fault(f"Vosk: {death}", death.last_words)

    async def drop(self) -> None:
        """End it. Only while nobody asks it anything."""
        if start := self._starting:  # whoever wanted it has left
            start.cancel()
            await asyncio.wait([start])
        child, self._child = self._child, None
        if child:
            await child.stop()

    async def _start(self) -> Child:
        self.check()
        if fault := self._too_big():
            raise fault
        if self._deaths_in_a_row:
            self._restarts += 1
            await self._pause(RESTART.roof(self._deaths_in_a_row))
        self._child = None
        child = await Child.start(self._command)
        try:
            greeting = await child.greeting(self._load_s)
        except ChildDied as death:
            self._child = child
            self.bury(child, death)
            raise self._fault(f"the Vosk process does not come up: {death}", death.last_words) from death
        except asyncio.CancelledError:
            await child.kill()
            raise
        if "fatal" in greeting:
            await child.stop()
            raise self._unloaded(greeting["fatal"], child)
        self._child = child
        log.info("vosk child ready", extra={"child_pid": child.pid, "model": self.folder.name})
        return child

    def _started(self, start: asyncio.Task[Child]) -> None:
        self._starting = None
        if not start.cancelled():
            start.exception()  # seen, also where nobody waits for it any more

    def _state(self) -> str:
        return "running" if self.pid else "idle, no process"

    def _too_big(self) -> EngineFault | None:
        """A limit says more than our estimate of what the model takes."""
        return self._short_of(self._limit_mb or memory_mb(self.folder) + RECOGNISER_MB)

    def _short_of(self, needed_mb: int) -> EngineFault | None:
        free_mb = self._free_mb()
        if free_mb >= needed_mb:
            return None
        text = f"not enough memory for Vosk: {needed_mb} MB needed, {free_mb} MB free"
        return EngineFault(ErrorKind.RESOURCE, text, RETRY_SHORT_S)

    def _fault(self, trouble: str, last_words: str) -> EngineFault:
        self._trouble = trouble
        return EngineFault(ErrorKind.RESOURCE, f"{trouble}; {last_words}".removesuffix("; "), RETRY_S)

    def _unloaded(self, reason: str, child: Child) -> EngineError:
        """Kaldi and OpenFst name what is wrong with a model; for want of memory libvosk gives up without a word."""
        if not child.said("ERROR"):
            return self._fault(f"Vosk cannot load {self.folder}, probably out of memory: {reason}", child.last_words)
        self._trouble = f"Vosk cannot load {self.folder}: {reason}"
        return EngineRefusal(ErrorKind.MODEL, self._trouble)
