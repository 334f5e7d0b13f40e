"""Questions are kept with their answers, in the name of who asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec

from schemas.answers import Answered
from schemas.errors import Transient
from schemas.types import EventId, LeadId
from streams.clients.store import call
from streams.settings import Store


class Keep(Protocol):
    """Keeps a question with what was told, in the name of who asked; its id. Raises `Transient`, `Refused`."""

    async def __call__(self, lead: LeadId, told: Answered) -> EventId:
        """Return when it is durable."""


Tell = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
"""A path and a JSON body to the decoded JSON."""


class StoreQuestions:
    """`Keep` over the store's API."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    async def __call__(self, lead: LeadId, told: Answered) -> EventId:
        """As `Keep`."""
        kept = await self._tell(f"/api/leads/{lead}/questions", msgspec.to_builtins(told))
        try:
            return msgspec.convert(kept, _Kept).question_id
        except msgspec.ValidationError as error:
            raise Transient(f"ответ хранилища непонятен (questions): {error}") from None


class _Kept(msgspec.Struct):
    question_id: EventId


def telling(store: Store) -> Tell:
    """`tell` for the command line."""

    async def tell(path: str, body: Mapping[str, Any]) -> Any:
        return await asyncio.to_thread(call, store, path, dict(body))

    return tell
