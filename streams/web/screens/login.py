"""`/login`: how to get in. The bot's part of it is told in `streams.web.bot_login`."""

from urllib.parse import quote

import segno
from aiohttp import web

from schemas.errors import Transient
from schemas.people import WebUser
from streams.web import cookies
from streams.web.bot_login import TTL_MS, Begun
from streams.web.entry import browser_of, inside, let_in
from streams.web.route import Public, Route
from streams.web.visit import Visit
from streams.web.words import BY_BOT

QR_SCALE = 5


async def login(visit: Visit) -> web.StreamResponse:
    """The ways in. Who is in already goes on."""
    to = inside(visit.request.query.get("next", "/"))
    if visit.someone is not None:
        return visit.see_other(to)
    bot = visit.office.settings.web.bot
    begun = await _begun(visit) if bot else None
    link = f"https://t.me/{bot}?start=login_{begun.nonce}" if begun is not None else ""
    picture = segno.make(link).svg_data_uri(scale=QR_SCALE, border=2) if link else ""
    answer = visit.page("login.html", to=to, bot=bot, begun=begun, link=link, picture=picture)
    if begun is not None:
        cookies.put(answer, cookies.LOGIN, begun.cookie, TTL_MS / 1000)
    return answer


async def state(visit: Visit) -> web.StreamResponse:
    """How it stands with the login by the bot; the browser that began it is let in by this answer."""
    found = await visit.office.bot_login.look(visit.request.cookies.get(cookies.LOGIN, ""))
    to = inside(visit.request.query.get("next", "/"))
    if isinstance(found, WebUser):
        return await let_in(visit, found, to, BY_BOT)
    if found == "denied":
        await visit.log("refused", about=BY_BOT)
    if visit.is_htmx or found != "waiting":
        return visit.page("login_state.html" if visit.is_htmx else "login_over.html", state=found, to=to)
    return visit.see_other(f"/login?next={quote(to)}")


async def _begun(visit: Visit) -> Begun | None:
    """None while Kafka is away: the other ways in may still do."""
    visit.office.doorman.knock(visit.address)
    try:
        return await visit.office.bot_login.begin(browser_of(visit.request.headers.get("User-Agent", "")))
    except Transient:
        return None


ROUTES = (
    Route("GET", "/login", login, Public()),
    Route("POST", "/login/state", state, Public()),
)
