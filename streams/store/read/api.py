"""The read API of the store, JSON over HTTP on a loopback port, for the CLI and pages. Every request needs a token.
A lead that was merged with another is asked for by either number; `lead_id` of the answer says whose it is.

    GET  /api/leads/{id}/history?limit=&before=   newest first; `next` of the answer is the `before` of the next page
    GET  /api/leads/{id}/signals                  newest first
    GET  /api/leads/{id}/scores?limit=&before=    newest first, before a time in ms UTC; each with all that made it
    GET  /api/leads/{id}/transcripts              newest version of each recording, newest recording first
    GET  /api/leads/{id}/people?room=&since=&until=&recording=   names in the history; who was in the room in that time
    GET  /api/leads/{id}/profile                  what the client sells, his pains … (`processors.profile`)
    POST /api/leads/{id}/profile  {"field", "text", "action", "entry_id"}   a person's word on a field, or an entry
    GET, POST /api/leads/{id}/promises  {"promise", "mark", "note"}   what became of them; GET /api/promises: of all
    GET  /api/leads/{id}/passages?q=, …/tools/{name}   words that may answer a question about him; a figure
    GET, POST …/{id}/questions, …/questions/{id}/verdict   what was asked about him; people's word on an answer
    GET, POST /api/leads/{id}/outcome  {"outcome", "since", "reason"}   what became of him; GET /api/outcomes: of all
    GET  /api/recordings/{id}                     the newest transcript, as `leadpulse minutes` wants it
    GET  /api/alerts?status=                      newest state of each alert
    GET  /api/events?since=&until=&order=&after=  every client's, oldest first, by `order`: appended or ts
    GET  /api/alerts/raised?since=&until=&lead=&after=   what rang in that time, oldest first
    GET  /api/leads/{id}/risk, /api/risks/top, /api/risks/silent   newest score and living alerts; the worst; the silent
    GET  /api/status                              rows, last event of each source, lag
    GET  /api/search?q=&lead=&source=&since=&until=&before=   what was said and written, newest first (`search`)
    GET  /api/figures?since=&until=&lead=         events by kind and day; GET /api/openapi.json: all of this
    POST /api/sql      {"query": "SELECT …"}      read-only; {"columns", "types", "rows"}
    GET  /api/exports/telegram?day=&lead=         chat messages of a local day, each once, with their last words
    GET  /api/backup, /api/backup/{table}         everything, for the holder of the installation's token (`dump`)
    GET  /api/leads, /api/inbox, /api/leads/{id}/card …   for pages (`pages.routes`)
    GET  /api/reports?day=                        the report of a local day, or of today so far; POST publishes it
    GET  /api/commands, /api/commands/{id}, /api/assistant/lines (`commands`), /api/trace?id=, /api/flow?since= (`flow`)

Errors are `{"error": "…"}` with 400, 401, 403, 404, 405, 408, 413, 429, 503. Tokens are looked at before the body.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import get_args

import msgspec
from aiohttp import web

from schemas.alerts import AlertStatus
from schemas.errors import Refused, Transient
from streams.engine import metrics
from streams.engine.clock import wall_clock
from streams.settings import Store
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.reports import Reports
from streams.store.jobs.ticks import Send
from streams.store.lag import Lag
from streams.store.read import history, pages, profiles, questions, replay, requests, risks, told, views, web_routes
from streams.store.read.answers import as_json as _json
from streams.store.read.day import messages_of
from streams.store.read.dump import Dumps
from streams.store.read.people import people
from streams.store.read.sql import Busy, Visitors
from streams.store.read.tokens import OPERATOR, WEB, Tokens

log = logging.getLogger(__name__)

LONGEST_BODY = 128 << 10
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """Serves the read API until cancelled; `port` is the real one after the start."""

    def __init__(
        self,
        store: Store,
        database: Database,
        visitors: Visitors,
        lag: Lag,
        reports: Reports,
        send: Send,
        known: pages.Known,
        also: Iterable[web.RouteDef] = (),
    ) -> None:
        self._also = list(also)
        self._store, self._database, self._lag, self._reports = store, database, lag, reports
        self._visitors, self._send, self._known = visitors, send, known
        self._dumps = Dumps(store, database, lag)
        self._tokens: Tokens | None = None
        self.port = 0
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled; a query nobody waits for ends. Raises `ConfigError`, OSError for a taken port."""
        self._tokens = Tokens(self._store)
        app = web.Application(client_max_size=LONGEST_BODY, middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/api/leads/{lead}/history", self._history),
                web.get("/api/leads/{lead}/signals", self._signals),
                web.get("/api/leads/{lead}/scores", self._scores),
                web.get("/api/leads/{lead}/transcripts", self._transcripts),
                web.get("/api/leads/{lead}/people", self._people),
                web.get("/api/leads/{lead}/profile", self._profile),
                web.post("/api/leads/{lead}/profile", self._correct),
                web.get("/api/recordings/{recording}", self._recording),
                web.get("/api/alerts", self._alerts),
                web.get("/api/events", self._events),
                web.get("/api/alerts/raised", self._raised),
                web.get("/api/leads/{lead}/risk", self._risk),
                web.get("/api/status", self._status),
                *views.routes(self._database, wall_clock, self._known.identities),
                *pages.routes(self._database, self._known, wall_clock),
                *told.routes(self._database, self._send, wall_clock),
                *questions.routes(self._database, self._send, wall_clock, self._known.identities),
                web.post("/api/sql", self._sql),
                web.get("/api/exports/telegram", self._exported),
                web.get("/api/backup", self._backup),
                web.get("/api/backup/{table}", self._backup),
                web.get("/api/reports", self._report),
                web.post("/api/reports", self._publish_report),
                *self._also,
            ]
        )
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, max_line_size=requests.LONGEST_LINE)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._store.api_host, self._store.api_port).start()
            self.port = runner.addresses[0][1]
            self.listening.set()
            log.info("read API listens", extra={"port": self.port})
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
            await self._dumps.close()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await self._answer(request, handler)
        metrics.REQUESTS.labels("store", answer.status).inc()
        return answer

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        holder = self._tokens.holder(request.headers.get("Authorization", "")) if self._tokens else None
        if holder is None:
            return _error(401, "the header `Authorization: Bearer …` is missing or has another token")
        if holder == WEB and not web_routes.allowed(request):
            return _error(403, "the page's token does not open this")
        try:
            request[requests.HOLDER] = web_routes.actor(request) if holder == WEB else holder
            request[requests.IDENTITIES] = self._known.identities
            return await handler(request)
        except (Refused, StatementFailed) as error:
            return _error(400, str(error))
        except Busy as error:
            return _error(429, str(error), {"Retry-After": f"{error.retry_after or 1:.0f}"})
        except Transient as error:
            return _error(503, str(error))
        except web.HTTPNotFound:
            return _error(404, f"there is no {request.rel_url.raw_path[:200]} here")
        except web.HTTPException as error:
            return _error(error.status, error.reason)

    async def _history(self, request: web.Request) -> web.Response:
        before = history.cursor(request.query.get("before"))
        return _json(
            await history.events(self._database, requests.client(request), requests.limit(request, 200), before)
        )

    async def _signals(self, request: web.Request) -> web.Response:
        return _json(await history.signals(self._database, requests.client(request), requests.limit(request, 200)))

    async def _scores(self, request: web.Request) -> web.Response:
        lead, limit, before = requests.client(request), requests.limit(request, 200), requests.time(request, "before")
        return _json(await history.scores(self._database, lead, limit, before))

    async def _transcripts(self, request: web.Request) -> web.Response:
        return _json(await history.transcripts(self._database, requests.client(request), requests.limit(request, 20)))

    async def _people(self, request: web.Request) -> web.Response:
        room = requests.text(request.query.get("room", ""), "room")
        since, until = requests.time(request, "since"), requests.time(request, "until")
        lead, recording = requests.client(request), requests.text(request.query.get("recording", ""), "recording")
        return _json(await people(self._database, lead, room, since, until, recording, self._known.room(lead).called))

    async def _profile(self, request: web.Request) -> web.Response:
        return _json(await profiles.read_profile(self._database, requests.client(request), wall_clock()))

    async def _correct(self, request: web.Request) -> web.Response:
        lead, said = requests.client(request), await requests.body(request, profiles.Correction)
        sending = profiles.correct(self._database, self._send, wall_clock, lead, said, request[requests.HOLDER])
        return _json(await asyncio.shield(sending))  # who hangs up does not leave it half done

    async def _recording(self, request: web.Request) -> web.Response:
        recording = requests.text(request.match_info["recording"], "recording")
        found = await profiles.read_conversation(self._database, recording)
        if found is None:
            return _error(404, "there is no transcript of this recording")
        return _json(found)

    async def _alerts(self, request: web.Request) -> web.Response:
        status = requests.one_of(request, "status", get_args(AlertStatus))
        return _json(await history.alerts(self._database, status, requests.limit(request, 500)))

    async def _events(self, request: web.Request) -> web.Response:
        order = replay.order(request.query.get("order", "appended"))
        after = replay.cursor(request.query.get("after", ""), order)
        since, until = requests.time(request, "since"), requests.time(request, "until")
        return _json(await replay.events(self._database, since, until, order, after, requests.limit(request, 10_000)))

    async def _raised(self, request: web.Request) -> web.Response:
        after = replay.cursor(request.query.get("after", ""), "ts")
        since, until = requests.time(request, "since"), requests.time(request, "until")
        lead = requests.text(request.query.get("lead", ""), "lead")
        return _json(await replay.raised(self._database, since, until, lead, after, requests.limit(request, 10_000)))

    async def _risk(self, request: web.Request) -> web.Response:
        return _json(await risks.risk(self._database, requests.client(request)))

    async def _status(self, _: web.Request) -> web.Response:
        return _json(await history.status(self._database, await self._lag.by_topic()))

    async def _sql(self, request: web.Request) -> web.Response:
        return _json(await self._visitors.ask((await requests.body(request, _Query)).query))

    async def _exported(self, request: web.Request) -> web.Response:
        day = requests.day(request.query.get("day", ""))
        if day is None:
            raise Refused("day is YYYY-MM-DD")
        return _json(await messages_of(self._database, day, requests.maybe_client(request)))

    async def _backup(self, request: web.Request) -> web.StreamResponse:
        if request[requests.HOLDER] != OPERATOR:
            raise Refused("a backup is for the holder of the installation's own token")
        table = request.match_info.get("table")
        return await self._dumps.rows(request, table) if table else _json(await self._dumps.contents())

    async def _report(self, request: web.Request) -> web.Response:
        return _json(await self._reports.of_day(requests.day(request.query.get("day", ""))))

    async def _publish_report(self, request: web.Request) -> web.Response:
        day = requests.day((await requests.body(request, _Day)).day)
        return _json(await asyncio.shield(self._reports.publish_now(day)))


class _Query(msgspec.Struct):
    query: str


class _Day(msgspec.Struct):
    day: str = ""


def _error(status: int, reason: str, headers: dict[str, str] | None = None) -> web.Response:
    body = msgspec.json.encode({"error": reason})
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")
