"""What a fold knows besides the lead's own state: the rules, and the figures of all clients."""

from collections.abc import Callable

import msgspec

from processors.rules import Rules
from schemas.events import Fleet
from schemas.types import LeadId

NO_FLEET = Fleet(event_id="0" * 16, ts=0, day=0)
"""Before the first figures have come."""


Desk = Callable[[LeadId], str]
"""Who is rung for a lead: the key of `Fleet.rung`, a curator's chat id as text, "" for the shared chat."""


def shared(_lead: LeadId) -> str:
    """Where nobody has clients of his own."""
    return ""


class Context(msgspec.Struct, frozen=True):  # not a tuple: its fields are read a dozen times an event
    """Handed to every signal. `fleet` is the latest that stood before the event in its partition."""

    rules: Rules
    fleet: Fleet = NO_FLEET
    curator: Desk = shared
