"""From records to columns: one pure function per topic, values as clickhouse-connect wants them.

Times stay int ms (its fastest way for DateTime64), ids become UInt64. `ingested_at` is the broker's append time, so a
record delivered again gives the same row. Of two records with the same id the one with more `seniority` stays: the
first (design rule 14).
"""

import re
from collections.abc import Callable, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec

from schemas import events as ev
from schemas.alerts import Alert, Evidence, Signal
from schemas.outlets import LlmCall
from schemas.reports import DailyReport
from schemas.sources import Unassigned
from schemas.types import Millis
from streams.store.sinks.columns import Record as Record
from streams.store.sinks.columns import rows_of
from streams.store.sinks.columns import seniority as seniority
from streams.store.sinks.event_columns import event_columns
from streams.store.sinks.outcomes import outcome_rows
from streams.store.sinks.passages import PASSAGES_OF, passage_rows
from streams.store.sinks.promises import TALKS, mark_rows, promise_rows
from streams.store.sinks.said import OF_WORDS, said_rows
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
)
from streams.store.sinks.traffic import traffic_rows

_JSON = msgspec.json.Encoder()
_ID = re.compile(r"[0-9a-f]{16}")

AT_ONCE = 256
"""Events whose columns are made together: they are looked at a dozen times, and ten thousand at once are out of the
processor's cache each time (2.5 µs a row instead of 2.0, right after an insert)."""


def event_rows(good: Sequence[tuple[ev.Event, Record]]) -> list[Rows]:
    """`lead.events`: every event, utterances of transcripts before the row that makes them visible, and all words."""
    if not good:
        return []
    slices = [event_columns(good[at : at + AT_ONCE]) for at in range(0, len(good), AT_ONCE)]
    columns: list[Sequence[Any]] = [
        list(chain.from_iterable(parts)) for parts in zip(*(of_events for of_events, _ in slices), strict=True)
    ]
    types = [type(event) for event, _ in good]
    here = set(types)
    more = [
        rows
        for kinds, make in _MORE
        if not here.isdisjoint(kinds)
        for rows in make([one for one, type_ in zip(good, types, strict=True) if type_ in kinds])
    ]
    return [Rows(EVENTS, columns), *more, traffic_rows(arrived for _, arrived in slices)]


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
    return rows_of(TRANSCRIPTS, spoken) + rows_of(RECORDINGS, recordings)


_MORE: tuple[tuple[frozenset[type], Callable[[Any], list[Rows]]], ...] = (
    (frozenset({ev.MeetingTranscribed}), _transcript_rows),
    (frozenset(TALKS), promise_rows),
    (frozenset({ev.PromiseMarked}), mark_rows),
    (frozenset({ev.ClientOutcome}), outcome_rows),
    (OF_WORDS, said_rows),
    (frozenset(PASSAGES_OF), passage_rows),
)
"""What else is made of which kinds. Most batches are of a warehouse, which has none of them: one look for all, where
one an event and table cost a third of the columns."""


def signal_rows(good: Sequence[tuple[Signal, Record]]) -> list[Rows]:
    """`lead.signals`."""
    return rows_of(
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
    return rows_of(
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
    return rows_of(
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
    return rows_of(LLM_CALLS, [(*(getattr(call, n) for n in names), record.timestamp) for call, record in good])


def report_rows(report: DailyReport, *, scheduled: bool, published_at: Millis) -> Rows:
    """A report that was published."""
    row = (report.report_id, report.since, report.until, scheduled, _JSON.encode(report), published_at)
    return rows_of(REPORTS, [row])[0]


def _ids(evidence: Sequence[Evidence]) -> list[int]:
    """The events that it names, each once; a figure of a day is of no event."""
    return list({int(one.event_id, 16): None for one in evidence if _ID.fullmatch(one.event_id)})
