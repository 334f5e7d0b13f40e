"""The page in this process: real frame, routes, templates and tables; Kafka is a list, the store a dict of answers."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from processors.identity import Identities
from processors.pages import Listed, ListPage
from schemas.cards import ClientCard
from schemas.codec import Rejected
from schemas.errors import Transient
from schemas.lists import AccessLines
from schemas.people import AccessEntry, Role, WebSession, WebUser
from schemas.topics import AUDIT_ACCESS, CLIENTS, CONSENTS, DEAD_MUTES, ERASURES
from streams.clients.store_web import Absent, StoreWeb
from streams.engine.cards import KnownCards
from streams.engine.command_world import Surroundings, origin_of
from streams.engine.consents import KnownConsents
from streams.engine.desks import Desks
from streams.engine.ends import Ends
from streams.engine.erasures import KnownErasures
from streams.engine.identities import KnownIdentities
from streams.engine.journal import ENTRY, Journal
from streams.engine.kafka import Output
from streams.engine.mutes import KnownMutes
from streams.engine.reader import Reader
from streams.settings import Settings
from streams.store.read.pages import Known
from streams.web.askings import Askings
from streams.web.assets import Assets
from streams.web.bot_login import BotLogin
from streams.web.commands import CommandDesk
from streams.web.cookies import SESSION, digest
from streams.web.doorman import Doorman
from streams.web.erasing import Erasing
from streams.web.flow_board import FlowBoard
from streams.web.frame import Frame
from streams.web.headers import form_token
from streams.web.logins import Logins
from streams.web.members import Members
from streams.web.pages import Pages
from streams.web.passkeys import Passkeys
from streams.web.table import ROUTES
from streams.web.visit import Office

NOW = 1_790_000_000_000
OWN, OTHER = "1001", "1002"
"""Clients of the curator, and of somebody else."""
SECRET_NAME = "ООО Ромашка-Секрет"
"""Stands in every client's card: a page that holds it shows clients' data."""
NAMES: Mapping[Role, str] = {
    "viewer": "Вера Смотрова",
    "curator": "Ольга Петрова",
    "head": "Глеб Главный",
    "admin": "Анна Админова",
}


OWNERS: Mapping[str, str] = {OWN: NAMES["curator"], OTHER: "Пётр Другой"}


class FakeStore(StoreWeb):
    """Answers what a test put into `answers`, by path; remembers who asked what."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.store, 1.0)
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.log: Callable[[], list[AccessEntry]] = list

    async def get(self, path: str, actor: str, query: Mapping[str, str | int] | None = None) -> Any:
        self.asked.append((path, actor))
        if path == "/api/access":
            asked = query or {}
            user, lead = asked.get("user", ""), asked.get("lead", "")
            found = [one for one in self.log() if user in ("", one.user) and lead in ("", one.lead)]
            return msgspec.to_builtins(AccessLines(found[::-1]))
        if path == "/api/leads" and path not in self.answers:
            return self._list(str((query or {}).get("among", "")))
        return self._found(path)

    def _list(self, among: str) -> Any:
        """As the store lists the clients of `OWNERS`."""
        leads = among.split(",") if among else list(OWNERS)
        listed = [Listed(lead, f"{SECRET_NAME} {lead}", OWNERS[lead]) for lead in leads]
        return msgspec.to_builtins(ListPage(listed, len(listed)))

    async def post(self, path: str, actor: str, body: Mapping[str, Any]) -> Any:
        self.asked.append((path, actor))
        return self._found(path)

    def _found(self, path: str) -> Any:
        if path.endswith("/page") and path not in self.answers:
            return {name: self._found(path.removesuffix("page") + name) for name in ("card", "daily", "timeline")}
        found = self.answers.get(path, Absent("nothing"))
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class Page:
    """A running page and all round it."""

    settings: Settings
    office: Office
    store: FakeStore
    sent: list[Output] = field(default_factory=list)
    now: int = NOW
    is_kafka_away: bool = False
    is_stepped: bool = False
    """Whether users have just used the key of their device."""
    client: Any = None

    async def send(self, outputs: list[Output]) -> None:
        """As `Outputs.send`."""
        if self.is_kafka_away:
            raise Transient("Kafka is away")
        self.sent += outputs

    def user(self, role: Role, **fields: Any) -> WebUser:
        """A user of this role, who is in the table from now on."""
        user = WebUser(**{"user_id": f"u{role}", "name": NAMES[role], "role": role, **fields})
        self.office.commands.around.users.learn(user)
        return user

    def cookie(self, role: Role | None, stepped: int = 0) -> str:
        """Of a new session of this role's user; empty for nobody."""
        if role is None:
            return ""
        if f"u{role}" not in self.office.members.users:
            self.user(role)
        cookie = f"cookie-of-{role}"
        stepped = stepped or (self.now if self.is_stepped else 0)
        session = WebSession(user_id=f"u{role}", made=self.now, seen=self.now, stepped=stepped)
        self.office.members.sessions[digest(cookie)] = session
        return cookie

    async def get(self, path: str, role: Role | None = None, **headers: str) -> ClientResponse:
        """GET as a browser does."""
        return await self._ask("GET", path, self.cookie(role), {"Accept": "text/html", **headers}, None)

    async def post(
        self, path: str, role: Role | None = None, form: Mapping[str, str] | None = None, **headers: str
    ) -> ClientResponse:
        """POST of a form of our own page."""
        cookie = self.cookie(role)
        fields = {"form_token": form_token(cookie)} | dict(form or {})
        return await self._ask("POST", path, cookie, {"Sec_Fetch_Site": "same-origin", **headers}, fields)

    async def _ask(
        self, method: str, path: str, cookie: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> ClientResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        if cookie:
            named["Cookie"] = "; ".join(filter(None, [f"{SESSION}={cookie}", named.get("Cookie", "")]))
        answer: ClientResponse = await self.client.request(
            method, path, headers=named, data=form, allow_redirects=False
        )
        return answer

    def log(self) -> list[AccessEntry]:
        """Lines of the access log."""
        lines = [ENTRY.decode(output.value) for output in self.sent if output.topic == AUDIT_ACCESS.name]
        assert not [line for line in lines if isinstance(line, Rejected)]
        return [line for line in lines if isinstance(line, AccessEntry)]


async def _followed() -> int:
    return 0


@contextlib.asynccontextmanager
async def page(
    settings: Settings | None = None,
    real: StoreWeb | None = None,
    known: Known | None = None,
    landed: Callable[[list[Output]], Awaitable[None]] | None = None,
) -> AsyncIterator[Page]:
    """Two clients: one of Ольга Петрова, one of somebody else. Or the clients of a `real` store with its tables; what
    is sent goes on to `landed`."""
    given = settings or Settings()
    cards, ends = KnownCards(Reader(given.kafka, CLIENTS)), Ends(given.kafka)
    if known is not None:
        cards.cards = known.cards
    for lead, responsible in (OWNERS if known is None else {}).items():
        card = ClientCard(lead_id=lead, source="hand", ts=1, name=f"{SECRET_NAME} {lead}", responsible=responsible)
        cards.cards.apply(f"{lead}/hand", card)
    identities = KnownIdentities(Reader(given.kafka, CLIENTS), ends)
    identities.identities = Identities() if known is None else known.identities
    identities.catch_up = _followed  # type: ignore[method-assign]
    made: list[Page] = []

    async def send(outputs: list[Output]) -> None:
        await made[0].send(outputs)
        if landed is not None:
            await landed(outputs)

    async def log_lines(count: int) -> list[AccessEntry]:
        return made[0].log()[-count:]

    def clock() -> int:
        return made[0].now if made else NOW

    store: Any = real or FakeStore(given)
    around = Surroundings(given, cards, identities, ends)
    logins, members = Logins(given.kafka, send, clock), Members(given.kafka, given.web, around.users, send, clock)
    office = Office(
        settings=given,
        store=store,
        send=send,
        members=members,
        logins=logins,
        bot_login=BotLogin(logins, members, send, clock),
        passkeys=Passkeys(origin_of(given), clock),
        cards=cards,
        consents=KnownConsents(Reader(given.kafka, CONSENTS), clock),
        identities=identities,
        desks=Desks(given.telegram, cards.cards, identities.identities),
        doorman=Doorman(given.web.logins_per_minute, clock),
        pages=Pages(Assets()),
        clock=clock,
        askings=Askings(clock),
        models=None,
        flow=FlowBoard(given.kafka, ends, store, KnownMutes(Reader(given.kafka, DEAD_MUTES)), clock),
        log_lines=log_lines,
        erasing=Erasing(given, send, KnownErasures(Reader(given.kafka, ERASURES))),
        commands=CommandDesk(given, around, send, clock),
    )

    here = Page(given, office, store)
    made.append(here)
    office.commands.log.loaded.set()
    if real is None:
        store.log = here.log
    journal = Journal(send, log_lines, given.web.ack_seconds)
    async with TestClient(TestServer(Frame(ROUTES, office, journal).app)) as client:
        here.client = client
        yield here
    await journal.close()
