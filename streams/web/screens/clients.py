"""`GET /`: the user's clients, who needs people most first, with the reason."""

from urllib.parse import urlencode

from aiohttp import web

from processors.pages import ListPage
from schemas.scores import LEVELS
from streams.web.asking import own_leads, told
from streams.web.route import May, Route
from streams.web.told.listed import LEVELS as LEVEL_WORDS
from streams.web.told.listed import listed
from streams.web.visit import Visit

SORTS = {"risk": "по риску", "name": "по имени", "curator": "по куратору"}


async def clients(visit: Visit) -> web.StreamResponse:
    """A page of the list, or of the rest of it."""
    own, query = own_leads(visit), visit.request.query
    asked = {name: query.get(name, "").strip() for name in ("q", "risk", "curator", "sort")}
    asked["risk"] = asked["risk"] if asked["risk"] in LEVELS else ""
    asked["sort"] = asked["sort"] if asked["sort"] in SORTS else ""
    cursor = query.get("cursor", "")
    found = ListPage([], 0)
    if own is None or own:
        found = await told(visit, ListPage, "/api/leads", **asked, cursor=cursor, among=",".join(own or ()))
    now = visit.office.clock()
    kept = {name: value for name, value in asked.items() if value}
    return visit.page(
        "clients_rest.html" if visit.is_htmx and cursor else "clients.html",
        clients=[listed(one, now) for one in found.clients],
        total=found.total,
        curators=found.curators if own is None else [],
        asked=asked,
        more=f"/?{urlencode(kept | {'cursor': found.next})}" if found.next else "",
        sorts=SORTS,
        levels=LEVEL_WORDS,
        filtered=bool(kept.keys() - {"sort"}),
        knows_any=own is None or bool(own),
    )


ROUTES = (Route("GET", "/", clients, May("view"), deed="view"),)
