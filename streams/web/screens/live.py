"""`/leads/{lead}/live`: what is said in the client's meeting while it goes on."""

from aiohttp import web

from schemas.talks import Talk
from streams.web.asking import name_of, told
from streams.web.route import May, Route
from streams.web.told.live import shown
from streams.web.visit import Visit


async def live(visit: Visit) -> web.StreamResponse:
    """The page; for htmx the talk alone, which asks for itself anew while the meeting goes on."""
    talk = await told(visit, Talk, f"/api/leads/{visit.lead}/talk")
    words = shown(talk)
    if visit.is_htmx:
        return visit.page("talk.html", lead=visit.lead, talk=words)
    return visit.page("live.html", lead=visit.lead, name=name_of(visit, visit.lead), talk=words)


ROUTES = (Route("GET", "/leads/{lead}/live", live, May("view"), deed="view", lead="lead"),)
