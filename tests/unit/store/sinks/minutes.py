"""Minutes of a meeting as they come to a sink, with the promises that were made."""

from schemas.codec import encode, event_id
from schemas.minutes import OFFLINE, UNKNOWN, Action, MeetingMinutes, Minutes
from tests.unit.store.records import NOW
from tests.unit.store.samples import LEAD


def minutes(version: int, actions: list[Action], talk: str = "r1", at: int = NOW) -> bytes:
    """Minutes of a meeting."""
    event = MeetingMinutes(
        event_id=event_id("minutes", talk, version),
        lead_id=LEAD,
        ts=at,
        source="minutes",
        recording_id=talk,
        room="lead-1",
        duration_ms=1,
        people=[],
        minutes=Minutes("итоги", OFFLINE, version, actions=actions),
    )
    return encode(event)


def promise(text: str, owner: str = "Анна", due: str = UNKNOWN) -> Action:
    """A promise."""
    return Action(text, owner, due, text, 0)
