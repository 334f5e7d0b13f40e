"""`/me`: who I am, and the way out."""

from aiohttp import web

from processors.access import owns
from streams.web import cookies
from streams.web.members import person
from streams.web.route import Route, Signed
from streams.web.visit import Visit
from streams.web.words import ROLES


async def me(visit: Visit) -> web.StreamResponse:
    """Name, role, and whose clients they are that he sees."""
    owner, who = visit.office.owner, person(visit.user)
    mine = sum(owns(who, owner(lead)) for lead in visit.office.cards.cards.leads())
    return visit.page("me.html", role=ROLES[visit.user.role], mine=mine)


async def logout(visit: Visit) -> web.StreamResponse:
    """End this session here and in Kafka."""
    await visit.office.members.close(visit.cookie)
    answer = visit.see_other("/login")
    cookies.drop(answer, cookies.SESSION)
    return answer


ROUTES = (
    Route("GET", "/me", me, Signed()),
    Route("POST", "/logout", logout, Signed(), deed="logout"),
)
