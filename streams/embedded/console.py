"""The one writer of the log of `leadpulse up`: its own lines and those of its children, to stdout and to `log.file`.

Each child writes into a pipe of its own. Were they all given our stdout, a file behind it would be overwritten by
whoever opens it anew, and nobody could put it aside. Writing happens in a thread: a terminal that stands still, or a
pipe that nobody reads, must not stop the workers. What does not fit into the queue meanwhile is counted.
"""

import asyncio
import contextlib
import json
import logging
import sys
from logging.handlers import QueueListener, RotatingFileHandler
from queue import SimpleQueue
from typing import TextIO

from processors.russian.system import os_reason
from schemas.errors import ConfigError
from streams.engine.log import one_line, prefix
from streams.settings import Log

WAITING = 10_000
"""Lines, some megabytes, that wait for a reader who stands still."""

LONGEST = 1 << 20
"""Bytes of a line that is written without waiting for its end."""


class Console:
    """A text stream for `logging` too. `close` writes what still waits."""

    def __init__(self, options: Log, out: TextIO = sys.stdout) -> None:
        """Raises `ConfigError` when the file cannot be written."""
        handlers: list[logging.Handler] = [logging.StreamHandler(out)]
        if options.file is not None:
            size = options.max_mb << 20
            try:
                file = RotatingFileHandler(options.file, maxBytes=size, backupCount=options.keep, encoding="utf-8")
            except OSError as error:
                raise ConfigError(f"нельзя писать в файл {options.file} (log.file): {os_reason(error)}") from error
            handlers.append(file)
        self._queue: SimpleQueue[logging.LogRecord] = SimpleQueue()
        self._listener = QueueListener(self._queue, *handlers)
        self._listener.start()
        self._lost, self._json = 0, options.format == "json"

    def say(self, line: str) -> None:
        """One line, whatever it holds."""
        if self._queue.qsize() >= WAITING:
            self._lost += 1
            return
        if self._lost:
            lost, self._lost = self._lost, 0
            self._put(self._line("up", f"строк журнала пропущено, потому что их никто не читал: {lost}"))
        self._put(line)

    def write(self, text: str) -> None:
        """What `logging` writes: a line with its end."""
        for line in text.splitlines():
            self.say(line)

    def flush(self) -> None:
        """Part of being a stream."""

    async def copy(self, name: str, reader: asyncio.StreamReader) -> None:
        """Say what a child writes until it ends. A line without the child's name in front gets it."""
        rest = b""
        while chunk := await reader.read(1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._said(name, line)
            if len(rest) > LONGEST:
                self._said(name, rest)
                rest = b""
        self._said(name, rest)

    async def close(self, patience: float = 5.0) -> None:
        """Write what waits; a reader who stands still is not waited for longer than `patience` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(self._finish), patience)

    def _finish(self) -> None:
        self._listener.stop()
        for handler in self._listener.handlers:
            handler.close()

    def _said(self, name: str, line: bytes) -> None:
        text = one_line(line.decode(errors="replace").rstrip())
        if text:
            self.say(self._line(name, text))

    def _line(self, name: str, text: str) -> str:
        """A worker's own lines are in form already; others (of Java, of a crash) are brought into it."""
        if self._json:
            return text if text.startswith("{") else json.dumps({"worker": name, "event": text}, ensure_ascii=False)
        return text if text.startswith(prefix(name)) else prefix(name) + text

    def _put(self, line: str) -> None:
        self._queue.put(logging.makeLogRecord({"msg": line}))
