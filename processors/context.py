"""What a fold knows besides the lead's own state: the rules, and the figures of all clients."""

from collections.abc import Callable, Sequence
from functools import cached_property
from math import log

import msgspec

from processors.days import local_day_of
from processors.rhythm import Rests
from processors.rules import Rules
from schemas.events import Fleet
from schemas.types import LeadId, LocalDay

NO_FLEET = Fleet(event_id="0" * 16, ts=0, day=0)
"""Before the first figures have come."""


Desk = Callable[[LeadId], str]
"""Who is rung for a lead: the key of `Fleet.rung`, a curator's chat id as text, "" for the shared chat."""


def shared(_lead: LeadId) -> str:
    """Where nobody has clients of his own."""
    return ""


class Context(msgspec.Struct, frozen=True, dict=True):  # not a tuple: its fields are read a dozen times an event
    """Handed to every signal. `fleet` is the latest that stood before the event in its partition."""

    rules: Rules
    fleet: Fleet = NO_FLEET
    curator: Desk = shared

    @cached_property
    def rests(self) -> Rests:
        """The days on which nobody works, and those on which nobody of a week."""
        everybody = frozenset([*self.fleet.closed, *map(local_day_of, self.rules.silence.holidays)])
        return Rests(everybody, tuple(map(frozenset, self.fleet.pauses)))

    @cached_property
    def season(self) -> Sequence[tuple[LocalDay, float]]:
        """The days on which the fleet's factor (`Fleet.ratios`) is not 1, in order, and ln of it."""
        first = self.fleet.day + 1 - len(self.fleet.ratios)
        return [(day, log(ratio)) for day, ratio in enumerate(self.fleet.ratios, first) if ratio != 1.0]
