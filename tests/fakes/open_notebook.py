"""An Open Notebook that keeps the documented part of its REST API, its queue and its faults.

In tests: `async with FakeOpenNotebook(password="…") as notebook: … notebook.url`; `stop()` and `start()` on the same
port, `wipe()` between them for a restart without its data. As a process: `FAKE_OPEN_NOTEBOOK_PASSWORD=… python -m
tests.fakes.open_notebook --port 5055`, which is asked through its own API.
Facts: lfnovo/open-notebook `api/routers/notebooks.py`, `api/routers/sources.py`, `api/models.py`, `api/auth.py` (2026).
"""

import argparse
import asyncio
import hmac
import os
import random
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.fakes import open_notebook_rows as rows
from tests.fakes.open_notebook_rows import Fault, Notebook, Source, error, record_id


@dataclass(slots=True)
class FakeOpenNotebook:
    """One server and its data. `seconds`: of processing a text. `working`: whether its worker runs.

    `failing`: how many texts it will fail at. `starved`: a source was deleted before its job ran (its issue 1363); the
    queue stands still from then on. `missing`: its answer about a record that is not there (500 before its issue 862).
    """

    password: str = ""
    port: int = 0
    seconds: float = 0.02
    working: bool = True
    failing: int = 0
    missing: int = 404
    notebooks: dict[str, Notebook] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    starved: bool = False
    _random: random.Random = field(default_factory=lambda: random.Random(0))
    _runner: web.AppRunner | None = None
    _worker: asyncio.Task[None] | None = None
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens; the same after a restart."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        """Listen on 127.0.0.1."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; hanging calls are ended."""
        await self.stop()

    async def start(self) -> None:
        """Listen, with the data that are there."""
        app = web.Application(middlewares=[self._meet], client_max_size=64 << 20)
        app.add_routes(
            [
                web.get("/health", self._health),
                web.get("/api/notebooks", self._list_notebooks),
                web.post("/api/notebooks", self._make_notebook),
                web.get("/api/notebooks/{id}", self._show_notebook),
                web.put("/api/notebooks/{id}", self._change_notebook),
                web.delete("/api/notebooks/{id}", self._drop_notebook),
                web.get("/api/sources", self._list_sources),
                web.post("/api/sources/json", self._make_source),
                web.get("/api/sources/{id}", self._show_source),
                web.get("/api/sources/{id}/status", self._show_status),
                web.delete("/api/sources/{id}", self._drop_source),
            ]
        )
        self._stopped.clear()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self._worker = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """As if ended; the data stay. A text that was being processed stays `running` for ever."""
        self._stopped.set()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        self._worker = self._runner = None

    def wipe(self) -> None:
        """Lose all data."""
        self.notebooks.clear()
        self.sources.clear()
        self.starved = False

    def titles(self, name: str) -> list[str]:
        """Titles of all sources of all notebooks of this name, sorted: duplicates show."""
        books = [book.id for book in self.notebooks.values() if book.name == name]
        return sorted(s.title or "" for s in self.sources.values() for book in s.notebooks if book in books)

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self.seconds)
            queued = [source for source in self.sources.values() if source.status == "new"]
            if not queued or not self.working or self.starved:
                continue
            source = queued[0]
            source.status = "running"
            await asyncio.sleep(self.seconds)
            if self.failing > 0:
                self.failing -= 1
                source.status = "failed"
                continue
            source.status, source.text = "completed", source.content

    @web.middleware
    async def _meet(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Password and faults."""
        route = request.match_info.route.resource
        self.calls[f"{request.method} {route.canonical if route else request.path}"] += 1
        if request.path.startswith("/api") and self.password and not self._knows(request):
            return error(401, "Invalid password")
        fault = rows.next_fault(self.faults, request.method, request.path)
        if fault is None:
            return await self._answer(request, handler)
        match fault.kind:
            case "html":
                return web.Response(text="<html>Open Notebook</html>", content_type="text/html")
            case "hang":
                await self._stopped.wait()
            case "drop_after":
                await self._answer(request, handler)
            case "wipe_after":
                answer = await self._answer(request, handler)
                self.wipe()
                return answer
            case kind if kind.isdigit():
                return error(int(kind), "fault of the test", fault.location)
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=500)

    async def _answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        try:
            answer: web.StreamResponse = await handler(request)
        except KeyError:
            return error(self.missing, "not found")
        return answer

    def _knows(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), self.password.encode())

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    async def _list_notebooks(self, _: web.Request) -> web.Response:
        return web.json_response([rows.told(book, self.sources.values()) for book in reversed(self.notebooks.values())])

    async def _make_notebook(self, request: web.Request) -> web.Response:
        body = await request.json()
        if not isinstance(body.get("name"), str):
            return error(422, [{"loc": ["body", "name"], "msg": "Field required", "input": body}])
        if not body["name"].strip():
            return error(400, "Notebook name cannot be empty")
        book = Notebook(record_id("notebook", self._random), body["name"], body.get("description", ""), rows.now())
        self.notebooks[book.id] = book
        return web.json_response(rows.told(book, self.sources.values()))

    async def _show_notebook(self, request: web.Request) -> web.Response:
        return web.json_response(rows.told(self.notebooks[request.match_info["id"]], self.sources.values()))

    async def _change_notebook(self, request: web.Request) -> web.Response:
        book, body = self.notebooks[request.match_info["id"]], await request.json()
        book.name, book.description = body.get("name") or book.name, body.get("description") or book.description
        return web.json_response(rows.told(book, self.sources.values()))

    async def _drop_notebook(self, request: web.Request) -> web.Response:
        book = self.notebooks.pop(request.match_info["id"])
        for source in self.sources.values():
            source.notebooks = [name for name in source.notebooks if name != book.id]
        return web.json_response({"message": "Notebook deleted successfully"})

    async def _list_sources(self, request: web.Request) -> web.Response:
        limit, offset = int(request.query.get("limit", 50)), int(request.query.get("offset", 0))
        if not 1 <= limit <= 100 or offset < 0:
            return error(422, "limit 1–100")
        by, order = request.query.get("sort_by", "updated"), request.query.get("sort_order", "desc")
        if by not in rows.SORTS or order not in ("asc", "desc"):
            return error(400, "sort_by must be one of …")
        found = list(self.sources.values())
        if name := request.query.get("notebook_id"):
            found = [source for source in found if self.notebooks[name].id in source.notebooks]
        found = found[:: -1 if order == "desc" else 1][offset : offset + limit]
        return web.json_response([rows.listed(source) for source in found])

    async def _make_source(self, request: web.Request) -> web.Response:
        body = await request.json()
        if "type" not in body or ("notebooks" in body and "notebook_id" in body):
            return error(422, [{"loc": ["body"], "msg": "Field required", "input": body}])
        if "\0" in body.get("content", "") + str(body.get("title")):  # its database takes none, and its queue stops
            self.starved = True
        if body["type"] != "text" or not body.get("content"):
            return error(400, "Content is required for text type")
        wanted = body.get("notebooks") or [name for name in [body.get("notebook_id")] if name]
        books = [self.notebooks[name].id for name in wanted]
        title, embed = body.get("title") or "Processing...", bool(body.get("embed", False))
        source = Source(record_id("source", self._random), title, books, body["content"], embed, rows.now())
        self.sources[source.id] = source
        while not body.get("async_processing") and source.status in ("new", "running"):
            await asyncio.sleep(self.seconds)
        return web.json_response(rows.shown(source))

    async def _show_source(self, request: web.Request) -> web.Response:
        source = self.sources[request.match_info["id"]]
        source.views += 1
        return web.json_response(rows.shown(source))

    async def _show_status(self, request: web.Request) -> web.Response:
        return web.json_response(rows.processing(self.sources[request.match_info["id"]]))

    async def _drop_source(self, request: web.Request) -> web.Response:
        source = self.sources.pop(request.match_info["id"])
        self.starved = self.starved or source.status == "new"
        return web.json_response({"message": "Source deleted successfully"})


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeOpenNotebook(os.environ.get("FAKE_OPEN_NOTEBOOK_PASSWORD", ""), port) as notebook:
        sys.stdout.write(f"{notebook.url}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.open_notebook", description="A fake Open Notebook")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    asyncio.run(_serve(parser.parse_args().port))
