"""What a fold knows besides the lead's own state: the rules, and the figures of all clients."""

from collections.abc import Callable, Sequence
from math import log

import msgspec
from msgspec.structs import force_setattr

from processors.days import local_day_of
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


class Context(msgspec.Struct, frozen=True):  # not a tuple: its fields are read a dozen times an event
    """Handed to every signal. `fleet` is the latest that stood before the event in its partition.

    Made of both, because every lead asks for them: `rests` are the days on which nobody works, `season` ln of the
    fleet's factors (`Fleet.ratios`), empty when each is 1.
    """

    rules: Rules
    fleet: Fleet = NO_FLEET
    curator: Desk = shared
    rests: frozenset[LocalDay] = frozenset()
    season: Sequence[float] = ()

    def __post_init__(self) -> None:
        ratios = self.fleet.ratios
        rests = frozenset([*self.fleet.closed, *map(local_day_of, self.rules.silence.holidays)])
        force_setattr(self, "rests", rests)
        force_setattr(self, "season", list(map(log, ratios)) if ratios.count(1.0) < len(ratios) else ())
