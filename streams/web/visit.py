"""One request of a person: what a handler gets, and all that it may use."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_request import FileField

from processors.access import Action, Owner, may, may_at_all, sees_all
from processors.pseudonyms.hidden import hidden_in
from schemas.people import Deed, WebSession, WebUser
from schemas.types import LeadId
from streams.asking import Models
from streams.clients.store_web import StoreWeb
from streams.engine.cards import KnownCards
from streams.engine.clock import Clock
from streams.engine.consents import KnownConsents
from streams.engine.desks import Desks
from streams.engine.identities import KnownIdentities
from streams.engine.journal import Lines
from streams.engine.kafka import Output
from streams.settings import Settings
from streams.web.askings import Askings
from streams.web.bot_login import BotLogin
from streams.web.commands import CommandDesk
from streams.web.doorman import Doorman
from streams.web.erasing import Erasing
from streams.web.faults import Fault
from streams.web.flow_board import FlowBoard
from streams.web.headers import form_token
from streams.web.logins import Logins
from streams.web.members import Members, person
from streams.web.pages import Pages
from streams.web.passkeys import Passkeys

BODY_SECONDS = 10.0
"""For the whole of a body, which is small."""
T = TypeVar("T")

Send = Callable[[list[Output]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Office:
    """What all requests share: the store, Kafka, the tables that are followed, templates, settings, the clock."""

    settings: Settings
    store: StoreWeb
    send: Send
    members: Members
    logins: Logins
    bot_login: BotLogin
    passkeys: Passkeys
    cards: KnownCards
    consents: KnownConsents
    identities: KnownIdentities
    desks: Desks
    doorman: Doorman
    pages: Pages
    clock: Clock
    askings: Askings
    models: Models | None
    flow: FlowBoard
    log_lines: Lines
    erasing: Erasing
    commands: CommandDesk

    def owner(self, lead: LeadId) -> Owner:
        """Whose client it is, as `processors.access` wants it. A number that was merged with another is asked for as
        that one: the store tells its history, so whose the old number was says nothing any more."""
        lead = self.identities.identities.merged(lead)
        card = self.cards.cards.find(lead)
        return Owner(name=card.responsible if card else "", chat=self.desks.curator(lead))


@dataclass(frozen=True, slots=True)
class Visit:
    """`user` is None on public pages only; `lead` is the path's, already allowed, and empty on pages without one."""

    request: web.Request
    office: Office
    someone: WebUser | None
    session: WebSession | None
    cookie: str
    """Of the session; empty without one. What forms of its holder prove themselves with comes of it."""
    address: str
    stands: Callable[[], bool]
    """Whether his session and his right to this page are still there: asked by answers that last. Does not count as
    being seen."""
    write: Callable[[Deed, LeadId, str, WebUser | None], Awaitable[None]]
    lead: LeadId = ""

    @property
    def user(self) -> WebUser:
        """Who asks. Raises `RuntimeError` on a public page, which has to look at `someone`."""
        if self.someone is None:
            raise RuntimeError("a public page asks for its user")
        return self.someone

    @property
    def is_htmx(self) -> bool:
        """Whether htmx asks: for a part of a page, not for a whole one."""
        return self.request.headers.get("HX-Request") == "true"

    def may(self, action: Action, lead: LeadId = "") -> bool:
        """Whether the user may do it: to `lead`, else to the client of the path, else to at least some client."""
        about = lead or self.lead
        if self.someone is None:
            return False
        if not about:
            return may_at_all(person(self.someone), action)
        return may(person(self.someone), action, self.office.owner(about))

    def sees_all(self, action: Action = "view") -> bool:
        """Whether a list needs no filter by `may`."""
        return sees_all(person(self.user), action)

    async def log(self, deed: Deed, lead: LeadId = "", about: str = "", of: WebUser | None = None) -> None:
        """One more line in the access log, for what the route itself does not say; `of` somebody who is only just let
        in, else of the user. Raises `Transient`."""
        await self.write(deed, lead or self.lead, about, of or self.someone)

    async def ask(self, path: str, **query: str | int) -> Any:
        """GET from the store, in the user's name: with phones and mails only of whom the user may call. Raises
        `Refused`, `Transient`, `Busy`."""
        found = await self.ask_whole(path, **query)
        if self.reads_contacts(self.lead):
            return found
        return await asyncio.to_thread(hidden_in, found, self.reads_contacts, self.lead)

    async def ask_whole(self, path: str, **query: str | int) -> Any:
        """The same with all contacts: for a handler that hides them itself. Raises as `ask`."""
        return await self.office.store.get(path, self.user.name, query)

    def reads_contacts(self, lead: LeadId) -> bool:
        """Whether the user may read this client's phones and mails; for an empty `lead`, everybody's."""
        return self.may("contacts", lead) if lead else self.sees_all("contacts")

    async def tell(self, path: str, body: dict[str, Any]) -> Any:
        """POST to the store, in the user's name. Raises as `ask`."""
        return await self.office.store.post(path, self.user.name, body)

    async def send(self, outputs: list[Output]) -> None:
        """To Kafka; returns when it is acknowledged. Raises `Transient`."""
        await self.office.send(outputs)

    async def form(self) -> dict[str, str]:
        """The fields of a form; of a field that comes twice the first, of a file nothing. Raises `Fault`."""
        fields = await _body(self.request.post())
        first: dict[str, str] = {}
        for name, value in fields.items():
            if not isinstance(value, FileField | bytes | bytearray):
                first.setdefault(name, value)
        return first

    async def text(self) -> str:
        """The body. Raises `Fault`."""
        return await _body(self.request.text())

    def page(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        """An HTML answer. A template that asks for a value that is not given is an error."""
        html = self.office.pages.render(template, self, values)
        return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")

    def see_other(self, url: str) -> web.Response:
        """After a write: the page that shows what came of it. For htmx as its own header, which it follows."""
        if self.is_htmx:
            return web.Response(status=204, headers={"HX-Redirect": url})
        return web.Response(status=303, headers={"Location": url})

    @property
    def form_token(self) -> str:
        """What a plain form has to carry (`form_token` in a template)."""
        return form_token(self.cookie)


async def _body(reading: Awaitable[T]) -> T:
    """What was sent; aiohttp has no one word for what cannot be read. Raises `Fault`."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await reading
    except TimeoutError:
        raise Fault(408) from None
    except (ValueError, LookupError, RuntimeError, HttpProcessingError, web.RequestPayloadError) as error:
        raise Fault(400) from error
