"""What people say became of things, as requests to the read API: in the name of the token's holder."""

import asyncio

from aiohttp import web

from schemas.lists import AllPromises, Promises
from schemas.outcomes import OUTCOMES
from schemas.promises import STATES
from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.jobs.ticks import Send
from streams.store.read import outcomes, promises, requests
from streams.store.read.answers import as_json


def routes(database: Database, send: Send, clock: Clock) -> list[web.RouteDef]:
    """What `Api` serves behind its guard."""

    async def _promises(request: web.Request) -> web.Response:
        lead, state = requests.client(request), requests.one_of(request, "state", STATES)
        found = await promises.of_lead(database, lead, state, requests.limit(request, 200))
        return as_json(Promises(lead, found))

    async def _all_promises(request: web.Request) -> web.Response:
        state = requests.one_of(request, "state", STATES)
        return as_json(AllPromises(await promises.of_all(database, state, requests.limit(request, 200))))

    async def _mark(request: web.Request) -> web.Response:
        lead, said = requests.client(request), await requests.body(request, promises.Marking)
        marking = promises.mark(database, send, clock, lead, said, request[requests.HOLDER])
        return as_json(await asyncio.shield(marking))  # who hangs up does not leave it half done

    async def _outcome(request: web.Request) -> web.Response:
        return as_json(await outcomes.of_lead(database, requests.client(request)))

    async def _outcomes(request: web.Request) -> web.Response:
        outcome = requests.one_of(request, "outcome", OUTCOMES)
        return as_json(outcomes.OfAll(await outcomes.of_all(database, outcome)))

    async def _say(request: web.Request) -> web.Response:
        lead, said = requests.client(request), await requests.body(request, outcomes.Saying)
        saying = outcomes.say(send, clock, lead, said, request[requests.HOLDER])
        return as_json(await asyncio.shield(saying))

    return [
        web.get("/api/leads/{lead}/promises", _promises),
        web.post("/api/leads/{lead}/promises", _mark),
        web.get("/api/promises", _all_promises),
        web.get("/api/leads/{lead}/outcome", _outcome),
        web.post("/api/leads/{lead}/outcome", _say),
        web.get("/api/outcomes", _outcomes),
    ]
