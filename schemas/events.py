"""The lead event union: what `lead.events` carries, JSON on the wire, tagged by `type`.

Each event has a deterministic `event_id` and `ts` (from the source, or the Kafka record, never a consumer's clock).
Unknown fields are ignored; an unknown type or a broken record is `Rejected` (see `schemas.codec`).
`backfill` marks history: it is stored and reaches the fold only as a `baseline`; it never raises an alert.
"""

from typing import Literal

import msgspec

from schemas.base import LeadEvent
from schemas.command_changed import CommandChanged
from schemas.figures import Baseline, DayFigures, EventsMoved, MovedEvent
from schemas.fleet import Fleet, Tick
from schemas.meetings import MeetingRecorded, MeetingRoom, MeetingSaid, MeetingTranscribed, RoomHappening, Utterance
from schemas.minutes import ChatSummary, MeetingMinutes, PhraseVerdict, ProfileCorrected
from schemas.outcomes import ClientOutcome
from schemas.promises import PromiseMarked
from schemas.types import Millis
from schemas.warehouse import Adjustment, Inbound, Line, Pick, Reservation, Return, Shipment, StockSnapshot, WmsEvent

__all__ = [
    "Adjustment",
    "AlertAction",
    "AlertMailed",
    "AlertsMuted",
    "Author",
    "Baseline",
    "Call",
    "CallTranscribed",
    "ChatSummary",
    "ClientOutcome",
    "CommandChanged",
    "CrmChanged",
    "DayFigures",
    "Event",
    "EventsMoved",
    "Fleet",
    "IdentityLinked",
    "Inbound",
    "Line",
    "Mail",
    "MeetingMinutes",
    "MeetingRecorded",
    "MeetingRoom",
    "MeetingSaid",
    "MeetingTranscribed",
    "Message",
    "MessageDeleted",
    "MessageEdited",
    "MovedEvent",
    "Note",
    "PhraseVerdict",
    "Pick",
    "ProfileCorrected",
    "PromiseMarked",
    "Reservation",
    "Return",
    "RoomHappening",
    "Shipment",
    "StockSnapshot",
    "Tick",
    "Utterance",
    "WmsEvent",
]


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote or spoke. `client` is False for our own staff, whose words raise no alert."""

    id: str
    name: str = ""
    client: bool = True


class Message(LeadEvent, frozen=True, tag="message"):
    """A chat message. `content` is what it holds where that is more than text (voice, photo, poll, checklist …), in the
    Bot API's word for it; `text` are all the words in it. `topic`: of a group with topics, the one it is in.
    `album`: photos and files sent together come as a message each; those of one have the same here.
    """

    chat_id: str
    message_id: str
    author: Author
    text: str
    reply_to: str | None = None
    content: str = ""
    topic: str = ""
    album: str = ""


class MessageEdited(LeadEvent, frozen=True, tag="message_edited"):
    """A new version of a chat message; the former one stays in the history."""

    chat_id: str
    message_id: str
    author: Author
    text: str
    content: str = ""
    topic: str = ""


class MessageDeleted(LeadEvent, frozen=True, tag="message_deleted"):
    """A chat message was withdrawn; its text stays in the history."""

    chat_id: str
    message_id: str
    topic: str = ""


class Call(LeadEvent, frozen=True, tag="call"):
    """A telephone call."""

    call_id: str
    direction: Literal["in", "out"]
    duration_ms: int
    text: str = ""


class CallTranscribed(LeadEvent, frozen=True, tag="call_transcribed"):
    """What was said in the call `call_id`: it comes later than the call. A higher `version` replaces the former one.

    `engine` that heard it; empty where the portal gave the words. `text` has a line a speaker's turn.
    """

    call_id: str
    direction: Literal["in", "out"]
    duration_ms: int
    text: str
    engine: str = ""
    version: int = 1


class Mail(LeadEvent, frozen=True, tag="mail"):
    """An e-mail."""

    mail_id: str
    direction: Literal["in", "out"]
    subject: str
    text: str = ""


class CrmChanged(LeadEvent, frozen=True, tag="crm_changed"):
    """A CRM entity was added, changed or deleted. `fields` holds the new values that matter to us."""

    entity: str
    entity_id: str
    change: Literal["added", "updated", "deleted"]
    fields: dict[str, str] = {}


class Note(LeadEvent, frozen=True, tag="note"):
    """A person's remark on the client, whole as it now stands: a later one of the same `note_id` replaces it. `pinned`:
    it stands on the client's card. `gone`: it was taken back, and is found nowhere any more.
    """

    note_id: str
    author: Author
    text: str
    pinned: bool = False
    gone: bool = False


class AlertAction(LeadEvent, frozen=True, tag="alert_action"):
    """A curator pressed a button under an alert. `callback_id` is what Telegram wants answered."""

    alert_id: str
    action: Literal["seen", "snooze_1d", "snooze_7d", "false_alarm", "confirmed"]
    actor: Author
    callback_id: str = ""


class AlertsMuted(LeadEvent, frozen=True, tag="alerts_muted"):
    """A person does not want to be rung for this lead before `until` (0: rings again)."""

    until: Millis
    actor: Author


class AlertMailed(LeadEvent, frozen=True, tag="alert_mailed"):
    """An alert went by mail as well, for Telegram had not taken it in time. `alert_id`, `version`: as in `lead.alerts`;
    `address`: whose mail.
    """

    alert_id: str
    version: int
    address: str


class IdentityLinked(LeadEvent, frozen=True, tag="identity_linked"):
    """A person or a rule said that (`kind`, `value`) belongs to this lead."""

    kind: str
    value: str
    confirmed_by: str = ""


Event = (
    MeetingRecorded
    | MeetingRoom
    | MeetingSaid
    | MeetingTranscribed
    | MeetingMinutes
    | ChatSummary
    | PhraseVerdict
    | ProfileCorrected
    | PromiseMarked
    | ClientOutcome
    | CommandChanged
    | Message
    | MessageEdited
    | MessageDeleted
    | Call
    | CallTranscribed
    | Mail
    | CrmChanged
    | Note
    | Reservation
    | Pick
    | Shipment
    | Inbound
    | Return
    | Adjustment
    | StockSnapshot
    | AlertAction
    | AlertMailed
    | AlertsMuted
    | Tick
    | Fleet
    | Baseline
    | IdentityLinked
    | EventsMoved
)
