"""What all calls share, and one caller: what he may, in whose name the store is asked, what the access log says."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final

from processors.access import Action, Owner, may, sees_all
from processors.cards import Cards
from processors.commands.definitions import Filled, Key, latest
from processors.commands.world import person
from processors.identity import Identities, is_lead_id
from processors.pseudonyms import Pseudonyms
from processors.pseudonyms.hidden import hidden_in
from schemas.command_defs import Definition
from schemas.commands import CommandId, Standing
from schemas.mcp import McpToken
from schemas.people import AccessEntry, Deed, UserId, WebUser
from schemas.types import LeadId
from streams.asking import Models
from streams.clients.store_web import StoreWeb
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.mcp.telling import masked, told
from streams.mcp.tokens import counts
from streams.settings import Settings

MINUTE_MS: Final = 60_000
NOT_YOURS: Final = "Такого клиента нет среди ваших."
"""The same for one that is not there: a number tells nothing."""


class No(Exception):
    """A refusal, in words for a person: it becomes an answer."""


@dataclass(frozen=True, slots=True)
class House:
    """The tables are followed. `known`: all definitions that count; `models` opens what may read a client's words for a
    question."""

    settings: Settings
    store: StoreWeb
    send: Callable[[list[Output]], Awaitable[None]]
    write: Callable[[AccessEntry], Awaitable[None]]
    cards: Cards
    identities: Identities
    owner_of: Callable[[LeadId], Owner]
    filled: Filled
    known: Callable[[], Mapping[Key, Definition]]
    users: dict[UserId, WebUser]
    tokens: dict[str, McpToken]
    standings: dict[CommandId, Standing]
    models: Callable[[LeadId], AbstractAsyncContextManager[Models | None]]
    clock: Clock
    calls: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    """Times of the last calls of each token."""

    def guest(self, digest: str) -> "Guest | None":
        """Who comes with the token of this digest; None where it opens nothing."""
        token = self.tokens.get(digest)
        user = self.users.get(token.user_id) if token is not None else None
        if token is None or user is None or not counts(token, user, self.clock()):
            return None
        return Guest(self, digest, token, user)

    def definitions(self) -> dict[str, Definition]:
        """What may be proposed now."""
        return latest(self.known())


@dataclass(frozen=True, slots=True)
class Guest:
    """A program in the name of a user."""

    house: House
    digest: str
    token: McpToken
    user: WebUser

    def may(self, action: Action, lead: LeadId) -> bool:
        """Whether the user may."""
        return may(person(self.user), action, self.house.owner_of(lead))

    def own(self) -> list[LeadId] | None:
        """The clients that he may see; None where he sees all."""
        if sees_all(person(self.user), "view"):
            return None
        known = {*self.house.cards.leads(), *self.house.settings.telegram.curators}
        return sorted((lead for lead in known if self.may("view", lead)), key=int)

    async def opened(self, given: str, deed: Deed, tool: str) -> LeadId:
        """The client, once the access log has it that he is looked at. Raises `No`, `Transient`."""
        lead = str(given).strip().removeprefix("lead-")
        lead = self.house.identities.merged(lead) if is_lead_id(lead) else ""
        if not lead or not self.may("view", lead):
            await self.log("refused", lead, tool)
            raise No(NOT_YOURS)
        await self.log(deed, lead, tool)
        return lead

    async def log(self, deed: Deed, lead: LeadId, tool: str) -> None:
        """A line of the access log, before the answer. Raises `Transient`."""
        entry = AccessEntry(
            at=self.house.clock(),
            user=self.user.user_id,
            name=self.user.name,
            action=deed,
            lead=lead,
            object=f"mcp {tool}",
        )
        await self.house.write(entry)

    async def ask(self, path: str, about: LeadId = "", /, **query: str | int) -> Any:
        """GET from the store in his name, with phones and mails only of whom he may call. Raises `Refused`,
        `Transient`."""
        given = {name: value for name, value in query.items() if value != ""}
        found = await self.house.store.get(path, self.user.name, given)
        return await asyncio.to_thread(hidden_in, found, self._reads_contacts, about)

    async def tell(self, head: dict[str, Any], rows: list[dict[str, Any]], lead: LeadId = "") -> str:
        """The answer, masked for a model abroad: with the names that stand in the client's history."""
        if not self.token.external:
            return told(head, rows)
        names = (await self.ask(f"/api/leads/{lead}/people", lead))["names"] if lead else []
        return await asyncio.to_thread(self._masked, head, rows, [*names, *self._colleagues()])

    def _masked(self, head: dict[str, Any], rows: list[dict[str, Any]], names: list[str]) -> str:
        mask = Pseudonyms(names).mask
        return told(masked(head, mask), masked(rows, mask))

    def _colleagues(self) -> list[str]:
        return [user.name for user in self.house.users.values()]

    def _reads_contacts(self, lead: LeadId) -> bool:
        who = person(self.user)
        return may(who, "contacts", self.house.owner_of(lead)) if lead else sees_all(who, "contacts")

    def paced(self) -> None:
        """Raises `No` for a call too many."""
        now, times = self.house.clock(), self.house.calls[self.digest]
        while times and times[0] <= now - MINUTE_MS:
            times.popleft()
        if len(times) >= self.house.settings.mcp.calls_per_minute:
            raise No("Слишком много обращений подряд: подождите минуту.")
        times.append(now)
