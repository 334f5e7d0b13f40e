"""What screens ask the store, as values; whose clients a user sees; waiting until the store shows what was written."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from processors.access import may
from schemas.codec import EVENT
from schemas.errors import LeadpulseError, Refused
from schemas.events import Author, Event
from schemas.topics import LEAD_EVENTS
from schemas.types import LeadId
from streams.engine.kafka import Output
from streams.web.members import person
from streams.web.visit import Visit

T = TypeVar("T")

PATIENCE_S, STEP_S = 6.0, 0.3
"""The store gathers for two seconds; who wrote a note sees it when his page comes back."""


async def told(visit: Visit, type_: type[T], path: str, **query: str | int) -> T:
    """The store's answer. Raises `Refused`, `Transient`."""
    return msgspec.convert(await visit.ask(path, **{name: of for name, of in query.items() if of != ""}), type_)


def own_leads(visit: Visit) -> list[LeadId] | None:
    """The clients that the user may see; None where he sees all."""
    if visit.sees_all():
        return None
    office, who = visit.office, person(visit.user)
    known = {*office.cards.cards.leads(), *office.settings.telegram.curators}
    return sorted((lead for lead in known if may(who, "view", office.owner(lead))), key=int)


def author(visit: Visit) -> Author:
    """The user as who wrote something. Nothing of a form says who he is."""
    return Author(visit.user.user_id, visit.user.name, client=False)


def name_of(visit: Visit, lead: LeadId) -> str:
    """What the client is called; empty where nobody has told it."""
    return visit.office.cards.cards.name(lead)


async def write(visit: Visit, event: Event) -> None:
    """Put an event on `lead.events`. Raises `Transient`."""
    await visit.send([Output(LEAD_EVENTS.name, event.lead_id.encode(), EVENT.encode(event))])


async def until(seen: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it is seen within `PATIENCE_S`. Faults of the store are no answer."""
    for _ in range(round(PATIENCE_S / STEP_S)):
        if await _now(seen):
            return True
        await asyncio.sleep(STEP_S)
    return False


async def stored(visit: Visit, lead: LeadId, event_id: str) -> bool:
    """Whether the store has the event, waiting a little."""

    async def seen() -> bool:
        newest = await visit.ask(f"/api/leads/{lead}/history", limit=20)
        return any(event["event_id"] == event_id for event in newest["events"])

    return await until(seen)


def back(path: str, written: bool) -> str:
    """Where a form leads to, and what is said there of it."""
    return f"{path}?saved={'yes' if written else 'later'}"


SAVED = {
    "yes": "Сохранено.",
    "later": "Сохранено. Появится здесь через несколько секунд: обновите страницу.",
}


def saved(visit: Visit) -> str:
    """What is said of a form that led here; empty where none did."""
    return SAVED.get(visit.request.query.get("saved", ""), "")


async def _now(seen: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await seen()
    except Refused:
        raise
    except LeadpulseError:
        return False
