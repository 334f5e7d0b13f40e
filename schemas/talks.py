"""What the store tells of a meeting that goes on: its turns, as they were heard so far."""

import msgspec

from schemas.types import LeadId, Millis


class Turn(msgspec.Struct, frozen=True):
    """`start_ms` and `end_ms`: wall clock, ms UTC. `name` is empty where nobody knows who it is."""

    start_ms: Millis
    end_ms: Millis
    name: str
    text: str


class Talk(msgspec.Struct, frozen=True):
    """The latest meeting of which something was heard within half a day; no turns: of none. `running`: its end was not
    reported. `since` is its first turn's time."""

    lead_id: LeadId
    meeting_id: str = ""
    room: str = ""
    running: bool = False
    since: Millis = 0
    turns: list[Turn] = []
