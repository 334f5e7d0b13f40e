"""Keys of devices: to get in, to make and to remove one, and to prove again that it is he (`/step`)."""

from aiohttp import web
from msgspec.structs import replace

from processors.members import without_passkey
from streams.web import cookies
from streams.web.cookies import digest, new_secret
from streams.web.entry import browser_of, inside, let_in
from streams.web.faults import Fault, Wrong
from streams.web.passkeys import TTL_MS
from streams.web.route import Public, Route, Signed
from streams.web.visit import Visit
from streams.web.words import BY_KEY

LONGEST_NAME = 60
FRESH_MS = 10 * 60_000
"""So long after a login the first key may be made; any other one needs a key used minutes ago."""


async def to_enter(visit: Visit) -> web.StreamResponse:
    """A challenge for this browser, which a cookie of its own names."""
    visit.office.doorman.knock(visit.address)
    secret = new_secret()
    answer = _json(visit.office.passkeys.to_use("enter", digest(secret)))
    cookies.put(answer, cookies.KEY, secret, TTL_MS / 1000)
    return answer


async def enter(visit: Visit) -> web.StreamResponse:
    """Let in whose key it is."""
    visit.office.doorman.knock(visit.address)
    members = visit.office.members
    holder = digest(visit.request.cookies.get(cookies.KEY, ""))
    try:
        user = visit.office.passkeys.used("enter", holder, await visit.text(), members.users.values())
    except Wrong:
        await visit.log("refused", about=BY_KEY)
        raise
    if user != members.users[user.user_id]:
        await members.put_user(user)
    to = visit.request.query.get("next", "/")
    answer = await let_in(visit, user, to, BY_KEY, stepped=visit.office.clock())
    cookies.drop(answer, cookies.KEY)
    return answer


async def to_make(visit: Visit) -> web.StreamResponse:
    """Who is in makes a key. A session that somebody else got hold of must not be enough for one more."""
    _may_make(visit)
    return _json(visit.office.passkeys.to_make(visit.user, digest(visit.cookie)))


async def make(visit: Visit) -> web.StreamResponse:
    """The new key, named by the browser that made it."""
    _may_make(visit)
    name = browser_of(visit.request.headers.get("User-Agent", ""))[:LONGEST_NAME]
    user = visit.office.passkeys.made(visit.user, digest(visit.cookie), await visit.text(), name)
    await visit.office.members.put_user(user)
    await _stepped(visit)
    return visit.see_other("/me")


async def remove(visit: Visit) -> web.StreamResponse:
    """A key that was lost: all sessions end, for who has the device may be in by it."""
    credential = visit.request.match_info["credential"]
    user = without_passkey(visit.user, credential, visit.office.clock())
    if user == visit.user:
        raise Fault(404)
    await visit.office.members.put_user(user)
    return visit.see_other("/login")


async def step(visit: Visit) -> web.StreamResponse:
    """The page that asks for the key."""
    to = inside(visit.request.query.get("next", "/"))
    return visit.page("step.html", to=to, has_key=bool(visit.user.passkeys))


async def to_step(visit: Visit) -> web.StreamResponse:
    """A challenge for one of the user's own keys."""
    if not visit.user.passkeys:
        raise Wrong("У вас ещё нет ключа устройства: создайте его на странице «Вы».")
    return _json(visit.office.passkeys.to_use("step", digest(visit.cookie), visit.user.passkeys))


async def take_step(visit: Visit) -> web.StreamResponse:
    """From now on, for some minutes, it is certain that it is he."""
    user = visit.office.passkeys.used("step", digest(visit.cookie), await visit.text(), [visit.user])
    if user != visit.user:
        await visit.office.members.put_user(user)
    await _stepped(visit)
    return visit.see_other(inside(visit.request.query.get("next", "/")))


def _may_make(visit: Visit) -> None:
    """Raises `Fault` 403, which leads to `/step`."""
    session, now = visit.session, visit.office.clock()
    is_first = not visit.user.passkeys and session is not None and now - session.made <= FRESH_MS
    if not is_first and not (session is not None and visit.office.members.stepped(session)):
        if visit.user.passkeys:
            raise Fault(403, go="/step?next=/me")
        raise Wrong("Первый ключ создают сразу после входа: выйдите и войдите снова.")


async def _stepped(visit: Visit) -> None:
    if visit.session is not None:
        session = replace(visit.session, stepped=visit.office.clock())
        await visit.office.members.put(digest(visit.cookie), session)


def _json(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/json")


ROUTES = (
    Route("POST", "/login/key/options", to_enter, Public()),
    Route("POST", "/login/key", enter, Public()),
    Route("POST", "/me/keys/options", to_make, Signed()),
    Route("POST", "/me/keys", make, Signed(), deed="key"),
    Route("POST", "/me/keys/{credential}/remove", remove, Signed(), deed="key", about="credential"),
    Route("GET", "/step", step, Signed()),
    Route("POST", "/step/options", to_step, Signed()),
    Route("POST", "/step", take_step, Signed()),
)
