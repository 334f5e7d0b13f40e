"""Questions about one client, as requests to the read API: words that answer, figures of named tools."""

from datetime import date

import msgspec
from aiohttp import web

from processors.days import day_start, local_day_of
from schemas.answers import TOOLS, ToolCall
from schemas.errors import Refused
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.read import requests
from streams.store.read.answers import as_json
from streams.store.read.hits import LATEST
from streams.store.read.passages import Within, passages
from streams.store.read.tools import figure

_PARAMETERS = tuple(name for name in ToolCall.__struct_fields__ if name != "name")


def routes(database: Database, clock: Clock) -> list[web.RouteDef]:
    """What `Api` serves behind its guard. The lead is bound by the path; of one that was merged it is the whole
    client."""

    async def _passages(request: web.Request) -> web.Response:
        days = within(request.query.get("since", ""), request.query.get("until", ""))
        return as_json(await passages(database, requests.client(request), request.query.get("q", ""), clock, days))

    async def _figure(request: web.Request) -> web.Response:
        return as_json(await figure(database, requests.client(request), _call(request), clock()))

    return [
        web.get("/api/leads/{lead}/passages", _passages),
        web.get("/api/leads/{lead}/tools/{tool}", _figure),
    ]


def within(since: str, until: str) -> Within:
    """The local days YYYY-MM-DD, both whole; any where they are empty. Raises `Refused`."""
    first, last = requests.day(since), requests.day(until)
    return Within(_start(first) if first else 0, _start(last, 1) if last else LATEST)


def _start(day: date, later: int = 0) -> Millis:
    """When a local day begins, or one that many days later."""
    return day_start(local_day_of(day) + later)


def _call(request: web.Request) -> ToolCall:
    """Raises `Refused`."""
    given = {name: requests.text(request.query.get(name, ""), name) for name in _PARAMETERS}
    try:
        return msgspec.convert({"name": request.match_info["tool"], **given}, ToolCall)
    except msgspec.ValidationError:
        raise Refused(f"a tool is one of {', '.join(TOOLS)}") from None
