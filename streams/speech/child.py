"""A helper process that answers JSON lines, seen from its parent: start, ask, notice death and silence, stop."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence
from typing import Any

LINE_LIMIT = 1 << 22
"""Bytes of one answer: a 276 s segment at 5 words a second is 0.1 MB."""
FAREWELL_S = 2.0
"""So long a child may take to end after its input was closed."""


class ChildDied(Exception):
    """The process ended, or was killed because it went `silent`. `last_words` is the end of its stderr."""

    def __init__(self, how: str, last_words: str, silent: bool = False) -> None:
        super().__init__(how)
        self.last_words = last_words
        self.silent = silent


class Child:
    """One running process. One request at a time; the caller sees to that."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._asked = 0
        self._stderr: deque[str] = deque(maxlen=20)  # read all the time, so a flood neither blocks it nor fills a log
        self._draining = asyncio.create_task(self._drain())

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
        return self._process.returncode is None

    async def greeting(self, within_s: float) -> dict[str, Any]:
        """The first line it says. Raises `ChildDied`."""
        return await self._line(within_s)

    async def ask(self, request: dict[str, Any], silent_s: float) -> dict[str, Any]:
        """Its answer to `request`. Raises `ChildDied` on death or after `silent_s` seconds without any line.

        A cancelled call tells the child to stop; what it still says about it is passed over by the next call.
        """
        self._asked += 1
        self._tell({**request, "id": self._asked})
        try:
            while True:
                message = await self._line(silent_s)
                if message.get("id") == self._asked and "at" not in message:
                    return message
        except asyncio.CancelledError:
            self._tell({"cancel": self._asked})
            raise

    async def stop(self) -> None:
        """Close its input, wait a little, kill."""
        assert self._process.stdin
        self._process.stdin.close()
        await self._end()

    async def kill(self) -> None:
        if self.alive:
            self._process.kill()
        await self._process.wait()
        await self._draining

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message).encode() + b"\n")  # to a dead child: noticed when reading

    async def _line(self, within_s: float) -> dict[str, Any]:
        assert self._process.stdout
        try:
            async with asyncio.timeout(within_s):  # wait_for of 3.11 loses a cancellation that meets a line
                line = await self._process.stdout.readline()
        except TimeoutError:
            await self.kill()
            raise ChildDied(f"silent for {within_s:g} s, killed", self._last_words(), silent=True) from None
        if not line.endswith(b"\n"):
            await self._end()
            code = self._process.returncode or 0
            raise ChildDied(f"signal {-code}" if code < 0 else f"exit code {code}", self._last_words())
        message: dict[str, Any] = json.loads(line)
        return message

    async def _end(self) -> None:
        """Wait for its end, then kill. `Process.kill` on a process that just died reaps it behind asyncio's back
        (`Popen.send_signal` polls) and its exit code would be lost, so waiting comes first."""
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
        await self._draining

    def _last_words(self) -> str:
        return " | ".join(list(self._stderr)[-3:])[-400:]

    async def _drain(self) -> None:
        assert self._process.stderr
        while part := await self._process.stderr.read(8192):
            self._stderr.extend(part.decode(errors="replace").splitlines())
