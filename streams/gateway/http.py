"""The frame of every request: limits, errors as JSON, metrics. Nothing of a body or a header reaches the log."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from streams.engine import metrics
from streams.settings import Gateway

log = logging.getLogger(__name__)

Entrance = Callable[[web.Request], Awaitable[web.StreamResponse]]

KEEPALIVE_SECONDS = 75.0
"""A connection that sends no complete request head for so long is closed; longer than a reverse proxy keeps its own
idle connections (nginx: 60 s), so the proxy never meets a connection that is just being closed."""
LINGERING_SECONDS = 1.0
"""How long the rest of a refused body is read and thrown away, so that the sender can read the refusal."""
STOP_SECONDS = 4.0
"""Requests in work get so long when the worker stops; less than `streams.engine.worker.STOP_SECONDS`."""

_COPIED = ("Allow", "Retry-After")


def application(settings: Gateway, entrances: Mapping[str, Entrance]) -> web.Application:
    """Entrances by the path they answer, each `POST` only."""
    app = web.Application(client_max_size=settings.max_body, middlewares=[_Frame(settings).around])
    for path, entrance in entrances.items():
        app.router.add_post(path, entrance)
    return app


def runner(app: web.Application) -> web.AppRunner:
    """The server around the application, with its limits against slow and broken senders."""
    silent = logging.getLogger(f"{__name__}.protocol")  # aiohttp prints broken requests, and with them their headers
    silent.setLevel(logging.CRITICAL)
    return web.AppRunner(
        app,
        access_log=None,
        logger=silent,
        auto_decompress=False,
        keepalive_timeout=KEEPALIVE_SECONDS,
        lingering_time=LINGERING_SECONDS,
        shutdown_timeout=STOP_SECONDS,
    )


async def serve(app: web.Application, settings: Gateway) -> None:
    """Listen for ever. Raises OSError when the port is taken; requests in work are finished on cancellation."""
    server = runner(app)
    await server.setup()
    try:
        await web.TCPSite(server, settings.host, settings.port).start()
        log.info("listening", extra={"host": settings.host, "port": server.addresses[0][1]})
        await asyncio.Event().wait()
    finally:
        await server.cleanup()


async def read_body(request: web.Request, settings: Gateway) -> bytes:
    """The body as it was sent, UTF-8. Raises 400, 408, 413, 415."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType(text="compressed bodies are not accepted")
    try:
        async with asyncio.timeout(settings.read_timeout):
            body = await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text=f"the body did not arrive within {settings.read_timeout:g} s") from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large(settings) from None
    except (web.RequestPayloadError, ConnectionError):
        raise web.HTTPBadRequest(text="the body broke off") from None
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise web.HTTPBadRequest(text=f"the body is not UTF-8 (byte {error.start})") from None
    return body


class _Frame:
    """The middleware. Counts the requests in work."""

    def __init__(self, settings: Gateway) -> None:
        self._settings = settings
        self._in_work = 0

    @web.middleware
    async def around(self, request: web.Request, handler: Entrance) -> web.StreamResponse:
        """Answer a request, whatever happens."""
        self._in_work += 1
        try:
            self._guard(request)
            answer = await handler(request)
        except web.HTTPException as refusal:
            answer = _refusal(refusal)
        except Exception as error:  # noqa: BLE001 — a sender gets an answer, and the log where to look, but no payload
            log.error("request failed", extra={"error": type(error).__name__, "at": _place(error)})
            answer = web.json_response({"error": "internal error"}, status=500)
        finally:
            self._in_work -= 1
        metrics.REQUESTS.labels(_entrance(request), str(answer.status)).inc()
        return answer

    def _guard(self, request: web.Request) -> None:
        if request.content_length is not None and request.content_length > self._settings.max_body:
            raise _too_large(self._settings)
        if self._in_work > self._settings.max_in_work:
            raise web.HTTPServiceUnavailable(text="too many requests at once", headers={"Retry-After": "1"})


def _too_large(settings: Gateway) -> web.HTTPRequestEntityTooLarge:
    return web.HTTPRequestEntityTooLarge(settings.max_body, text=f"the body is larger than {settings.max_body} bytes")


def _refusal(refusal: web.HTTPException) -> web.Response:
    headers = {name: refusal.headers[name] for name in _COPIED if name in refusal.headers}
    answer = web.json_response({"error": refusal.text}, status=refusal.status, headers=headers)
    if refusal.status in (408, 413):
        answer.force_close()  # the rest of the body is not wanted
    return answer


def _entrance(request: web.Request) -> str:
    """`wms`, `telegram`, or `none`: a label from the path as it came would let anybody make metrics."""
    route = request.match_info.route.resource
    return route.canonical.split("/")[2] if route is not None else "none"


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
