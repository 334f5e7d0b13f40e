"""A warehouse system that is asked for what changed: pages, gzip, a limit, and what else such systems do.

`GET /documents?since=…&page=…` or `POST /documents` with the same in JSON; `GET /stock?page=…` with `stock`.
As SkladBot answers: a list under `data`, times without a zone in Moscow time, a page that is full when there are more.
"""

import asyncio
from collections import deque
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.zones import MOSCOW

KEY = "Bearer a-key-of-the-warehouse"
FORMAT = "%Y-%m-%d %H:%M:%S"


class FakeWarehouse:
    """Holds documents by the time of their change (ms UTC). `faults` are answered first, one a request: a status,
    `slow`, `cut`, `malformed`, or `html`.
    """

    def __init__(self, page_size: int = 2) -> None:
        self.documents: list[tuple[int, dict[str, Any]]] = []
        self.stock: list[dict[str, Any]] = []
        self.faults: deque[int | str] = deque()
        self.asked: list[dict[str, str]] = []
        self.page_size, self.paged = page_size, True
        self.port = 0

    async def __aenter__(self) -> "FakeWarehouse":
        app = web.Application()
        app.router.add_route("*", "/documents", self._answer)
        app.router.add_get("/stock", self._stock)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        assert self._runner.addresses
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != KEY:
            return web.json_response({"errors": "wrong key"}, status=401)
        given = dict(request.query) if request.method == "GET" else await request.json()
        self.asked.append(given)
        if self.faults:
            return await self._fault(self.faults.popleft(), request)
        since = datetime.strptime(given["since"], FORMAT).replace(tzinfo=MOSCOW).timestamp() * 1000
        changed = [document for at, document in sorted(self.documents, key=lambda one: one[0]) if at >= since]
        first = (int(given.get("page", 1)) - 1) * self.page_size if self.paged else 0
        answer = web.json_response({"data": changed[first : first + self.page_size]})
        answer.enable_compression(web.ContentCoding.gzip)
        return answer

    async def _stock(self, request: web.Request) -> web.StreamResponse:
        if self.faults:
            return await self._fault(self.faults.popleft(), request)
        first = (int(request.query["page"]) - 1) * self.page_size
        return web.json_response({"data": self.stock[first : first + self.page_size]})

    async def _fault(self, fault: int | str, request: web.Request) -> web.StreamResponse:
        match fault:
            case "slow":
                await asyncio.sleep(5)
            case "cut":
                assert request.transport is not None
                request.transport.close()
            case "malformed":
                return web.Response(text='{"data": [', content_type="application/json")
            case "html":
                return web.Response(text="<html>technical work</html>", content_type="text/html")
            case int():
                headers = {"Retry-After": "7"} if fault in (429, 503) else {}
                return web.json_response({"errors": "later"}, status=fault, headers=headers)
        return web.Response(status=500)


def document(number: int, **changed: object) -> dict[str, Any]:
    """A shipment as it says it."""
    return {"id": number, "client": 1066, "at": "2026-11-21 12:00:00", "items": [{"sku": "A", "qty": number}]} | changed
