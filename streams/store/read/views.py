"""Questions over all clients, as requests to the read API: search, figures, sources, risks; the document of the API."""

from datetime import timedelta

from aiohttp import web
from msgspec.structs import replace

from processors.days import local_time
from processors.identity import Identities
from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.read import requests, risks
from streams.store.read.answers import as_json
from streams.store.read.figures import figures
from streams.store.read.hits import Where
from streams.store.read.openapi import openapi
from streams.store.read.search import search
from streams.store.read.sources import health_now

USUAL_DAYS = 14


def routes(database: Database, clock: Clock, known: Identities) -> list[web.RouteDef]:
    """What `Api` serves behind its guard."""

    async def _search(request: web.Request) -> web.Response:
        where = Where(
            requests.maybe_client(request),
            requests.text(request.query.get("source", ""), "source"),
            requests.time(request, "since"),
            requests.time(request, "until"),
            requests.leads(request.query.get("among", "")),
        )
        query, before = request.query.get("q", ""), request.query.get("before", "")
        found = await search(database, query, where, requests.limit(request, 50), before, known)
        return as_json(replace(found, lead_id=where.lead))

    async def _figures(request: web.Request) -> web.Response:
        last = requests.day(request.query.get("until", "")) or local_time(clock()).date()
        first = requests.day(request.query.get("since", "")) or last - timedelta(days=USUAL_DAYS - 1)
        lead = requests.maybe_client(request)
        return as_json(replace(await figures(database, first, last, lead), lead_id=lead))

    async def _sources(_: web.Request) -> web.Response:
        return as_json(await health_now(database, clock()))

    async def _top(_: web.Request) -> web.Response:
        return as_json(await risks.top(database))

    async def _silent(_: web.Request) -> web.Response:
        return as_json(await risks.silent(database))

    async def _openapi(_: web.Request) -> web.Response:
        return as_json(openapi())

    return [
        web.get("/api/search", _search),
        web.get("/api/figures", _figures),
        web.get("/api/sources", _sources),
        web.get("/api/risks/top", _top),
        web.get("/api/risks/silent", _silent),
        web.get("/api/openapi.json", _openapi),
    ]
