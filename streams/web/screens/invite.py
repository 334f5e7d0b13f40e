"""`/login/invite/{code}`: a link for once, from `leadpulse web link`. Opening it lets nobody in, the button does: what
looks at links in letters and chats opens them, too."""

from aiohttp import web

from schemas.people import Invited, WebUser
from streams.web.cookies import digest
from streams.web.entry import let_in
from streams.web.faults import Fault
from streams.web.route import Public, Route
from streams.web.visit import Visit
from streams.web.words import BY_LINK, ROLES

OVER = "Ссылка уже использована или её время вышло. Попросите администратора о новой."


async def invitation(visit: Visit) -> web.StreamResponse:
    """Whom it lets in."""
    visit.office.doorman.knock(visit.address)
    user = await _invited(visit)
    return visit.page("invite.html", name=user.name, role=ROLES[user.role], code=visit.request.match_info["code"])


async def accept(visit: Visit) -> web.StreamResponse:
    """Let him in, once."""
    visit.office.doorman.knock(visit.address)
    user = await _invited(visit)
    if not await visit.office.logins.use(digest(visit.request.match_info["code"]), user.user_id):
        raise Fault(403, OVER)
    return await let_in(visit, user, "/", BY_LINK)


async def _invited(visit: Visit) -> WebUser:
    """Raises `Fault` 403."""
    key = digest(visit.request.match_info["code"])
    attempt = visit.office.logins.find(key)
    begun = attempt.begun if attempt is not None and visit.office.logins.lives(key) else None
    user = visit.office.members.users.get(begun.user_id) if isinstance(begun, Invited) else None
    if user is None or user.disabled:
        await visit.log("refused", about=BY_LINK)
        raise Fault(403, OVER)
    return user


ROUTES = (
    Route("GET", "/login/invite/{code}", invitation, Public()),
    Route("POST", "/login/invite/{code}", accept, Public()),
)
