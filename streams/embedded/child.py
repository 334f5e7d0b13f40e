"""One worker under `leadpulse up`: started, started again when it ends, stopped with us however we end."""

import asyncio
import contextlib
import logging
import shutil
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable, Sequence

from schemas.errors import ConfigError
from streams.embedded.console import Console
from streams.embedded.environ import environment

log = logging.getLogger("leadpulse.up")

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds before a worker that ended is started again; doubled each time, until it has run steadily."""

STEADY_SECONDS = 60.0
"""A worker that ran so long had a good start: what ended it is a new story."""

STOP_SECONDS = 60.0
"""After SIGTERM a worker ends within seconds, at last by its own hand (`streams.engine.worker.STOP_SECONDS`). Only one
that cannot even do that, or a machine that hardly runs, comes to this."""

WHY = {70: "завис"}
"""Exit codes of workers in words."""


class Child:
    """`start` it, `stop` it. `handed` is what it reads from its standard input, `holds` are descriptors it keeps open.

    Call it from the main thread: the kernel kills the worker when the thread that started it ends.
    """

    def __init__(
        self,
        name: str,
        handed: bytes,
        console: Console,
        holds: Sequence[int] = (),
        command: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._command = command or (sys.executable, "-m", "streams.cli", "worker", name, "--settings", "-")
        self._handed, self._console, self._holds, self._clock = handed, console, holds, clock
        self._process: Process | None = None
        self._stopping = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        """Start it and keep it running."""
        self._keeping = asyncio.ensure_future(self._keep())

    async def stop(self) -> None:
        """End it in order; by force only when it cannot end itself."""
        self._stopping.set()
        self._signal("terminate")
        if self._keeping is None:
            return
        done, _ = await asyncio.wait({self._keeping}, timeout=STOP_SECONDS)
        if not done:
            log.warning("%s не останавливается, завершаю принудительно", self.name)
            self.kill()
        await self._keeping

    def kill(self) -> None:
        """End it at once."""
        self._stopping.set()
        self._signal("kill")

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = self._clock()
            code = await self._run()
            if self._stopping.is_set():
                return
            if self._clock() - began >= STEADY_SECONDS:
                pause = FIRST_PAUSE
            if pause in (FIRST_PAUSE, LONGEST_PAUSE):  # said at the first end of a row, and when it has become a habit
                log.warning("%s завершился (%s); запускаю снова, пауза %.0f с", self.name, _told(code), pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = _next(pause)

    async def _run(self) -> int:
        """One life of the process; its exit code, negative for a signal."""
        process = self._process = await asyncio.create_subprocess_exec(
            *(_setpriv(), "--pdeathsig=KILL", *self._command),
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
            env=environment(),
            umask=0o077,
            pass_fds=self._holds,
            start_new_session=True,  # Ctrl-C is for us: we stop them in order
        )
        if self._stopping.is_set():  # stopped between the two
            process.terminate()
        assert process.stdin is not None and process.stdout is not None
        copying = asyncio.ensure_future(self._console.copy(self.name, process.stdout))
        with contextlib.suppress(ConnectionError):
            process.stdin.write(self._handed)
            await process.stdin.drain()
        process.stdin.close()
        code = await process.wait()
        await asyncio.wait({copying}, timeout=1.0)  # a grandchild may hold the pipe open for longer
        copying.cancel()
        return code

    def _signal(self, what: str) -> None:
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                getattr(self._process, what)()


def _next(pause: float) -> float:
    """Longer each time. Past the longest it goes on a little above it, so that only the first of those is told."""
    return pause * 2 if pause * 2 < LONGEST_PAUSE else LONGEST_PAUSE + (pause >= LONGEST_PAUSE)


def _told(code: int) -> str:
    if code < 0:
        return f"сигнал {-code}"
    return WHY.get(code, f"код {code}")


def _setpriv() -> str:
    found = shutil.which("setpriv")
    if found is None:
        raise ConfigError("нет программы setpriv: apt-get install util-linux")
    return found
