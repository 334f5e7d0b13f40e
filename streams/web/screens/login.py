"""`/login`: how to get in."""

from aiohttp import web

from streams.web.entry import inside
from streams.web.route import Public, Route
from streams.web.visit import Visit


async def login(visit: Visit) -> web.StreamResponse:
    """The ways in. Who is in already goes on."""
    to = inside(visit.request.query.get("next", "/"))
    if visit.someone is not None:
        return visit.see_other(to)
    return visit.page("login.html", to=to)


ROUTES = (Route("GET", "/login", login, Public()),)
