"""The door: listens, knows who asks, hands queries to the engine two at a time, ends what nobody waits for any more."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from aiohttp import web

from streams.engine import metrics
from streams.engine.health import Check
from streams.settings import Store
from streams.store.database import Database
from streams.store.door import query, wire
from streams.store.door.answer import head, refuse, send
from streams.store.door.request import Asked, read, text_of
from streams.store.door.slots import Slots
from streams.store.door.users import User, Users
from streams.store.door.wire import Fault

log = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST_BODY = 256 << 10
OPENING = 5.0
"""Seconds that a client waits for an engine that is being opened."""
AGAIN = 15.0
"""Seconds between attempts to listen on a port that is taken: the store works on without the door."""
KILL_EVERY = 0.5
"""Seconds between attempts: a query that has not begun cannot be killed yet."""


class Door:
    """Serves until cancelled; `port` is the real one after the start."""

    def __init__(self, store: Store, database: Database) -> None:
        self._store, self._opened = store, database.opened
        self._users, self._slots = Users(store), Slots()
        self._threads = ThreadPoolExecutor(self._slots.places + 1, thread_name_prefix="clickhouse-door")
        self._engine: query.Engine | None = None
        self._ends: set[asyncio.Task[None]] = set()
        self._trouble = "ещё не слушает"
        self.port = 0

    def ready(self) -> Check:
        """For `/readyz`."""
        return self._trouble or True

    async def run(self) -> None:
        """Listen until cancelled; while the port is taken, try again."""
        app = web.Application(client_max_size=LONGEST_BODY)
        app.router.add_get("/ping", _ping)
        app.router.add_route("GET", "/", self._handle)
        app.router.add_route("POST", "/", self._handle)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True)  # a query nobody waits for ends
        await runner.setup()
        try:
            await self._listen(runner)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        while True:
            try:
                await web.TCPSite(runner, self._store.http_host, self._store.http_port).start()
            except OSError as error:
                self._trouble = f"порт {self._store.http_port} (store.http_port) занят или недоступен"
                log.warning("the door cannot listen", extra={"port": self._store.http_port, "error": str(error)})
                await asyncio.sleep(AGAIN)
            else:
                self.port, self._trouble = runner.addresses[0][1], ""
                log.info("ClickHouse's HTTP interface listens", extra={"port": self.port})
                return

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        answer = await self._answer(request)
        metrics.REQUESTS.labels("clickhouse", answer.status).inc()
        return answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        tag = secrets.token_hex(16)
        try:
            user = self._users.of(request)
            said = await text_of(request)
            engine = await self._open()
            if not said:
                return web.Response(body=b"Ok.\n", headers=head(request, engine, tag, "TabSeparated"))
            if said == wire.HELLO and "client_protocol_version" in request.query:
                block = wire.hello(engine.version, engine.timezone)
                return web.Response(body=block, headers=head(request, engine, tag, "Native"))
            return await self._ask(request, engine, user, read(request, said, self._store.database), tag)
        except Fault as fault:
            return refuse(fault, tag)

    async def _open(self) -> query.Engine:
        """Raises `Fault`."""
        if self._engine is None:
            try:
                await asyncio.wait_for(self._opened(), OPENING)
            except TimeoutError:
                raise Fault.ours(209, "SOCKET_TIMEOUT", "the store is not open yet: try again") from None
            self._engine = await self._run(lambda: query.look(self._store, self._users.all))
        return self._engine

    async def _ask(
        self, request: web.Request, engine: query.Engine, user: User, asked: Asked, tag: str
    ) -> web.StreamResponse:
        """The place is free again when the engine has let go of the query, not when the client has."""
        await self._slots.take(user.name)
        work, ended = query.Query(self._store, asked, engine.readers[user.name]), False
        step: asyncio.Future[bytes] | None = None

        async def piece(call: Callable[[], bytes]) -> bytes:
            nonlocal step
            step = asyncio.ensure_future(self._run(call))
            return await asyncio.shield(step)

        try:
            with metrics.DOOR_SECONDS.labels(user.name).time():
                answer = await send(request, head(request, engine, tag, asked.form), work, piece)
            ended = True
            return answer
        except Fault:
            ended = True
            raise
        finally:
            task = asyncio.ensure_future(self._leave(work, step, ended))
            self._ends.add(task)
            task.add_done_callback(self._ends.discard)

    async def _leave(self, work: query.Query, step: asyncio.Future[bytes] | None, ended: bool) -> None:
        """Close the query and free its place; one in the middle is killed, again and again until it has ended."""
        try:
            while step is not None and not step.done() and not ended:
                try:
                    await self._run(work.kill)
                except Fault as fault:
                    log.warning("a query cannot be ended", extra={"error": fault.text})
                await asyncio.wait({step}, timeout=KILL_EVERY)
            if step is not None and step.done() and not step.cancelled():
                step.exception()  # seen, also when nobody waits any more
            await self._run(work.close)
        finally:
            self._slots.free()

    def _run(self, call: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def close(self) -> None:
        """Wait for what is being ended, let go of the engine. Called when nobody listens any more."""
        await asyncio.gather(*self._ends, return_exceptions=True)
        for reader in self._engine.readers.values() if self._engine else ():
            reader.handles.close()
        self._threads.shutdown(wait=False)


async def _ping(_: web.Request) -> web.Response:
    return web.Response(text="Ok.\n")
