"""A host that takes requests of commands, and what it may do instead: redirect to where we must not go, answer late,
die when it has read, fail, answer without end. A workflow of n8n is one too.

In tests: `async with FakeHost() as host: … host.url, host.taken`. `host.next = "slow"` holds for the next request.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

ENDLESS = 256 << 20
"""Bytes of an answer that nobody should read to its end."""
PIECE = 64 << 10


@dataclass(slots=True)
class Taken:
    """A request as it came; `command` is its `X-Leadpulse-Command`."""

    path: str
    command: str
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class FakeHost:
    """`next`: what the next request meets: a status, `redirect` (to `location`), `slow` (`seconds`), `dies` (read, then
    the connection is closed), `endless` (`sent` bytes went, `ended` when nobody took more). `trap`: requests that came
    to a place where none should come."""

    seconds: float = 30.0
    location: str = ""
    next: str = ""
    taken: list[Taken] = field(default_factory=list)
    trap: list[str] = field(default_factory=list)
    port: int = 0
    sent: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def times(self, command: str) -> int:
        """How often a command's request came."""
        return sum(one.command == command for one in self.taken)

    async def __aenter__(self) -> Self:
        """Listen on 127.0.0.1."""
        app = web.Application()
        app.router.add_get("/trap", self._trapped)
        app.router.add_post("/trap", self._trapped)
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; hanging requests are ended."""
        self.held.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _trapped(self, request: web.Request) -> web.Response:
        self.trap.append(request.method)
        return web.Response()

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while self.sent < ENDLESS:
                await response.write(b"x" * PIECE)
                self.sent += PIECE
        except ConnectionError:
            return response
        finally:
            self.ended.set()
        return response

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        command = request.headers.get("X-Leadpulse-Command", "")
        self.taken.append(Taken(request.path, command, dict(request.headers), json.loads(body)))
        does, self.next = self.next, ""
        match does:
            case "redirect":
                return web.Response(status=302, headers={"Location": self.location or f"{self.url}/trap"})
            case "slow":
                with_patience = asyncio.wait_for(self.held.wait(), self.seconds)
                await asyncio.gather(with_patience, return_exceptions=True)
            case "dies":
                if request.transport is not None:
                    request.transport.close()
            case "endless":
                return await self._endless(request)
            case status if status.isdigit():
                return web.Response(status=int(status), text="words of the host")
        return web.json_response({"ok": True})
