"""Where things are and how much goes where, as requests to the read API: for the page «Поток» and `leadpulse trace`."""

from collections.abc import Callable

from aiohttp import web

from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.read import requests
from streams.store.read.answers import as_json
from streams.store.read.traces import Traces
from streams.store.read.traffic import flow


def flow_routes(
    traces: Traces, database: Database, clock: Clock, looked: Callable[[], None] = lambda: None
) -> list[web.RouteDef]:
    """What `Api` serves behind its guard. `looked` is told that a person looks where something is."""

    async def _trace(request: web.Request) -> web.Response:
        looked()
        return as_json(await traces.find(requests.text(request.query.get("id", ""), "id")))

    async def _flow(request: web.Request) -> web.Response:
        return as_json(await flow(database, requests.time(request, "since"), clock()))

    return [web.get("/api/trace", _trace), web.get("/api/flow", _flow)]
