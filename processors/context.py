"""What a fold knows besides the lead's own state: the rules, and the figures of all clients."""

from typing import NamedTuple

from processors.rules import Rules
from schemas.events import Fleet

NO_FLEET = Fleet(event_id="0" * 16, ts=0, day=0)
"""Before the first figures have come."""


class Context(NamedTuple):
    """Handed to every signal. `fleet` is the latest that stood before the event in its partition."""

    rules: Rules
    fleet: Fleet = NO_FLEET
