"""What must hold around a worker: looked at every few seconds, shown by `/readyz`, told to ops when it changes.

    look:   right  wrong  wrong  wrong  right  wrong  right  right  right
                     └── after_s ──┘                    └── calm_s ──┘
    told:                          begins                            ends

A look runs in a thread of its own, because a dead network share never answers; it is not asked again before it does.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from processors.russian.system import os_reason
from schemas.notices import Trouble
from streams.engine.health import Check
from streams.engine.notices import Notices
from streams.engine.retry import WORLD, World

log = logging.getLogger(__name__)

INTERVAL = 5.0
"""Seconds between two looks."""
LOOK_SECONDS = 10.0
"""A look that takes longer is a fault by itself."""
SILENT = f"не отвечает дольше {LOOK_SECONDS:g} с"


@dataclass(frozen=True)
class Condition:
    """`look` says in Russian what is wrong, nothing when all is well; it may block. Times in seconds."""

    kind: Trouble
    subject: str
    look: Callable[[], str]
    after_s: float = 0.0
    """Wrong for so long before it is told."""
    calm_s: float = 60.0
    """Right for so long before it is over: what comes and goes is one trouble."""


class _Watched:
    """One condition and how it went. `now` is what the last look said."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self.now: Check = "ещё не проверено"
        self._looking: asyncio.Future[str] | None = None
        self._since: float | None = None
        self._told: bool | None = None

    async def look(self) -> None:
        """Have `now` current."""
        if self._looking is None:
            self._looking = _in_thread(self.condition.look)
        done, _ = await asyncio.wait({self._looking}, timeout=LOOK_SECONDS)
        words = SILENT
        if done:
            words = self._looking.result()
            self._looking = None
        self.now = words or True

    def shown(self) -> Check:
        """What `/readyz` says: which folder, disk or system, and what is wrong with it."""
        return self.now if self.now is True else f"{self.condition.subject}: {self.now}"

    def change(self, now: float) -> bool | None:
        """True when it is to be told, False when it is over, None when nothing is new. `now` in seconds, monotonic."""
        wrong = self.now is not True
        if wrong is self._told:
            self._since = None
            return None
        self._since = now if self._since is None else self._since
        # what is right at the start needs no calm: the notice of an earlier process is closed, if there is one
        wait = self.condition.after_s if wrong else self.condition.calm_s if self._told else 0.0
        if now - self._since < wait:
            return None
        self._told, self._since = wrong, None
        return wrong


class Conditions:
    """All conditions of one worker."""

    def __init__(self, notices: Notices, world: World = WORLD, interval: float = INTERVAL) -> None:
        self._notices, self._world, self._interval = notices, world, interval
        self._watched: list[_Watched] = []

    def watch(self, condition: Condition) -> Callable[[], Check]:
        """Look at it from now on; what is returned is a need for `/readyz`."""
        watched = _Watched(condition)
        self._watched.append(watched)
        return watched.shown

    async def run(self) -> None:
        """The background task."""
        while True:
            await asyncio.gather(*(self._look(watched) for watched in self._watched))
            await self._world.sleep(self._interval)

    async def _look(self, watched: _Watched) -> None:
        await watched.look()
        condition = watched.condition
        match watched.change(self._world.clock()):
            case True:
                self._notices.begins(condition.kind, condition.subject, str(watched.now))
            case False:
                self._notices.ends(condition.kind, condition.subject)


def _in_thread(look: Callable[[], str]) -> asyncio.Future[str]:
    """A daemon thread: one that hangs in a system call must not hold the process at its end."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[str] = loop.create_future()

    def answer(words: str) -> None:
        if not found.done():
            found.set_result(words)

    def work() -> None:
        try:
            words = look()
        except OSError as error:
            words = os_reason(error)
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(answer, words)

    threading.Thread(target=work, name="look", daemon=True).start()
    return found
