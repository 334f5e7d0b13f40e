"""A helper process that answers JSON lines, seen from its parent: start, ask, notice death and silence, stop."""

import asyncio
import json
import signal
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence
from typing import Any

LINE_LIMIT = 1 << 22
"""Bytes of one answer: a 276 s segment at 5 words a second is 0.1 MB."""
FAREWELL_S = 2.0
"""So long a child may take to end after its input was closed."""
STARVED = ("bad_alloc", "memoryerror", "cannot allocate memory")
"""What C++, Python and the C library say on stderr when there is no memory left."""
GREETING = 0
"""Lines without an id are the child's own: that it is ready, or why not."""

Message = dict[str, Any]


class ChildDied(Exception):
    """The process ended. `last_words` is the end of its stderr.

    `silent`: we killed it, because nothing was heard of this request. `innocent`: because of another request's silence.
    `starved`: for want of memory, as far as that can be told.
    """

    def __init__(
        self, how: str, last_words: str, *, silent: bool = False, innocent: bool = False, starved: bool = False
    ) -> None:
        super().__init__(how)
        self.last_words = last_words
        self.silent, self.innocent, self.starved = silent, innocent, starved


class Child:
    """One running process. Requests may overlap; each has its own watch over silence."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._asked = GREETING
        self._inboxes: dict[int, asyncio.Queue[Message | None]] = {GREETING: asyncio.Queue()}
        self._silent: set[int] = set()
        self._ours = False  # we killed it
        self._exhausted = ""
        self._stderr: deque[str] = deque(maxlen=100)  # read all the time, so a flood neither blocks it nor fills a log
        self._draining = asyncio.create_task(self._drain())
        self._over = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, command: Sequence[str]) -> "Child":
        return cls(
            await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=LINE_LIMIT)
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self._over

    def said(self, mark: str) -> bool:
        """Whether its stderr holds this text, in any case of letters."""
        return any(mark.lower() in line.lower() for line in self._stderr)

    @property
    def last_words(self) -> str:
        return " | ".join(list(self._stderr)[-3:])[-400:]

    async def greeting(self, within_s: float) -> Message:
        """The first line it says. Raises `ChildDied`."""
        return await self._next(GREETING, within_s)

    async def ask(self, request: Message, silent_s: float) -> Message:
        """Its answer to `request`. Raises `ChildDied` on death or after `silent_s` seconds without a line about it.

        A cancelled call tells the child to stop with it; what it still says about it is passed over.
        """
        self._asked += 1
        number = self._asked
        self._inboxes[number] = asyncio.Queue()
        self._tell({**request, "id": number})
        try:
            while "at" in (message := await self._next(number, silent_s)):
                pass
        except asyncio.CancelledError:
            self._tell({"cancel": number})
            raise
        finally:
            del self._inboxes[number]
        return message

    async def stop(self) -> None:
        """Close its input, wait a little, kill."""
        assert self._process.stdin
        self._process.stdin.close()
        await asyncio.wait([self._reading], timeout=FAREWELL_S)
        await self.kill()

    async def kill(self) -> None:
        if self.alive:
            self._ours = True
            self._process.kill()
        await asyncio.wait([self._reading])  # unlike `await`, it does not cancel the task together with us

    def _tell(self, message: Message) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message).encode() + b"\n")  # to a dead child: noticed when reading

    async def _next(self, number: int, within_s: float) -> Message:
        if self._over:
            raise self._death(number)
        try:
            async with asyncio.timeout(within_s):  # wait_for of 3.11 loses a cancellation that meets a line
                message = await self._inboxes[number].get()
        except TimeoutError:
            self._silent.add(number)
            await self.kill()
            raise ChildDied(f"silent for {within_s:g} s, killed", self.last_words, silent=True) from None
        if message is None:
            raise self._death(number)
        return message

    async def _read(self) -> None:
        """Give each line to the call it belongs to; at the end tell all of them."""
        try:
            await self._route()
        except ValueError as error:  # not JSON, or longer than `LINE_LIMIT`: nothing after it can be trusted
            self._stderr.append(f"broken line: {error}")
            self._ours = True
            self._process.kill()
        await self._end()
        self._over = True
        for inbox in self._inboxes.values():
            inbox.put_nowait(None)

    async def _route(self) -> None:
        assert self._process.stdout
        while (line := await self._process.stdout.readline()).endswith(b"\n"):
            message: Message = json.loads(line)
            self._exhausted = message.get("exhausted", self._exhausted)
            if inbox := self._inboxes.get(message.get("id", GREETING)):
                inbox.put_nowait(message)

    async def _end(self) -> None:
        """Wait for its end, then kill. `Process.kill` on a process that just died reaps it behind asyncio's back
        (`Popen.send_signal` polls) and its exit code would be lost, so waiting comes first."""
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._draining

    def _death(self, number: int) -> ChildDied:
        """What its end means for this request."""
        code = self._process.returncode or 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        innocent = bool(self._silent) and number not in self._silent
        if self._exhausted:
            return ChildDied(f"out of memory: {self._exhausted}", self.last_words, starved=True)
        if any(map(self.said, STARVED)):
            return ChildDied(f"out of memory ({how})", self.last_words, starved=True)
        if code == -signal.SIGKILL and not self._ours:  # nobody kills so but the kernel and a person
            return ChildDied("killed by the system, probably out of memory", self.last_words, starved=True)
        return ChildDied(how, self.last_words, innocent=innocent)

    async def _drain(self) -> None:
        assert self._process.stderr
        while part := await self._process.stderr.read(8192):
            self._stderr.extend(part.decode(errors="replace").splitlines())
