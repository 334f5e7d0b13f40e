"""Whose an event is: the names by which links say it, and the event under the lead that it belongs to now. Pure.

An event remembers by which name its lead was found (`client`, or its chat), so a link that is changed, ended or made
again moves it, and back again it is as it was: nothing else has to be remembered of former links.
"""

from typing import NamedTuple

import msgspec

from processors.contact import link_key, normal, ref_of
from processors.identity import Identities
from schemas.events import (
    Event,
    Fleet,
    MeetingMinutes,
    MeetingRecorded,
    MeetingRoom,
    MeetingSaid,
    MeetingTranscribed,
    Message,
    MessageDeleted,
    MessageEdited,
    Tick,
)
from schemas.promises import PromiseMarked
from schemas.sources import ClientRef
from schemas.types import LeadId

CHATS = ("message", "message_edited", "message_deleted")
"""Kinds that are found by their chat."""
MEETINGS = (
    "meeting_recorded",
    "meeting_room",
    "meeting_said",
    "meeting_transcribed",
    "meeting_minutes",
    "promise_marked",
)
"""Kinds that are found by their recording, their room, or what Jitsi said. (A promise in a chat has neither.)"""


class Owner(NamedTuple):
    """A lead, and by which name it was found (`LeadEvent.client`)."""

    lead: LeadId
    client: str


def topic_of(chat: str, topic: str) -> ClientRef:
    """A topic of a group, or where there is none, the chat itself."""
    return ClientRef("tg_topic", f"{chat}/{topic}") if topic else ClientRef("tg_chat", chat)


def room_of(room: str) -> ClientRef:
    """How Jitsi names a client."""
    return ClientRef("jitsi_room", normal("jitsi_room", room) or room)


def client_name(client: ClientRef, lead: LeadId) -> str:
    """`LeadEvent.client` of what was found by `client`: nothing where that is the lead itself."""
    return "" if client == ClientRef("lead", lead) else link_key(client)


def names(event: Event) -> list[ClientRef]:
    """The names by which a link says whose the event is; the first that is linked counts. None of what is no lead's."""
    if isinstance(event, Tick | Fleet):
        return []
    said = ref_of(event.client) if event.client else ClientRef("lead", event.lead_id)
    match event:
        case Message() | MessageEdited() | MessageDeleted():
            return [said if event.client else topic_of(event.chat_id, event.topic)]
        case MeetingRoom() | MeetingSaid():
            return [room_of(event.room), said]
        case PromiseMarked(recording_id=""):
            return [said]
        case MeetingRecorded() | MeetingTranscribed() | MeetingMinutes() | PromiseMarked():
            return [ClientRef("recording", event.recording_id), room_of(event.room), said]
        case _:
            return [said]


def whose(event: Event, identities: Identities) -> LeadId | None:
    """The lead that the event belongs to; None where it waits for one."""
    found = (identities.find(name) for name in names(event))
    return next((lead for lead in found if lead is not None), None)


def under(event: Event, lead: LeadId) -> Event:
    """The event as one of this lead. What its source called by the number of another lead keeps that as its name."""
    if isinstance(event, Tick | Fleet):
        return event
    client = event.client
    if not client and names(event)[-1].kind == "lead":
        client = f"lead:{event.lead_id}"
    return msgspec.structs.replace(event, lead_id=lead, client="" if client == f"lead:{lead}" else client)
