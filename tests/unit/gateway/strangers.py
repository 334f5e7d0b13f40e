"""Senders that are slow: they connect, send a part, and wait."""

import asyncio

STRANGER = b"POST /hooks/wms/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nContent-Length: 100\r\n\r\n{"
NO_PROOF = b"POST /hooks/telegram/curator HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
FORGED = (
    b"POST /hooks/wms/signed HTTP/1.1\r\nHost: x\r\nX-Leadpulse-Signature: sha256=00\r\nContent-Length: 100\r\n\r\n{"
)
SLOW_HEAD = b"POST /hooks/wms/main HTTP/1.1\r\nHost: x\r\nAuthor"


def at_the_right_address(address: str, length: int = 100) -> bytes:
    """A body that has yet to prove itself, of which only the first byte comes."""
    return (
        f"POST /hooks/wms/signed/{address} HTTP/1.1\r\nHost: x\r\nX-Leadpulse-Signature: sha256=00\r\n"
        f"Content-Length: {length}\r\n\r\n{{"
    ).encode()


def with_the_right_token(source: str = "main", length: int = 100) -> bytes:
    """A proven sender that stops in the middle."""
    return (
        f"POST /hooks/wms/{source} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right\r\n"
        f"Content-Length: {length}\r\n\r\n{{"
    ).encode()


class Slow:
    """One connection that sends `part` and no more. `peer` is the address that it comes from."""

    def __init__(self, port: int, part: bytes, peer: str = "127.0.0.1") -> None:
        self._port, self._part, self._peer = port, part, peer

    async def __aenter__(self) -> "Slow":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(self._peer, 0))
        self._writer.write(self._part)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def send(self, more: bytes) -> None:
        """Send a little more."""
        self._writer.write(more)
        await self._writer.drain()

    async def status(self, seconds: float = 5.0) -> int:
        """The answer's status; 0 when the connection was closed without one. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            try:
                line = await self._reader.readline()
            except ConnectionError:
                return 0
        return int(line.split()[1]) if line else 0

    def unanswered(self) -> bool:
        """Whether neither an answer nor an end has come yet."""
        return not (self._reader._buffer or self._reader.at_eof())  # type: ignore[attr-defined] # asyncio's own, untold
