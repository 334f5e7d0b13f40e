"""Letting somebody in: whatever he proved himself with, from here on it is the same."""

from aiohttp import web

from schemas.people import WebUser
from streams.web import cookies
from streams.web.visit import Visit

LONGEST_AGENT = 60
BROWSERS = (("YaBrowser", "Яндекс Браузер"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"))


def browser_of(agent: str) -> str:
    """A `User-Agent` as people call it: «Chrome, Windows»."""
    rest = (("Chrome", "Chrome"), ("Safari", "Safari"))
    browser = next((words for mark, words in (*BROWSERS, *rest) if mark in agent), "браузер")
    system = next((words for mark, words in (*SYSTEMS, ("Linux", "Linux")) if mark in agent), "")
    return f"{browser}, {system}" if system else browser


def inside(url: str) -> str:
    """`url` where it is a page of ours, else the first one: a link to the login must lead to nobody else's."""
    path = url.split("?", 1)[0]
    ours = url.startswith("/") and not url.startswith(("//", "/login")) and "\\" not in url and url.isprintable()
    return url if ours and path != "/step" else "/"


async def let_in(visit: Visit, user: WebUser, to: str, by: str, *, stepped: int = 0) -> web.StreamResponse:
    """A new session, once the access log has it, which says `by` what he came in. `stepped`: when he used his device's
    key. Raises `Transient`."""
    members = visit.office.members
    await visit.log("login", about=by, of=user)
    cookie = await members.open(
        user, browser_of(visit.request.headers.get("User-Agent", "")), visit.address, stepped=stepped
    )
    if visit.cookie:  # the browser forgets it now: nobody else shall find it of use
        await members.close(visit.cookie)
    answer = visit.see_other(inside(to))
    cookies.put(answer, cookies.SESSION, cookie, visit.office.settings.web.longest_days * 86_400)
    cookies.drop(answer, cookies.LOGIN)
    return answer
