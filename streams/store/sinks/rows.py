"""From records to columns: one pure function per topic, values as clickhouse-connect wants them.

Times stay int ms (its fastest way for DateTime64), ids become UInt64. `ingested_at` is the broker's append time, so a
record delivered again gives the same row. Of two records with the same id the one with more `seniority` stays: the
first (design rule 14).
"""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, get_args

import msgspec

from processors.stock import WITHDRAWAL
from schemas import events as ev
from schemas.alerts import Alert, Evidence, Signal
from schemas.outlets import LlmCall
from schemas.reports import DailyReport
from schemas.sources import Unassigned
from schemas.topics import LEAD_EVENTS
from schemas.types import Millis
from streams.store.sinks.columns import Record as Record
from streams.store.sinks.columns import seniorities
from streams.store.sinks.columns import seniority as seniority
from streams.store.sinks.outcomes import outcome_rows
from streams.store.sinks.passages import passage_rows
from streams.store.sinks.promises import TALKS, mark_rows, promise_rows
from streams.store.sinks.refs import REFS
from streams.store.sinks.said import said_rows
from streams.store.sinks.tables import (
    ALERTS,
    EVENTS,
    LLM_CALLS,
    RECORDINGS,
    REPORTS,
    SIGNALS,
    TRANSCRIPTS,
    UNASSIGNED,
    Rows,
    Table,
)
from streams.store.sinks.traffic import traffic_rows

_JSON = msgspec.json.Encoder()
_ID = re.compile(r"[0-9a-f]{16}")

KINDS: dict[type, str] = {type_: str(type_.__struct_config__.tag) for type_ in get_args(ev.Event)}
"""Every event type to its `type` on the wire."""


def _by(author: ev.Author) -> str:
    return "client" if author.client else "staff"


ACTIONS: dict[type, Callable[[Any], str]] = {
    ev.MeetingRoom: lambda event: event.happening,
    ev.Reservation: lambda event: event.action,
    ev.Pick: lambda event: WITHDRAWAL if event.purpose == WITHDRAWAL else "",
    ev.Inbound: lambda event: "planned" if event.planned else "",
    ev.Message: lambda event: _by(event.author),
    ev.MessageEdited: lambda event: _by(event.author),
    ev.Note: lambda event: _by(event.author),
    ev.Call: lambda event: event.direction,
    ev.CallTranscribed: lambda event: event.direction,
    ev.Mail: lambda event: event.direction,
    ev.CrmChanged: lambda event: event.change,
    ev.AlertAction: lambda event: event.action,
    ev.PromiseMarked: lambda event: event.mark,
    ev.ClientOutcome: lambda event: event.outcome,
}
"""What kinds are told apart by inside themselves; empty for the others."""


def event_rows(good: Sequence[tuple[ev.Event, Record]]) -> list[Rows]:
    """`lead.events`: every event, utterances of transcripts before the row that makes them visible, and all words."""
    if not good:
        return []
    events, records = [event for event, _ in good], [record for _, record in good]
    types = [type(event) for event in events]
    columns: list[Sequence[Any]] = [  # column by column: a tuple a row would cost twice that and feed the collector
        [event.lead_id for event in events],
        [event.ts for event in events],
        [int(event.event_id, 16) for event in events],
        [event.source for event in events],
        [KINDS[type_] for type_ in types],
        [ACTIONS[type_](event) if type_ in ACTIONS else "" for type_, event in zip(types, events, strict=True)],
        [getattr(event, "qty", 0) for event in events],
        [event.backfill for event in events],
        [record.value for record in records],
        [record.timestamp for record in records],
        seniorities(records),
        [
            getattr(event, "origin", "") or f"{LEAD_EVENTS.name}/{record.partition}/{record.offset}"
            for event, record in zip(events, records, strict=True)
        ],
        [REFS[type_](event) if type_ in REFS else "" for type_, event in zip(types, events, strict=True)],
    ]
    transcribed = [(event, record) for event, record in good if isinstance(event, ev.MeetingTranscribed)]
    talks = [(event, record) for event, record in good if isinstance(event, TALKS)]
    marked = [(event, record) for event, record in good if isinstance(event, ev.PromiseMarked)]
    outcomes = [(event, record) for event, record in good if isinstance(event, ev.ClientOutcome)]
    return [
        Rows(EVENTS, columns),
        *(_transcript_rows(transcribed) if transcribed else ()),
        *(promise_rows(talks) if talks else ()),
        *(mark_rows(marked) if marked else ()),
        *(outcome_rows(outcomes) if outcomes else ()),
        *said_rows(good),
        *passage_rows(good),
        traffic_rows(events, columns[4], records),
    ]


def _transcript_rows(transcribed: list[tuple[ev.MeetingTranscribed, Record]]) -> list[Rows]:
    spoken = [
        (
            event.lead_id,
            event.ts,
            event.recording_id,
            event.version,
            number,
            utterance.start_ms,
            utterance.end_ms,
            utterance.speaker or "",
            utterance.text,
            utterance.confidence,
            record.timestamp,
            seniority(record),
        )
        for event, record in transcribed
        for number, utterance in enumerate(event.utterances)
    ]
    recordings = [
        (
            event.recording_id,
            event.lead_id,
            event.ts,
            event.version,
            event.engine,
            event.duration_ms,
            event.words,
            event.degraded,
            seniority(record),
        )
        for event, record in transcribed
    ]
    return _rows(TRANSCRIPTS, spoken) + _rows(RECORDINGS, recordings)


def signal_rows(good: Sequence[tuple[Signal, Record]]) -> list[Rows]:
    """`lead.signals`."""
    return _rows(
        SIGNALS,
        [
            (
                signal.lead_id,
                signal.ts,
                int(signal.signal_id, 16),
                int(signal.alert_id or "0", 16),
                signal.rule,
                signal.severity,
                signal.window_start,
                signal.value,
                signal.baseline,
                signal.score,
                signal.unit,
                _JSON.encode(signal.evidence),
                record.timestamp,
                seniority(record),
                _ids(signal.evidence),
                signal.origin,
            )
            for signal, record in good
        ],
    )


_ALERT = attrgetter(
    *("version", "lead_id", "rule", "severity", "status", "opened_at", "updated_at", "value", "baseline", "score"),
    *("unit", "acknowledged_by", "snoozed_until", "verdict"),
)
_RINGING = attrgetter("rings", "rung", "held", "ring_at", "within", "escalated", "cleared")


def alert_rows(good: Sequence[tuple[Alert, Record]]) -> list[Rows]:
    """`lead.alerts`: every version of every alert."""
    return _rows(
        ALERTS,
        [
            (
                int(alert.alert_id, 16),
                *_ALERT(alert),
                _JSON.encode(alert.evidence),
                record.timestamp,
                *_RINGING(alert),
                _JSON.encode(alert.figures),
                _ids(alert.evidence),
                alert.origin,
            )
            for alert, record in good
        ],
    )


def unassigned_rows(good: Sequence[tuple[Unassigned, Record]]) -> list[Rows]:
    """`lead.unassigned`."""
    return _rows(
        UNASSIGNED,
        [
            (
                event.client.kind,
                event.client.value,
                event.ts,
                int(event.event_id, 16),
                event.source,
                event.topic,
                bytes(event.record),
                record.timestamp,
                seniority(record),
                event.origin,
            )
            for event, record in good
        ],
    )


def call_rows(good: Sequence[tuple[LlmCall, Record]]) -> list[Rows]:
    """`llm.calls`: a call's record may come several times, the last one counts."""
    names = [name for name in LLM_CALLS.columns if name != "ingested_at"]
    return _rows(LLM_CALLS, [(*(getattr(call, n) for n in names), record.timestamp) for call, record in good])


def report_rows(report: DailyReport, *, scheduled: bool, published_at: Millis) -> Rows:
    """A report that was published."""
    row = (report.report_id, report.since, report.until, scheduled, _JSON.encode(report), published_at)
    return _rows(REPORTS, [row])[0]


def _ids(evidence: Sequence[Evidence]) -> list[int]:
    """The events that it names, each once; a figure of a day is of no event."""
    return list({int(one.event_id, 16): None for one in evidence if _ID.fullmatch(one.event_id)})


def _rows(table: Table, rows: list[tuple[Any, ...]]) -> list[Rows]:
    return [Rows(table, list(zip(*rows, strict=True)))] if rows else []
