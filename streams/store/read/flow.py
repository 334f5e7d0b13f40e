"""Where things are and how much goes where, as requests to the read API: for the page «Поток» and `leadpulse trace`."""

import msgspec
from aiohttp import web

from streams.store.read import requests
from streams.store.read.traces import Traces


def flow_routes(traces: Traces) -> list[web.RouteDef]:
    """What `Api` serves behind its guard."""

    async def _trace(request: web.Request) -> web.Response:
        return _json(await traces.find(requests.text(request.query.get("id", ""), "id")))

    return [web.get("/api/trace", _trace)]


def _json(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
