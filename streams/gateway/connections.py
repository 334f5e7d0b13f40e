"""The connections: how many there are, and how long one may owe the head of a request.

aiohttp has one time for a head and for an idle connection (75 s here, because of reverse proxies) and no limit of
connections: so many slow heads would use up the process's file descriptors. Between the socket and aiohttp stands
therefore one small protocol that notes when a connection began to owe a head, and ends those who owe it for too long.
"""

import asyncio
import resource
from collections.abc import Callable
from typing import cast

HEAD_SECONDS = 10.0
"""From the first byte of a head (of a new connection: from its beginning) to the last."""
SWEEP_SECONDS = 1.0
SPARE_FILES = 256
"""File descriptors for all else: Kafka, health page, files, modules."""


class Connections:
    """All connections of the server; calls to it make the protocol of a new one."""

    def __init__(self, http: Callable[[], asyncio.Protocol], most: int) -> None:
        self._http, self._most = http, most
        self._open: dict[asyncio.BaseTransport, _Connection] = {}

    def __call__(self) -> asyncio.Protocol:
        """The protocol of a new connection."""
        return _Connection(self, self._http())

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def begin(self, transport: asyncio.BaseTransport | None) -> None:
        """The head is there: a request is in work."""
        if transport is not None and (connection := self._open.get(transport)):
            connection.owes_since, connection.in_work = None, True

    def end(self, transport: asyncio.BaseTransport | None) -> None:
        """The request is answered."""
        if transport is not None and (connection := self._open.get(transport)):
            connection.in_work, connection.proved = False, True

    async def sweep(self) -> None:
        """For ever: end the connections that owe a head for too long."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            late = asyncio.get_running_loop().time() - HEAD_SECONDS
            for transport, connection in list(self._open.items()):
                if connection.owes_since is not None and connection.owes_since < late:
                    cast("asyncio.Transport", transport).abort()

    def add(self, transport: asyncio.Transport, connection: "_Connection") -> None:
        """A new connection. With all places taken the one that is wanted least is ended; it may be the new one."""
        if len(self._open) >= self._most:
            unwanted = min(self._open, key=lambda key: self._open[key].worth, default=None)
            if unwanted is None or self._open[unwanted].in_work:
                transport.abort()
                return
            self.remove(unwanted)
            cast("asyncio.Transport", unwanted).abort()
        self._open[transport] = connection

    def remove(self, transport: asyncio.BaseTransport) -> None:
        """A connection has ended."""
        self._open.pop(transport, None)


class _Connection(asyncio.Protocol):
    """Passes everything on to aiohttp's protocol."""

    def __init__(self, connections: Connections, http: asyncio.Protocol) -> None:
        self._connections, self._http = connections, http
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.BaseTransport | None = None
        self.owes_since: float | None = self._loop.time()
        self.in_work = self.proved = False

    @property
    def worth(self) -> tuple[bool, bool, float]:
        """Smallest for what is ended first: never sent a whole head, then idle, then in work; the oldest of each."""
        return self.in_work, self.proved, self.owes_since or 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._http.connection_made(transport)
        self._connections.add(cast("asyncio.Transport", transport), self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._transport is not None:
            self._connections.remove(self._transport)
        self._http.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if not self.in_work and self.owes_since is None:
            self.owes_since = self._loop.time()
        self._http.data_received(data)

    def eof_received(self) -> bool | None:
        return self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()


def allow_files(connections: int) -> None:
    """Raise the process's own limit of open files, as far as the system allows, to what the connections may need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
