"""What the read API serves for pages.

GET  /api/leads?q=&risk=&curator=&sort=&cursor=            clients, who needs people most first; `curator` repeats
GET  /api/leads/{id}/card                                  facts, risk now and a week ago, alerts, notes, promises
GET  /api/leads/{id}/page?days=                            card, figures by day and the newest rows at once
GET  /api/leads/{id}/timeline?kinds=&q=&since=&before=     all sources in one, newest first
GET  /api/leads/{id}/daily?days=                           figures by day beside what is usual
GET  /api/leads/{id}/meetings/{recording}                  words, minutes, who spoke
GET  /api/leads/{id}/meetings/{recording}/sound            where its recording is
GET  /api/leads/{id}/talk                                  what is said in a meeting that goes on
GET  /api/alerts/living?among=                             alerts that are not closed, the most urgent first
GET  /api/access?user=&lead=&since=&until=                 who of ours opened what, newest first
GET  /api/inbox                                            who waits for his client, and who he may be; names in
                                                           meetings that a person has to tell
"""

from aiohttp import web

from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.read import access, requests
from streams.store.read.answers import as_json
from streams.store.read.pages.card import card
from streams.store.read.pages.clients import Asked, clients
from streams.store.read.pages.daily import MOST_DAYS, daily, how_many
from streams.store.read.pages.inbox import inbox
from streams.store.read.pages.known import Known
from streams.store.read.pages.living import living
from streams.store.read.pages.meeting import meeting, sound
from streams.store.read.pages.timeline import found_in, timeline
from streams.store.read.pages.whole import whole
from streams.store.read.talk import talk


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

    async def _page(request: web.Request) -> web.Response:
        lead, days = requests.lead(request), how_many(request.query.get("days", f"{MOST_DAYS}"))
        return as_json(await whole(database, lead, known.cards, known.identities, days, clock()))

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
        found = await meeting(database, known, lead, requests.text(request.match_info["recording"], "recording"))
        if found is None:
            raise web.HTTPNotFound
        return as_json(found)

    async def _talk(request: web.Request) -> web.Response:
        lead = requests.client(request)
        return as_json(await talk(database, lead, clock(), known.room(lead).called))

    async def _sound(request: web.Request) -> web.Response:
        lead = requests.client(request)
        found = await sound(database, lead, requests.text(request.match_info["recording"], "recording"))
        if found is None:
            raise web.HTTPNotFound
        return as_json(found)

    async def _living(request: web.Request) -> web.Response:
        return as_json(await living(database, requests.leads(request.query.get("among", ""))))

    async def _inbox(_: web.Request) -> web.Response:
        return as_json(await inbox(database, known, clock()))

    return [
        *access.routes(database),
        web.get("/api/leads", _clients),
        web.get("/api/leads/{lead}/card", _card),
        web.get("/api/leads/{lead}/page", _page),
        web.get("/api/leads/{lead}/timeline", _timeline),
        web.get("/api/leads/{lead}/daily", _daily),
        web.get("/api/leads/{lead}/meetings/{recording}", _meeting),
        web.get("/api/leads/{lead}/meetings/{recording}/sound", _sound),
        web.get("/api/leads/{lead}/talk", _talk),
        web.get("/api/alerts/living", _living),
        web.get("/api/inbox", _inbox),
    ]
