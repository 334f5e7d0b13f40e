"""What the store's read API answers where it is not an event, an alert or a report as such. Times in ms UTC."""

from typing import Annotated

import msgspec

from schemas.alerts import AlertStatus, Evidence, Held, Rule, Severity, Unit
from schemas.rounds import SourceHealth
from schemas.scores import Level, Part
from schemas.types import EventId, LeadId, Millis

StoredEvent = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"$ref": "#/components/schemas/LeadEvent"})]
"""An event as it stands in the store: its JSON is passed on as it is."""


class HistoryEvent(msgspec.Struct, frozen=True):
    """One event of a history. `ingested_at`: when the store got it; `backfill`: it was old by then."""

    ts: Millis
    event_id: EventId
    source: str
    kind: str
    backfill: bool
    payload: StoredEvent
    ingested_at: Millis


class History(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is the `before` of the next page."""

    lead_id: LeadId
    events: list[HistoryEvent]
    next: str | None


class StoredSignal(msgspec.Struct, frozen=True):
    """A signal; its fields mean what those of `schemas.alerts.Signal` do."""

    lead_id: LeadId
    ts: Millis
    signal_id: EventId
    rule: Rule
    severity: Severity
    window_start: Millis
    value: float
    baseline: float
    score: float
    unit: Unit
    evidence: list[Evidence]


class StoredAlert(msgspec.Struct, frozen=True):
    """The newest state of an alert; its fields mean what those of `schemas.alerts.Alert` do, and none is left out."""

    alert_id: EventId
    version: int
    lead_id: LeadId
    rule: Rule
    severity: Severity
    status: AlertStatus
    opened_at: Millis
    updated_at: Millis
    value: float
    baseline: float
    score: float
    unit: Unit
    acknowledged_by: str
    snoozed_until: Millis
    verdict: str
    rings: bool
    rung: int
    held: Held
    ring_at: Millis
    within: str
    escalated: bool
    evidence: list[Evidence]


class Signals(msgspec.Struct, frozen=True):
    """A lead's signals, and what became of them; both newest first."""

    lead_id: LeadId
    signals: list[StoredSignal]
    alerts: list[StoredAlert]


class Alerts(msgspec.Struct, frozen=True):
    """Newest first."""

    alerts: list[StoredAlert]


class StoredScore(msgspec.Struct, frozen=True):
    """A score; its fields mean what those of `schemas.scores.Score` do."""

    score_id: EventId
    version: int
    ts: Millis
    points: float
    level: Level
    background: float
    parts: list[Part]


class Scores(msgspec.Struct, frozen=True):
    """Newest first."""

    lead_id: LeadId
    scores: list[StoredScore]


class StoredUtterance(msgspec.Struct, frozen=True):
    """ms from the start of the recording; without a speaker or a confidence where the engine said nothing of it."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str
    confidence: float | None


class StoredTranscript(msgspec.Struct, frozen=True):
    """A recording's newest transcript, its utterances in order. `degraded`: a fallback engine did some of it."""

    recording_id: str
    version: int
    ts: Millis
    engine: str
    duration_ms: int
    words: int
    degraded: bool
    utterances: list[StoredUtterance]


class Transcripts(msgspec.Struct, frozen=True):
    """The newest recording first."""

    lead_id: LeadId
    transcripts: list[StoredTranscript]


class People(msgspec.Struct, frozen=True):
    """Names in a lead's history, the client's among them, and who was in the room at the time that was asked for.
    `newest`: the version of the newest text of the recording that was asked for, 0 without one."""

    names: list[str]
    client: list[str]
    present: list[str]
    newest: int = 0


class StoredSource(msgspec.Struct, frozen=True):
    """A source's newest event by its own time, when its last one arrived, and how many came in 30 days."""

    source: str
    last_event: Millis
    last_arrival: Millis
    events_30d: int


class StoreStatus(msgspec.Struct, frozen=True):
    """Rows by table (repetitions that are not merged yet count), sources, and records not yet stored by topic."""

    rows: dict[str, int]
    sources: list[StoredSource]
    lag: dict[str, int]


class Sources(msgspec.Struct, frozen=True):
    """How each source stands, by name."""

    sources: list[SourceHealth]


class ReplayPage(msgspec.Struct, frozen=True):
    """[time, event] pairs, oldest first; `time` is the append time or the event's own, as it was asked for. `next` is
    the `after` of the next page."""

    events: list[tuple[Millis, StoredEvent]]
    next: str | None


class RaisedAlert(msgspec.Struct, frozen=True):
    """An alert that rang at `ts`, or that another one told of (`held`, `within`); its rule may have gone since."""

    alert_id: EventId
    version: int
    lead_id: LeadId
    rule: str
    severity: str
    ts: Millis
    held: str
    within: str


class RaisedPage(msgspec.Struct, frozen=True):
    """Oldest first; `next` is the `after` of the next page."""

    alerts: list[RaisedAlert]
    next: str | None


class BackupContents(msgspec.Struct, frozen=True):
    """What was stored of each topic and partition before the tables are read, the tables' columns in their order, and
    the checksums of the migrations."""

    offsets: dict[str, dict[int, int]]
    tables: dict[str, list[str]]
    migrations: dict[str, str]
