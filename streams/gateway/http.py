"""The frame of every request: limits, errors as JSON, metrics. Nothing of a body or a header reaches the log."""

import asyncio
import logging
import os
import socket
import traceback
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from streams.engine import metrics
from streams.gateway.address import FORWARDED, Senders
from streams.gateway.auth import UNPROVEN
from streams.gateway.connections import Connections, allow_files
from streams.gateway.intake import Intake
from streams.settings import Gateway

log = logging.getLogger(__name__)

Entrance = Callable[[web.Request], Awaitable[web.StreamResponse]]
Leave = Callable[[web.Application], Awaitable[None]]

KEEPALIVE_SECONDS = 75.0
"""A connection that sends no complete request head for so long is closed; longer than a reverse proxy keeps its own
idle connections (nginx: 60 s), so the proxy never meets a connection that is just being closed."""
LINGERING_SECONDS = 1.0
"""How long the rest of a refused body is read and thrown away, so that the sender can read the refusal."""
ANSWER_SECONDS = 3.0
"""Who waits for Kafka when the worker stops gets 503 after so long."""
STOP_SECONDS = 4.0
"""Requests in work get so long to be answered when the worker stops; less than `streams.engine.worker.STOP_SECONDS`."""
ACCEPTED, BACKLOG = 64, 1024
"""Connections that are accepted in one turn of the loop (asyncio takes its `backlog` for that, too): more would hold up
the answers. And how many the system may keep for us meanwhile; with few, a burst waits a second to knock again."""

_COPIED = ("Allow", "Retry-After")


class Server:
    """The application with its limits against slow and broken senders. `entrances` answer `POST` at their paths,
    `sockets` are opened there by `GET`; `leave` ends those when the server stops.
    """

    def __init__(
        self,
        entrances: Mapping[str, Entrance],
        settings: Gateway,
        sockets: Mapping[str, Entrance] | None = None,
        leave: Leave | None = None,
    ) -> None:
        self._settings = settings
        self.connections = Connections(self._http, settings.max_connections)
        app = web.Application(middlewares=[_Frame(self.connections, Senders(settings)).around])
        for path, entrance in entrances.items():
            app.router.add_post(path, entrance)
        for path, entrance in (sockets or {}).items():
            app.router.add_get(path, entrance, allow_head=False)
        if leave is not None:
            app.on_shutdown.append(leave)
        silent = logging.getLogger(f"{__name__}.protocol")  # aiohttp prints broken requests with their headers
        silent.setLevel(logging.CRITICAL)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=silent,
            auto_decompress=False,
            keepalive_timeout=KEEPALIVE_SECONDS,
            lingering_time=LINGERING_SECONDS,
            shutdown_timeout=STOP_SECONDS,
        )
        self._sweep: asyncio.Task[None] | None = None
        self._listener: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; returns the port. Raises OSError when it is taken."""
        allow_files(self._settings.max_connections)
        await self._runner.setup()
        self._listener = await asyncio.get_running_loop().create_server(
            self.connections, self._settings.host, self._settings.port, backlog=ACCEPTED
        )
        for listening in self._listener.sockets:
            with socket.socket(fileno=os.dup(listening.fileno())) as same:
                same.listen(BACKLOG)
        self._sweep = asyncio.ensure_future(self.connections.sweep())
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """New connections are refused at once; requests in work get their answers first."""
        if self._listener is not None:
            self._listener.close()
        await self._runner.cleanup()
        if self._sweep is not None:
            self._sweep.cancel()

    def _http(self) -> asyncio.Protocol:
        if self._runner.server is None:
            raise RuntimeError("a connection before the server was set up")
        return self._runner.server()


async def serve(server: Server, intake: Intake) -> None:
    """Listen for ever. Raises OSError when the port is taken; requests in work are finished on cancellation."""
    try:
        log.info("listening", extra={"port": await server.start()})
        await asyncio.Event().wait()
    finally:
        intake.finish(ANSWER_SECONDS)
        await server.stop()


class _Frame:
    """The middleware."""

    def __init__(self, connections: Connections, senders: Senders) -> None:
        self._connections, self._senders = connections, senders

    @web.middleware
    async def around(self, request: web.Request, handler: Entrance) -> web.StreamResponse:
        """Answer a request, whatever happens."""
        transport = request.transport
        self._connections.begin(transport)
        try:
            self._admit(request)
            answer = await handler(request)
        except web.HTTPException as refusal:
            answer = _refusal(refusal)
        except Exception as error:  # noqa: BLE001 — a sender gets an answer, and the log where to look, but no payload
            log.error("request failed", extra={"error": type(error).__name__, "at": _place(error)})
            answer = web.json_response({"error": "internal error"}, status=500)
        finally:
            self._connections.end(transport)
        metrics.REQUESTS.labels(_entrance(request), str(answer.status)).inc()
        return answer

    def _admit(self, request: web.Request) -> None:
        """Raises 401, the answer of who did not prove himself: an address that may not send learns nothing more."""
        if not self._senders.may(_sender(request), request.remote or "", request.headers.getall(FORWARDED, ())):
            raise web.HTTPUnauthorized(text=UNPROVEN)


def _refusal(refusal: web.HTTPException) -> web.Response:
    headers = {name: refusal.headers[name] for name in _COPIED if name in refusal.headers}
    answer = web.json_response({"error": refusal.text}, status=refusal.status, headers=headers)
    if refusal.status in (408, 413):
        answer.force_close()  # the rest of the body is not wanted
    return answer


def _entrance(request: web.Request) -> str:
    """`wms`, `telegram`, `live`, or `none`: a label from the path as it came would let anybody make metrics."""
    route = request.match_info.route.resource
    return route.canonical.removeprefix("/hooks").split("/")[1] if route is not None else "none"


def _sender(request: web.Request) -> str:
    """`wms/main`, `bitrix`: as `gateway.only_from` calls it."""
    named = request.match_info.get("source") or request.match_info.get("bot")
    return f"{_entrance(request)}/{named}" if named else _entrance(request)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
