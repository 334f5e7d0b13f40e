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
HEARD_SECONDS = 0.1
"""Nobody is ended sooner for the sake of somebody new: while we are busy, what he sent lies in the system unread. The
loop reads that before it looks at its timers, so after this time silence is his own."""
SPARE_FILES = 256
"""File descriptors for all else: Kafka, health page, files, modules."""


class Connections:
    """All connections of the server; calls to it make the protocol of a new one."""

    def __init__(self, http: Callable[[], asyncio.Protocol], most: int) -> None:
        self._http, self._most = http, most
        self._open: dict[asyncio.BaseTransport, _Connection] = {}
        self._silent: dict[_Connection, None] = {}  # never sent a whole head; in order of their begin
        self._idle: dict[_Connection, None] = {}  # were answered before; in order of their last answer

    def __call__(self) -> asyncio.Protocol:
        """The protocol of a new connection."""
        return _Connection(self, self._http())

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def begin(self, transport: asyncio.BaseTransport | None) -> None:
        """The head is there: a request is in work."""
        if transport is not None and (connection := self._open.get(transport)):
            self._silent.pop(connection, None)
            self._idle.pop(connection, None)
            connection.owes, connection.in_work = False, True

    def end(self, transport: asyncio.BaseTransport | None) -> None:
        """The request is answered."""
        if transport is not None and (connection := self._open.get(transport)):
            connection.in_work, connection.since = False, asyncio.get_running_loop().time()
            self._idle[connection] = None

    async def sweep(self) -> None:
        """For ever: end the connections that owe a head for too long."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            late = asyncio.get_running_loop().time() - HEAD_SECONDS
            for connection in [*self._silent, *self._idle]:
                if connection.owes and connection.since < late:
                    connection.abort()

    def add(self, transport: asyncio.BaseTransport, connection: "_Connection") -> None:
        """A new connection. With all places taken the one that is wanted least is ended: one that never sent a whole
        head, else one that is idle, of each the oldest. Where none may be ended, it is the new one.
        """
        if len(self._open) >= self._most:
            oldest = [next(iter(ones)) for ones in (self._silent, self._idle) if ones]
            unwanted = next((one for one in oldest if one.heard), connection)
            unwanted.abort()
            if unwanted is connection:
                return
        self._open[transport] = connection
        self._silent[connection] = None

    def remove(self, transport: asyncio.BaseTransport, connection: "_Connection") -> None:
        """A connection has ended."""
        self._open.pop(transport, None)
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)


class _Connection(asyncio.Protocol):
    """Passes everything on to aiohttp's protocol.

    `owes`: a head, since `since`; else it is `in_work`, or idle since then.
    """

    def __init__(self, connections: Connections, http: asyncio.Protocol) -> None:
        self._connections, self._http = connections, http
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.BaseTransport | None = None
        self.since = self._loop.time()
        self.owes, self.in_work, self.heard = True, False, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._http.connection_made(transport)
        self._connections.add(transport, self)
        self._loop.call_later(HEARD_SECONDS, self._is_heard)

    def connection_lost(self, error: Exception | None) -> None:
        if self._transport is not None:
            self._connections.remove(self._transport, self)
        self._http.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if not (self.in_work or self.owes):
            self.owes, self.since = True, self._loop.time()
        self._http.data_received(data)

    def abort(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._connections.remove(self._transport, self)
            cast("asyncio.Transport", self._transport).abort()

    def _is_heard(self) -> None:
        self.heard = True

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
