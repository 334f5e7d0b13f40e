"""The lead event union: what `lead.events` carries, JSON on the wire, tagged by `type`.

Each event has a deterministic `event_id` and `ts` (from the source, or the Kafka record, never a consumer's clock).
Unknown fields are ignored; an unknown type or a broken record is `Rejected` (see `schemas.codec`).
`backfill` marks history: it is stored and reaches the fold only as a `baseline`; it never raises an alert.
"""

from typing import Literal

import msgspec

from schemas.types import EventId, LeadId, LocalDay, Millis, Pieces

RoomHappening = Literal[
    "meeting_started",
    "meeting_ended",
    "joined",
    "left",
    "recording_on",
    "recording_off",
    "recording_failed",
    "unrecorded",
    "notice_sent",
]
"""`unrecorded`: the room has been without a recording for longer than it may."""


class _Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    event_id: EventId
    lead_id: LeadId
    ts: Millis
    source: str
    v: int = 1
    backfill: bool = False


class Utterance(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stretch of speech between pauses. Times in ms from the start of the recording."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str | None = None
    confidence: float | None = None


class MeetingRecorded(_Event, frozen=True, tag="meeting_recorded"):
    """A recording is on the shared storage. `ts` is the meeting's start."""

    recording_id: str
    room: str
    duration_ms: int
    status: str = "ok"
    participants: list[str] = []


class MeetingRoom(_Event, frozen=True, tag="meeting_room"):
    """Something happened in a meeting's room: who came and went, whether it is recorded, that the notice was given."""

    happening: RoomHappening
    room: str
    meeting_id: str
    participant: str = ""
    name: str = ""
    reason: str = ""
    duration_ms: int = 0


class MeetingTranscribed(_Event, frozen=True, tag="meeting_transcribed"):
    """A transcript; a later `version` replaces the former one."""

    recording_id: str
    version: int
    engine: str
    duration_ms: int
    words: int
    utterances: list[Utterance]
    degraded: bool = False


class MeetingMinutes(_Event, frozen=True, tag="meeting_minutes"):
    """Summary and decisions of a meeting, made from version `version` of its transcript."""

    recording_id: str
    version: int
    engine: str
    summary: str
    decisions: list[str] = []
    actions: list[str] = []


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote or spoke. `client` is False for our own staff, whose words raise no alert."""

    id: str
    name: str = ""
    client: bool = True


class Message(_Event, frozen=True, tag="message"):
    """A chat message."""

    chat_id: str
    message_id: str
    author: Author
    text: str
    reply_to: str | None = None


class MessageEdited(_Event, frozen=True, tag="message_edited"):
    """A new version of a chat message; the former one stays in the history."""

    chat_id: str
    message_id: str
    author: Author
    text: str


class MessageDeleted(_Event, frozen=True, tag="message_deleted"):
    """A chat message was withdrawn; its text stays in the history."""

    chat_id: str
    message_id: str


class Call(_Event, frozen=True, tag="call"):
    """A telephone call."""

    call_id: str
    direction: Literal["in", "out"]
    duration_ms: int
    text: str = ""


class Mail(_Event, frozen=True, tag="mail"):
    """An e-mail."""

    mail_id: str
    direction: Literal["in", "out"]
    subject: str
    text: str = ""


class CrmChanged(_Event, frozen=True, tag="crm_changed"):
    """A CRM entity was added, changed or deleted. `fields` holds the new values that matter to us."""

    entity: str
    entity_id: str
    change: Literal["added", "updated", "deleted"]
    fields: dict[str, str] = {}


class Note(_Event, frozen=True, tag="note"):
    """A person's remark on the client."""

    note_id: str
    author: Author
    text: str


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One article of a warehouse document. `reserved` and `available` only in stock snapshots."""

    sku: str
    qty: Pieces
    barcode: str | None = None
    reserved: Pieces | None = None
    available: Pieces | None = None


class _Wms(_Event, frozen=True):
    """A warehouse document. `qty` is the sum of its lines, in pieces."""

    doc: str
    qty: Pieces
    lines: list[Line] = []
    warehouse: str = ""
    marketplace: str = ""
    purpose: str = ""


class Reservation(_Wms, frozen=True, tag="reservation"):
    """Stock was reserved, a reservation changed (`qty` is the difference) or cancelled (`qty` ≤ 0)."""

    action: Literal["created", "changed", "cancelled"] = "created"


class Pick(_Wms, frozen=True, tag="pick"):
    """Goods were taken from the shelves."""


class Shipment(_Wms, frozen=True, tag="shipment"):
    """Goods left the warehouse."""


class Inbound(_Wms, frozen=True, tag="inbound"):
    """Goods arrived, or are announced (`planned`)."""

    planned: bool = False


class Return(_Wms, frozen=True, tag="return"):
    """Goods came back from a marketplace or a buyer."""


class Adjustment(_Wms, frozen=True, tag="adjustment"):
    """The warehouse corrected its stock."""


class StockSnapshot(_Wms, frozen=True, tag="stock_snapshot"):
    """Stock at `ts`. `complete` if it lists every article of the client."""

    complete: bool = False


class AlertAction(_Event, frozen=True, tag="alert_action"):
    """A curator pressed a button under an alert. `callback_id` is what Telegram wants answered."""

    alert_id: str
    action: Literal["seen", "snooze_1d", "snooze_7d", "false_alarm", "confirmed"]
    actor: Author
    callback_id: str = ""


class Tick(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="tick"):
    """An hour passed, in every partition: time is an event. Belongs to no lead."""

    event_id: EventId
    ts: Millis
    lead_id: str = ""
    source: str = "store"
    v: int = 1
    backfill: bool = False


class DayFigures(msgspec.Struct, frozen=True, array_like=True):
    """What one client did on one Moscow day. Counts, and pieces where the name ends in `qty`."""

    day: LocalDay
    reservations: int = 0
    reserved_qty: int = 0
    picks: int = 0
    picked_qty: int = 0
    shipped_qty: int = 0
    inbound_qty: int = 0
    messages: int = 0


class Baseline(_Event, frozen=True, tag="baseline"):
    """Exact figures from the store: they replace every day from `first_day` to `last_day` in the state.

    A day in the range that is not listed had no events.
    """

    first_day: LocalDay
    last_day: LocalDay
    days: list[DayFigures]


class IdentityLinked(_Event, frozen=True, tag="identity_linked"):
    """A person or a rule said that (`kind`, `value`) belongs to this lead."""

    kind: str
    value: str
    confirmed_by: str = ""


WmsEvent = Reservation | Pick | Shipment | Inbound | Return | Adjustment | StockSnapshot

Event = (
    MeetingRecorded
    | MeetingRoom
    | MeetingTranscribed
    | MeetingMinutes
    | Message
    | MessageEdited
    | MessageDeleted
    | Call
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
    | Tick
    | Baseline
    | IdentityLinked
)
