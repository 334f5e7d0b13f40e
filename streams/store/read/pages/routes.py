"""What the read API serves for pages.

GET  /api/leads?q=&risk=&curator=&sort=&cursor=            clients, who needs people most first; `curator` repeats
GET  /api/leads/{id}/card                                  facts, risk now and a week ago, alerts, notes, promises
GET  /api/leads/{id}/timeline?kinds=&q=&since=&before=     all sources in one, newest first
GET  /api/leads/{id}/daily?days=                           figures by day beside what is usual
GET  /api/leads/{id}/meetings/{recording}                  words, minutes, who spoke
GET  /api/leads/{id}/meetings/{recording}/sound            where its recording is
GET  /api/alerts/living?among=                             alerts that are not closed, the most urgent first
GET  /api/inbox                                            who waits for his client, and who he may be
"""

from typing import NamedTuple

from aiohttp import web

from processors.cards import Cards
from processors.identity import Identities
from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.read import requests
from streams.store.read.answers import as_json
from streams.store.read.pages.card import card
from streams.store.read.pages.clients import Asked, clients
from streams.store.read.pages.daily import MOST_DAYS, daily, how_many
from streams.store.read.pages.inbox import inbox
from streams.store.read.pages.living import living
from streams.store.read.pages.meeting import meeting, sound
from streams.store.read.pages.timeline import found_in, timeline


class Known(NamedTuple):
    """Who is who and who is called what, as the worker follows them."""

    identities: Identities
    cards: Cards


def routes(database: Database, known: Known, clock: Clock) -> list[web.RouteDef]:
    """Behind the API's guard."""

    async def _clients(request: web.Request) -> web.Response:
        given = request.query
        curators = [requests.text(name, "curator") for name in given.getall("curator", [])]
        asked = Asked(given.get("q", ""), given.get("risk", ""), curators, given.get("sort", "risk"), "")
        cursor, among = requests.maybe_lead(given.get("cursor", "")), requests.leads(given.get("among", ""))
        asked = asked._replace(cursor=cursor, among=among)
        return as_json(await clients(database, asked, known.identities, clock()))

    async def _card(request: web.Request) -> web.Response:
        return as_json(await card(database, requests.lead(request), known.cards, known.identities, clock()))

    async def _timeline(request: web.Request) -> web.Response:
        lead, since = requests.lead(request), requests.time(request, "since")
        kinds, query, before = (request.query.get(name, "") for name in ("kinds", "q", "before"))
        if query.strip():
            return as_json(await found_in(database, lead, known.identities, kinds, query, before, since))
        return as_json(await timeline(database, lead, known.identities, kinds, before, since))

    async def _daily(request: web.Request) -> web.Response:
        lead, days = requests.client(request), how_many(request.query.get("days", f"{MOST_DAYS}"))
        return as_json(await daily(database, lead, days, clock()))

    async def _meeting(request: web.Request) -> web.Response:
        lead = requests.client(request)
        found = await meeting(database, lead, requests.text(request.match_info["recording"], "recording"))
        if found is None:
            raise web.HTTPNotFound
        return as_json(found)

    async def _sound(request: web.Request) -> web.Response:
        lead = requests.client(request)
        found = await sound(database, lead, requests.text(request.match_info["recording"], "recording"))
        if found is None:
            raise web.HTTPNotFound
        return as_json(found)

    async def _living(request: web.Request) -> web.Response:
        return as_json(await living(database, requests.leads(request.query.get("among", ""))))

    async def _inbox(_: web.Request) -> web.Response:
        return as_json(await inbox(database, known.cards, known.identities))

    return [
        web.get("/api/leads", _clients),
        web.get("/api/leads/{lead}/card", _card),
        web.get("/api/leads/{lead}/timeline", _timeline),
        web.get("/api/leads/{lead}/daily", _daily),
        web.get("/api/leads/{lead}/meetings/{recording}", _meeting),
        web.get("/api/leads/{lead}/meetings/{recording}/sound", _sound),
        web.get("/api/alerts/living", _living),
        web.get("/api/inbox", _inbox),
    ]
