"""The read API of the store, JSON over HTTP on a loopback port, for the CLI and pages. Every request needs the token.

    GET  /api/leads/{id}/history?limit=&before=   newest first; `next` of the answer is the `before` of the next page
    GET  /api/leads/{id}/signals                  newest first
    GET  /api/leads/{id}/transcripts              newest version of each recording, newest recording first
    GET  /api/leads/{id}/people?room=&since=&until=   names in the history; who was in the room in that time
    GET  /api/leads/{id}/profile                  what the client sells, his pains … (`processors.profile`)
    POST /api/leads/{id}/profile  {"field", "text", "author"}   a person's word on a field
    GET  /api/recordings/{id}                     the newest transcript, as `leadpulse minutes` wants it
    GET  /api/alerts?status=                      newest state of each alert
    GET  /api/status                              rows, last event of each source, lag
    POST /api/sql      {"query": "SELECT …"}      read-only; {"columns", "types", "rows"}
    GET  /api/reports?day=                        the report of a Moscow day (YYYY-MM-DD), or of today so far
    POST /api/reports  {"day": "…"}               publishes it

Errors are `{"error": "…"}` with 400, 401, 404, 503.
"""

import asyncio
import hmac
import logging
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, TypeVar, get_args

import msgspec
from aiohttp import web

from schemas.alerts import AlertStatus
from schemas.errors import ConfigError, Refused, Transient
from schemas.types import LeadId, Millis
from streams.engine import metrics
from streams.engine.clock import wall_clock
from streams.settings import Store
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.reports import Reports
from streams.store.jobs.ticks import Send
from streams.store.lag import Lag
from streams.store.read import history, profiles, sql
from streams.store.read.people import people

log = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST_BODY = 128 << 10
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def api_token(store: Store) -> str:
    """The bearer token: from the settings, else from its file, else made now and kept there (0600).

    Raises `ConfigError`.
    """
    given = store.api_token.get_secret_value()
    if given:
        return given
    path = store.api_token_file
    try:
        known = path.read_text().strip() if path.exists() else ""
        if known:
            return known
        path.parent.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(32)
        draft = path.with_name(path.name + ".part")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made + "\n")
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f"the token of the read API cannot be kept in {path}: {error.strerror}") from error
    return made


class Api:
    """Serves the read API until cancelled; `port` is the real one after the start."""

    def __init__(self, store: Store, database: Database, lag: Lag, reports: Reports, send: Send) -> None:
        self._store, self._database, self._lag, self._reports = store, database, lag, reports
        self._send = send
        self._token = b""
        self.port = 0
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled. Raises `ConfigError`, OSError when the port is taken."""
        self._token = api_token(self._store).encode()
        app = web.Application(client_max_size=LONGEST_BODY, middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/api/leads/{lead}/history", self._history),
                web.get("/api/leads/{lead}/signals", self._signals),
                web.get("/api/leads/{lead}/transcripts", self._transcripts),
                web.get("/api/leads/{lead}/people", self._people),
                web.get("/api/leads/{lead}/profile", self._profile),
                web.post("/api/leads/{lead}/profile", self._correct),
                web.get("/api/recordings/{recording}", self._recording),
                web.get("/api/alerts", self._alerts),
                web.get("/api/status", self._status),
                web.post("/api/sql", self._sql),
                web.get("/api/reports", self._report),
                web.post("/api/reports", self._publish_report),
            ]
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._store.api_host, self._store.api_port).start()
            self.port = runner.addresses[0][1]
            self.listening.set()
            log.info("read API listens", extra={"port": self.port})
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await self._answer(request, handler)
        metrics.REQUESTS.labels("store", answer.status).inc()
        return answer

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
            return _error(401, "the header `Authorization: Bearer …` is missing or has another token")
        try:
            return await handler(request)
        except Refused as error:
            return _error(400, str(error))
        except StatementFailed as error:
            return _error(400, str(error))
        except Transient as error:
            return _error(503, str(error))
        except web.HTTPNotFound:
            return _error(404, f"there is no {request.path} here")
        except web.HTTPException as error:
            return _error(error.status, error.reason)

    async def _history(self, request: web.Request) -> web.Response:
        before = history.cursor(request.query.get("before"))
        return _json(await history.events(self._database, _lead(request), _limit(request, 200), before))

    async def _signals(self, request: web.Request) -> web.Response:
        return _json(await history.signals(self._database, _lead(request), _limit(request, 200)))

    async def _transcripts(self, request: web.Request) -> web.Response:
        return _json(await history.transcripts(self._database, _lead(request), _limit(request, 20)))

    async def _people(self, request: web.Request) -> web.Response:
        room = request.query.get("room", "")
        since, until = _time(request, "since"), _time(request, "until")
        return _json(await people(self._database, _lead(request), room, since, until))

    async def _profile(self, request: web.Request) -> web.Response:
        return _json(await profiles.read_profile(self._database, _lead(request)))

    async def _correct(self, request: web.Request) -> web.Response:
        said = await _body(request, profiles.Correction)
        return _json(await profiles.correct(self._send, wall_clock, _lead(request), said))

    async def _recording(self, request: web.Request) -> web.Response:
        found = await profiles.read_conversation(self._database, request.match_info["recording"])
        if found is None:
            return _error(404, "there is no transcript of this recording")
        return _json(found)

    async def _alerts(self, request: web.Request) -> web.Response:
        status = request.query.get("status", "")
        if status and status not in get_args(AlertStatus):
            raise Refused(f"status is one of {', '.join(get_args(AlertStatus))}")
        return _json(await history.alerts(self._database, status, _limit(request, 500)))

    async def _status(self, _: web.Request) -> web.Response:
        return _json(await history.status(self._database) | {"lag": await self._lag.by_topic()})

    async def _sql(self, request: web.Request) -> web.Response:
        return _json(await sql.ask(self._database, (await _body(request, _Query)).query))

    async def _report(self, request: web.Request) -> web.Response:
        return _json(await self._reports.of_day(_day(request.query.get("day", ""))))

    async def _publish_report(self, request: web.Request) -> web.Response:
        return _json(await self._reports.publish_now(_day((await _body(request, _Day)).day)))


class _Query(msgspec.Struct):
    query: str


class _Day(msgspec.Struct):
    day: str = ""


async def _body(request: web.Request, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fields = ", ".join(field.name for field in msgspec.structs.fields(type_))  # type: ignore[arg-type]
        raise Refused(f"the body is a JSON object with {fields}: {error}") from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("day is YYYY-MM-DD") from error


def _lead(request: web.Request) -> str:
    try:
        return msgspec.convert(request.match_info["lead"], LeadId)
    except msgspec.ValidationError as error:
        raise Refused("a lead id is 1 to 12 digits") from error


def _limit(request: web.Request, usual: int) -> int:
    given = request.query.get("limit", str(usual))
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 10_000):
        raise Refused("limit is a number from 1 to 10000")
    return int(given)


def _time(request: web.Request, name: str) -> Millis:
    given = request.query.get(name, "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 13):
        raise Refused(f"{name} is a time in ms UTC")
    return int(given)


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


def _error(status: int, reason: str) -> web.Response:
    return web.Response(body=msgspec.json.encode({"error": reason}), status=status, content_type="application/json")
