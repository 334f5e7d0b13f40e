"""Questions about one client, as requests to the read API: words that answer, named figures, what was asked."""

import asyncio
from datetime import date

import msgspec
from aiohttp import web

from processors.days import day_start, local_day_of
from processors.identity import Identities
from schemas.answers import TOOLS, Answered, ToolCall
from schemas.errors import Refused
from schemas.lists import Questions
from schemas.types import EventId, Millis
from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.jobs.ticks import Send
from streams.store.read import asked, requests
from streams.store.read.answers import as_json
from streams.store.read.hits import LATEST
from streams.store.read.passages import Within, passages
from streams.store.read.speakers import renamed_passages
from streams.store.read.tools import figure

_PARAMETERS = tuple(name for name in ToolCall.__struct_fields__ if name != "name")


def routes(database: Database, send: Send, clock: Clock, known: Identities) -> list[web.RouteDef]:
    """What `Api` serves behind its guard. The lead is bound by the path; of one that was merged it is the whole
    client."""
    desk = asked.Desk(database, send, clock)

    async def _passages(request: web.Request) -> web.Response:
        days = within(request.query.get("since", ""), request.query.get("until", ""))
        lead, question = requests.client(request), request.query.get("q", "")
        found = await passages(database, lead, question, clock, days)
        return as_json(await renamed_passages(database, known, found))

    async def _figure(request: web.Request) -> web.Response:
        return as_json(await figure(database, requests.client(request), _call(request), clock()))

    async def _asked(request: web.Request) -> web.Response:
        lead = requests.client(request)
        found = await asked.of_client(database, requests.numbers(request), requests.limit(request, 50))
        return as_json(Questions(lead, found))

    async def _keep(request: web.Request) -> web.Response:
        lead, given = requests.client(request), await requests.body(request, Answered)
        keeping = asked.keep(desk, lead, given, request[requests.HOLDER])
        return as_json(await asyncio.shield(keeping))  # who hangs up does not leave it half done

    async def _judge(request: web.Request) -> web.Response:
        leads, said = requests.numbers(request), await requests.body(request, asked.Judged)
        judging = asked.judge(desk, leads, _question(request), said, request[requests.HOLDER])
        return as_json(await asyncio.shield(judging))

    return [
        web.get("/api/leads/{lead}/passages", _passages),
        web.get("/api/leads/{lead}/tools/{tool}", _figure),
        web.get("/api/leads/{lead}/questions", _asked),
        web.post("/api/leads/{lead}/questions", _keep),
        web.post("/api/leads/{lead}/questions/{question}/verdict", _judge),
    ]


def within(since: str, until: str) -> Within:
    """The local days YYYY-MM-DD, both whole; any where they are empty. Raises `Refused`."""
    first, last = requests.day(since), requests.day(until)
    return Within(_start(first) if first else 0, _start(last, 1) if last else LATEST)


def _start(day: date, later: int = 0) -> Millis:
    """When a local day begins, or one that many days later."""
    return day_start(local_day_of(day) + later)


def _question(request: web.Request) -> EventId:
    """Raises `Refused`."""
    try:
        return msgspec.convert(request.match_info["question"], EventId)
    except msgspec.ValidationError:
        raise Refused("a question's id is 16 hex digits") from None


def _call(request: web.Request) -> ToolCall:
    """Raises `Refused`."""
    given = {name: requests.text(request.query.get(name, ""), name) for name in _PARAMETERS}
    try:
        return msgspec.convert({"name": request.match_info["tool"], **given}, ToolCall)
    except msgspec.ValidationError:
        raise Refused(f"a tool is one of {', '.join(TOOLS)}") from None
