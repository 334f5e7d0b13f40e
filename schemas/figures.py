"""What is counted of a lead by the day, and what corrects it: exact figures, and events that went to another lead."""

import msgspec

from schemas.base import LeadEvent
from schemas.types import EventId, LocalDay, Millis


class DayFigures(msgspec.Struct, frozen=True, array_like=True):
    """What one client did on one local day. Counts, and pieces where the name ends in `qty`.

    `reserved_qty` is net of what was taken back; `cancelled` and `cancelled_qty` are what was (both positive).
    `withdrawn_qty` was picked or shipped for the client himself, `planned_qty` announced; `messages` are the client's,
    `answers` ours.
    """

    day: LocalDay
    reservations: int = 0
    reserved_qty: int = 0
    picks: int = 0
    picked_qty: int = 0
    shipped_qty: int = 0
    inbound_qty: int = 0
    messages: int = 0
    cancelled: int = 0
    cancelled_qty: int = 0
    withdrawn_qty: int = 0
    planned_qty: int = 0
    calls: int = 0
    meetings: int = 0
    answers: int = 0


class Baseline(LeadEvent, frozen=True, tag="baseline"):
    """Exact figures from the store: they replace every day from `first_day` to `last_day` in the state.

    A day in the range that is not listed had no events.
    """

    first_day: LocalDay
    last_day: LocalDay
    days: list[DayFigures]


class MovedEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event that is another lead's. `key`: by what its source knows it; `figures`: what was counted of it, where the
    day is not counted anew. `goods`: it moved stock.
    """

    event_id: EventId
    ts: Millis
    key: str
    figures: DayFigures | None = None
    goods: bool = False


class EventsMoved(LeadEvent, frozen=True, tag="events_moved"):
    """These events stood in this lead's history by a link that was changed: they are another's. `whole`: the lead was
    merged with another, and nothing is left of it. `deleted`: they are nobody's any more, for somebody objected; what
    quotes them goes wherever it is, also what comes later.
    """

    events: list[MovedEvent]
    whole: bool = False
    deleted: bool = False
