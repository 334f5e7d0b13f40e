"""What is said in a meeting that goes on, from the events `meeting_said`."""

from collections.abc import Callable

from schemas.codec import EVENT, Rejected
from schemas.meetings import MeetingRoom, MeetingSaid
from schemas.talks import Talk, Turn
from schemas.types import LeadId, Millis
from streams.store.database import Database

LOOKED_BACK_MS = 12 * 3_600_000
MOST = 400
"""Turns, the last ones: half an hour of a lively talk."""

_HEARD = """
SELECT payload FROM events FINAL PREWHERE lead_id = {lead:String} AND kind IN ('meeting_said', 'meeting_room')
WHERE ts >= fromUnixTimestamp64Milli({since:Int64}) ORDER BY ts DESC, event_id DESC LIMIT {limit:UInt32}"""


async def talk(database: Database, lead: LeadId, now: Millis, called: Callable[[str], str] = str) -> Talk:
    """The latest meeting so far, its turns in order; who speaks is `called` by what a person said of his name since.
    Raises `Transient`, `StatementFailed`."""
    rows = await database.read(_HEARD, {"lead": lead, "since": now - LOOKED_BACK_MS, "limit": MOST})
    events = [event for (payload,) in rows if not isinstance(event := EVENT.decode(payload.encode()), Rejected)]
    said = [event for event in events if isinstance(event, MeetingSaid)]
    if not said:
        return Talk(lead)
    meeting_id = said[0].meeting_id
    over = any(
        isinstance(event, MeetingRoom) and event.meeting_id == meeting_id and event.happening == "meeting_ended"
        for event in events
    )
    turns = [
        Turn(event.start_ms, event.end_ms, called(event.called or event.name), event.text)
        for event in reversed(said)
        if event.meeting_id == meeting_id
    ]
    return Talk(lead, meeting_id, said[0].room, not over, turns[0].start_ms, turns)
