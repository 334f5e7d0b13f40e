"""A lead's log made by hand, and what the fold finds in it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from processors import lead
from processors.days import HOUR_MS, day_start
from processors.state import LeadState
from schemas.events import Author, Event, Reservation
from schemas.types import Meta

DAY = 20_000
NOON = day_start(DAY) + 12 * HOUR_MS
CLIENT, STAFF = Author("1"), Author("2", client=False)


class Entry(NamedTuple):
    """A record of `lead.events`: an event and when the broker appended it."""

    event: Event
    appended: int


def fold(state: LeadState, log: Iterable[tuple[int, Entry]]) -> list[lead.Finding]:
    """Everything found in (offset, entry) pairs."""
    return [
        finding
        for offset, (event, appended) in log
        for finding in lead.step(state, event, Meta("lead.events", 0, offset, appended))
    ]


def reservation(number: int, ts: int, qty: int = 1, **fields: Any) -> Reservation:
    """A reservation whose id is `number`."""
    return Reservation(event_id=f"{number:016x}", lead_id="7", ts=ts, source="wms", doc="R", qty=qty, **fields)
