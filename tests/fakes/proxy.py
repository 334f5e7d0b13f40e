"""A proxy on 127.0.0.1 that speaks SOCKS5 (RFC 1928, 1929) and HTTP CONNECT (RFC 9110, 9.3.6), as people have them.

`async with FakeProxy(login=("ivan", "secret")) as proxy: … proxy.url("socks5")`. `asked` are the targets, by name as
the client said them; `refuses` answers that the target cannot be reached.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class FakeProxy:
    """One proxy; `login` is (user, password) where it wants one."""

    def __init__(self, login: tuple[str, str] | None = None) -> None:
        self.login, self.refuses = login, False
        self.asked: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, scheme: str, login: str | None = None) -> str:
        """As it stands in the settings."""
        known = ":".join(self.login) if self.login else ""
        who = known if login is None else login
        return f"{scheme}://{who}{'@' if who else ''}127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            first = await reader.readexactly(1)
            target = await (self._socks(reader, writer) if first == b"\x05" else self._http(first, reader, writer))
            if target is not None:
                await _relay((reader, writer), target)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        wanted = 2 if self.login else 0
        writer.write(bytes([5, wanted if wanted in methods else 0xFF]))
        if self.login:
            await reader.readexactly(1)
            user = await reader.readexactly((await reader.readexactly(1))[0])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            good = (user.decode(), password.decode()) == self.login
            writer.write(bytes([1, 0 if good else 1]))
            if not good:
                return None
        _, _, _, kind = await reader.readexactly(4)
        if kind == 1:
            host = ".".join(map(str, await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2))
        target = await self._connect(host, port)
        writer.write(bytes([5, 0 if target else 4, 0, 1, 0, 0, 0, 0, 0, 0]))
        return target

    async def _http(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
        host, _, port = head.split()[1].rpartition(":")
        if self.login:
            known = base64.b64encode(":".join(self.login).encode()).decode()
            if f"Proxy-Authorization: Basic {known}".lower() not in head.lower():
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                return None
        target = await self._connect(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" if target else b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        return target

    async def _connect(self, host: str, port: int) -> Streams | None:
        self.asked.append(f"{host}:{port}")
        return None if self.refuses else await asyncio.open_connection(host, port)


async def _relay(one: Streams, other: Streams) -> None:
    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)
        writer.close()

    ways: list[Callable[[], Awaitable[None]]] = [lambda: pump(one[0], other[1]), lambda: pump(other[0], one[1])]
    with suppress(OSError):
        await asyncio.gather(*(way() for way in ways))
    other[1].close()
