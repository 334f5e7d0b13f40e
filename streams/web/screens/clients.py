"""`GET /`: the user's clients."""

from aiohttp import web

from processors.access import may
from streams.web.members import person
from streams.web.route import May, Route
from streams.web.visit import Visit


async def clients(visit: Visit) -> web.StreamResponse:
    """By number, each with his name and responsible."""
    cards, owner, who = visit.office.cards.cards, visit.office.owner, person(visit.user)
    seen = [lead for lead in cards.leads() if may(who, "view", owner(lead))]
    return visit.page("clients.html", clients=[card for lead in seen if (card := cards.find(lead)) is not None])


ROUTES = (Route("GET", "/", clients, May("view"), deed="view"),)
