"""The child processes: jobs to idle children, time limits, and children that hang in the kernel are left behind."""

import asyncio
import errno
import logging
import os
import pickle
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress

from recorder.jobs import Answer, Beat, Deliver, Delivered, Done, Failed, Fault, Job, Prepare, Prepared, TryOut
from recorder.settings import PREFIX, Settings

log = logging.getLogger(__name__)

KILL_S = 3.0
"""A killed process that is still there after so many seconds waits in the kernel: it is left behind."""
MAX_HUNG = 4
"""So many children left behind say that the whole target hangs: no further one is sent after them."""
ENOUGH = 64
"""A child is replaced after so many jobs: a leak in a decoder never grows."""


class Stalled(OSError):
    """A child made no progress within the time limit."""


class Crashed(Exception):
    """A child died, or a job met a fault that is not the disk's."""


class Crew:
    """Runs jobs in child processes. Children that prepare load PyAV; those that deliver never do.

    How many jobs run at once is the caller's to limit. Needs a running event loop.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
        self._stall_s = settings.stall_seconds
        self._command = [sys.executable, "-m", "recorder.child", str(os.getpid())]
        self._command += ["--low"] if settings.low_priority else []
        self._environ = {name: text for name, text in environ.items() if not name.startswith(PREFIX)}
        self._idle: dict[bool, list[_Child]] = {True: [], False: []}
        self._hung: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self.peaks = {"prepare": 0, "deliver": 0}
        """The most memory of a child of each kind, bytes."""

    @property
    def hung(self) -> int:
        """Children that were left behind and are still there."""
        return len(self._hung)

    async def prepare(self, job: Prepare) -> Prepared:
        """Raises OSError (of the recordings' disk), `Stalled` and `Crashed`."""
        value = await self._run(job)
        assert isinstance(value, Prepared)
        return value

    async def deliver(self, job: Deliver) -> Delivered:
        """Raises OSError, `Stalled` and `Crashed`."""
        self._refuse_hung()
        value = await self._run(job)
        assert isinstance(value, Delivered)
        return value

    async def try_out(self, job: TryOut) -> int:
        """Bytes left on the target. Raises OSError, `Stalled` and `Crashed`."""
        value = await self._run(job)
        assert isinstance(value, int)
        return value

    async def close(self) -> None:
        """End the idle children, and see the end of those whose jobs were cancelled."""
        for kind in self._idle.values():
            while kind:
                await self._end(kind.pop())
        if self._ending:
            await asyncio.wait(self._ending, timeout=KILL_S)
            self._ending.clear()

    def _refuse_hung(self) -> None:
        if len(self._hung) >= MAX_HUNG:
            raise Stalled(errno.ETIMEDOUT, f"the target hangs: {len(self._hung)} copies wait in the kernel")

    async def _run(self, job: Job) -> Prepared | Delivered | int:
        prepares = isinstance(job, Prepare)
        idle = self._idle[prepares]
        child = idle.pop() if idle else _Child(await self._spawn())
        try:
            answer = await child.ask(job, self._stall_s)
        except TimeoutError:
            await self._end(child)
            raise Stalled(errno.ETIMEDOUT, f"no progress within {self._stall_s:g} s") from None
        except (EOFError, BrokenPipeError, ConnectionResetError):
            with suppress(TimeoutError):
                await asyncio.wait_for(child.gone(), KILL_S)
            code = child.process.returncode
            if child.jobs:  # it may have died before it had this job: a new one tells
                return await self._run(job)
            raise Crashed(f"the child process ended with {code}") from None
        except asyncio.CancelledError:
            child.kill()  # nobody waits for it now; `close` does
            self._ending.add(asyncio.ensure_future(child.gone()))
            raise
        child.jobs += 1
        if child.jobs < ENOUGH:
            idle.append(child)
        else:
            await self._end(child)
        match answer:
            case Done(value, peak):
                kind = "prepare" if prepares else "deliver"
                self.peaks[kind] = max(self.peaks[kind], peak)
                return value
            case Failed(error):
                raise error
            case Fault(text):
                raise Crashed(text)
            case Beat():
                raise AssertionError("ask passes over beats")

    async def _spawn(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, env=self._environ, cwd="/", start_new_session=True
        )

    async def _end(self, child: "_Child") -> None:
        child.kill()
        waiting = asyncio.ensure_future(child.gone())
        done, _ = await asyncio.wait({waiting}, timeout=KILL_S)
        if not done:
            log.error("a child process hangs in the kernel", extra={"pid": child.process.pid})
            self._hung.add(waiting)
            waiting.add_done_callback(self._hung.discard)


class _Child:
    def __init__(self, process: Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self.process, self._in, self._out = process, process.stdin, process.stdout
        self.jobs = 0

    async def ask(self, job: Job, stall_s: float) -> Answer:
        """The answer behind the beats. Raises TimeoutError when nothing comes for `stall_s`, EOFError at its death."""
        self._in.write(pickle.dumps(job))
        while True:
            async with asyncio.timeout(stall_s):
                await self._in.drain()
                (size,) = struct.unpack("!I", await self._out.readexactly(4))
                answer: Answer = pickle.loads(await self._out.readexactly(size))
            if not isinstance(answer, Beat):
                return answer

    def kill(self) -> None:
        """Send SIGKILL; a process in the kernel does not notice."""
        if self.process.returncode is None:
            self.process.kill()

    async def gone(self) -> None:
        """Return when the process has ended and its pipes are closed."""
        self._in.close()
        await self.process.wait()
        with suppress(BrokenPipeError, ConnectionResetError):
            await self._in.wait_closed()
        await self._out.read()
