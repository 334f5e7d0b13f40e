"""What stands before a fake and goes wrong in its stead: away, slow, refusing, answering half, losing its answers.

Everything else is passed on as it came, so that each fake keeps its own protocol, and all know the same troubles.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import aiohttp
from aiohttp import web

_OF_ONE_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding", "date", "server"})
BAD_GATEWAY = "<html><body>503 Service Temporarily Unavailable</body></html>"


class Refusal(NamedTuple):
    """An answer in the words of the system behind."""

    status: int
    body: str
    headers: dict[str, str]


class Front:
    """`fault` is what goes wrong now (a word of `_go_wrong`, or nothing), `met` counts who has met what.

    `limits` are given one after the other when the fault is `limits`.
    """

    def __init__(self, limits: Sequence[Refusal]) -> None:
        self.fault, self.slowness = "", 10.0
        self.met: Counter[str] = Counter()
        self._limits, self._behind, self._port = limits, "", 0
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Front":
        self._client = aiohttp.ClientSession(auto_decompress=False)
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.down()
        await self._client.close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def before(self, url: str) -> None:
        """What it stands before."""
        self._behind = url

    async def up(self) -> None:
        """Listen, at the port of before."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """As a process that was killed: nobody listens, and open connections are gone."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        fault = self.fault
        self.met[fault] += 1
        if fault == "limits":
            refusal = self._limits[self.met[fault] % len(self._limits)]
            return web.Response(
                status=refusal.status, text=refusal.body, headers=refusal.headers, content_type="application/json"
            )
        if fault == "503":
            return web.Response(status=503, text=BAD_GATEWAY, content_type="text/html")
        if fault == "slow":
            await asyncio.sleep(self.slowness)
        answer = await self._passed_on(request)
        if fault == "cut" and request.transport is not None:
            request.transport.abort()  # what was asked has been done, and nobody hears of it
        return answer

    async def _passed_on(self, request: web.Request) -> web.Response:
        kept = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ONE_HOP}
        url, body = self._behind + request.path_qs, await request.read()
        async with self._client.request(request.method, url, data=body, headers=kept) as answer:
            headers = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_ONE_HOP}
            whole = await answer.read()
        return web.Response(status=answer.status, body=whole, headers=headers)
