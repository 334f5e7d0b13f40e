"""The frame of every request: who asks, whether he may, that it is written down; then the handler; then the headers."""

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Final
from urllib.parse import quote

import msgspec
from aiohttp import web

from processors.access import may, may_at_all
from schemas.errors import LeadpulseError, Refused, Transient
from schemas.people import AccessEntry, Deed, WebUser
from schemas.types import LeadId
from streams.clients.store_web import Absent, Busy
from streams.engine import metrics
from streams.engine.journal import Journal
from streams.web import cookies
from streams.web.address import address_of
from streams.web.faults import Fault, Wrong, answer_to
from streams.web.headers import FORM_TOKEN, has_form_token, protect, same_site
from streams.web.members import person
from streams.web.route import May, Public, Route
from streams.web.visit import Office, Visit

log = logging.getLogger(__name__)

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]

LONGEST_BODY: Final = 128 << 10
LONGEST_OBJECT: Final = 200
"""Characters of what the access log calls the thing that was opened."""
PROVE: Final = "Это важное действие: сначала подтвердите ключом устройства, что это вы. Потом повторите его."
STEP: Final = "/step"
"""Where a user proves with his device's key that it is he."""


class Frame:
    """Makes the application of a table of routes."""

    def __init__(self, routes: Iterable[Route], office: Office, journal: Journal) -> None:
        self._office, self._journal = office, journal
        self.app = web.Application(client_max_size=LONGEST_BODY, middlewares=[self._around])
        for route in routes:
            self.app.router.add_route(route.method, route.path, self._serve(route))
        self.app.router.add_route("GET", "/static/{file}", office.pages.assets.serve)
        self.app.on_response_prepare.append(_protected)

    @web.middleware
    async def _around(self, request: web.Request, handler: Serve) -> web.StreamResponse:
        answer = await self._answer(request, handler)
        metrics.REQUESTS.labels("web", str(answer.status)).inc()
        return answer

    async def _answer(self, request: web.Request, handler: Serve) -> web.StreamResponse:
        try:
            return await handler(request)
        except Fault as fault:
            return answer_to(fault, self._visit(request))
        except web.HTTPException as error:
            return answer_to(Fault(error.status), self._visit(request))
        except Exception as error:  # noqa: BLE001 — a person gets a page, the log the place; no word of a client
            log.error("request failed", extra={"error": type(error).__name__, "at": _place(error)})
            return answer_to(Fault(500), self._visit(request))

    def _serve(self, route: Route) -> Serve:
        async def serve(request: web.Request) -> web.StreamResponse:
            visit = self._visit(request, _lead(request, route), route)
            await self._admit(route, visit)
            if route.method != "GET":
                await self._ours(route, visit)
            if route.stepped and not (visit.session and self._office.members.stepped(visit.session)):
                raise Fault(403, PROVE, go=f"{STEP}?next={quote(_after(route, request))}")
            if route.method == "GET":
                return await _handled(route, visit)
            return await asyncio.shield(_handled(route, visit))  # who hangs up does not leave it half done

        return serve

    async def _admit(self, route: Route, visit: Visit) -> None:
        """Raises `Fault`: 401, which leads to the login, or 403."""
        if isinstance(route.access, Public):
            return
        if visit.someone is None:
            raise Fault(401, go=f"/login?next={quote(_after(route, visit.request))}")
        if not self._allowed(route, visit.user, visit.lead):
            await self._refuse(route, visit)

    def _allowed(self, route: Route, user: WebUser, lead: LeadId) -> bool:
        match route.access:
            case May(action) if route.lead:
                return may(person(user), action, self._office.owner(lead))
            case May(action):
                return may_at_all(person(user), action)
            case _:
                return True

    async def _ours(self, route: Route, visit: Visit) -> None:
        """Raises `Fault` 403 for a write that another site made the browser send."""
        ours = same_site(visit.request, self._office.settings.site.public_url)
        if ours and visit.cookie and not visit.is_htmx:
            ours = has_form_token((await visit.form()).get(FORM_TOKEN, ""), visit.cookie)
        if not ours:
            await self._refuse(route, visit)

    async def _refuse(self, route: Route, visit: Visit) -> None:
        if visit.someone is None:
            self._office.doorman.knock(visit.address)  # or anybody could fill the log
        with contextlib.suppress(Transient):  # nothing is shown, so nothing is lost when nobody can write it down
            await visit.log("refused", about=f"{route.method} {route.path}")  # not the path itself: a link has its code
        raise Fault(403)

    def _visit(self, request: web.Request, lead: LeadId = "", route: Route | None = None) -> Visit:
        cookie = request.cookies.get(cookies.SESSION, "")
        signed = self._office.members.signed(cookie) if cookie else None
        user, session = signed or (None, None)
        address = address_of(request, self._office.settings.web.trusted_proxies)

        async def write(deed: Deed, about: LeadId, thing: str, who: WebUser | None) -> None:
            entry = AccessEntry(
                at=self._office.clock(),
                user=who.user_id if who is not None else "",
                name=who.name if who is not None else "",
                action=deed,
                lead=about,
                object=_readable(thing)[:LONGEST_OBJECT],
                address=address,
            )
            await self._journal.write(entry)

        def stands() -> bool:
            found = self._office.members.known(cookie)
            return found is not None and (route is None or self._allowed(route, found[0], lead))

        return Visit(request, self._office, user, session, cookie if signed else "", address, stands, write, lead)


async def _handled(route: Route, visit: Visit) -> web.StreamResponse:
    """The access record, then the answer. Raises `Fault`."""
    with _as_fault():
        if route.deed is not None:
            await visit.log(route.deed, about=visit.request.match_info.get(route.about, visit.request.path))
        return await route.handler(visit)


async def _protected(_: web.Request, answer: web.StreamResponse) -> None:
    """Also of a stream, whose headers go out before its handler returns."""
    protect(answer)


@contextlib.contextmanager
def _as_fault() -> Iterator[None]:
    """Words of the protocol as answers. Raises `Fault`."""
    try:
        yield
    except Wrong as error:
        raise Fault(400, str(error)) from error
    except Absent as error:
        raise Fault(404) from error
    except Busy as error:
        raise Fault(429, "Хранилище сейчас занято другими запросами.") from error
    except Refused as error:
        log.warning("the store refused", extra={"error": str(error)})
        raise Fault(400) from error
    except LeadpulseError as error:
        log.warning("request cannot be answered now", extra={"error": str(error)})
        raise Fault(503) from error


def _lead(request: web.Request, route: Route) -> LeadId:
    if not route.lead:
        return ""
    try:
        return msgspec.convert(request.match_info[route.lead], LeadId)
    except msgspec.ValidationError as error:
        raise Fault(404) from error


def _after(route: Route, request: web.Request) -> str:
    """Where to go on after a login: a page, never a write."""
    return request.rel_url.raw_path_qs if route.method == "GET" else "/"


def _readable(thing: str) -> str:
    """Without what a terminal would obey: whoever reads the log must not be shown another one."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in thing)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
