"""Which promise is which: an id that a newer version of the minutes does not change where the words stay. Pure."""

from hashlib import sha256

from schemas.minutes import ChatSummary, MeetingMinutes
from schemas.types import EventId


def talk_of(event: MeetingMinutes | ChatSummary) -> str:
    """The name of the talk: the recording, or of a chat's day when it ended (ms UTC)."""
    return event.recording_id if isinstance(event, MeetingMinutes) else f"chat:{event.ts}"


def promise_id(talk: str, text: str) -> EventId:
    """Of the words `text` of a promise given in `talk`. ClickHouse computes the same (`promised.ids`)."""
    return sha256(f"{talk}\n{text}".encode()).digest()[:8].hex()
