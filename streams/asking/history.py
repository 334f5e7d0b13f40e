"""One client's history as questions need it, over the store's API."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import msgspec

from processors.profile import Profile
from schemas.answers import Figure, Found, ToolCall
from schemas.errors import Transient
from schemas.types import LeadId
from streams.clients.store import call
from streams.settings import Store

T = TypeVar("T")

Ask = Callable[[str, Mapping[str, str]], Awaitable[Any]]
"""A path and its query to the decoded JSON."""


class History(Protocol):
    """What is asked of the store. The lead is the first argument of everything: there is no question over all clients.

    Each raises `Transient`, `Refused`, `ConfigError`.
    """

    async def passages(self, lead: LeadId, question: str, since: str, until: str) -> Found:
        """Words that may answer; said on these local days (YYYY-MM-DD, both whole), where they are named."""

    async def figure(self, lead: LeadId, call: ToolCall) -> Figure:
        """What a tool finds."""

    async def profile(self, lead: LeadId) -> Profile:
        """What is known of the client."""

    async def names(self, lead: LeadId) -> Sequence[str]:
        """Whose names stand in the history: no model abroad may read them."""


class _People(msgspec.Struct):
    names: list[str]


class StoreHistory:
    """`History` over the store's API: `ask` sends a path with its query and gives the decoded JSON, in whoever's name
    it likes. Raises what `ask` raises, and `Transient` for an answer that is none."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def passages(self, lead: LeadId, question: str, since: str, until: str) -> Found:
        """As `History`."""
        asked = {"q": question, "since": since, "until": until}
        return await self._read(f"/api/leads/{lead}/passages", asked, Found)

    async def figure(self, lead: LeadId, call: ToolCall) -> Figure:
        """As `History`."""
        asked = {name: value for name, value in msgspec.structs.asdict(call).items() if name != "name"}
        return await self._read(f"/api/leads/{lead}/tools/{call.name}", asked, Figure)

    async def profile(self, lead: LeadId) -> Profile:
        """As `History`."""
        return await self._read(f"/api/leads/{lead}/profile", {}, Profile)

    async def names(self, lead: LeadId) -> Sequence[str]:
        """As `History`."""
        return (await self._read(f"/api/leads/{lead}/people", {}, _People)).names

    async def _read(self, path: str, asked: Mapping[str, str], type_: type[T]) -> T:
        told = await self._ask(path, {name: value for name, value in asked.items() if value})
        try:
            return msgspec.convert(told, type_)
        except msgspec.ValidationError as error:
            raise Transient(f"ответ хранилища непонятен ({path}): {error}") from None


def asking(store: Store) -> Ask:
    """`ask` for the command line: with the installation's token, in threads."""

    async def ask(path: str, query: Mapping[str, str]) -> Any:
        return await asyncio.to_thread(call, store, f"{path}?{urlencode(query)}" if query else path)

    return ask
