"""Where things are and how much goes where, as requests to the read API: for the page «Поток» and `leadpulse trace`."""

from aiohttp import web

from streams.store.read import requests
from streams.store.read.requests import as_json
from streams.store.read.traces import Traces


def flow_routes(traces: Traces) -> list[web.RouteDef]:
    """What `Api` serves behind its guard."""

    async def _trace(request: web.Request) -> web.Response:
        return as_json(await traces.find(requests.text(request.query.get("id", ""), "id")))

    return [web.get("/api/trace", _trace)]
