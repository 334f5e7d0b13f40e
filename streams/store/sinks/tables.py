"""The columns that the store writes, as `schemas/clickhouse/*.sql` has them."""

from streams.store.sinks.cards import CARDS
from streams.store.sinks.columns import TIME as _TIME
from streams.store.sinks.columns import WORD as _WORD
from streams.store.sinks.columns import Rows as Rows
from streams.store.sinks.columns import Table as Table
from streams.store.sinks.commands import ASSISTANT_LINES, COMMAND_EVENTS
from streams.store.sinks.handovers import HANDOVERS
from streams.store.sinks.letters import FAILURE_ANSWERS, FAILURES
from streams.store.sinks.outbox import OUTBOX
from streams.store.sinks.outcomes import OUTCOMES
from streams.store.sinks.passages import PASSAGES
from streams.store.sinks.promises import PROMISE_MARKS, PROMISED
from streams.store.sinks.questions import QUESTIONS
from streams.store.sinks.said import SAID
from streams.store.sinks.sources import SOURCE_ROUNDS, SOURCES
from streams.store.sinks.traffic import EVENTS_MINUTE

EVENTS = Table(
    "events",
    {
        "lead_id": "String",
        "ts": _TIME,
        "event_id": "UInt64",
        "source": _WORD,
        "kind": _WORD,
        "action": _WORD,
        "qty": "Int32",
        "backfill": "Bool",
        "payload": "String",
        "ingested_at": _TIME,
        "seniority": "UInt64",
        "origin": "String",
        "ref": "String",
    },
)
TRANSCRIPTS = Table(
    "transcripts",
    {
        "lead_id": "String",
        "ts": _TIME,
        "recording_id": "String",
        "version": "UInt32",
        "number": "UInt32",
        "start_ms": "UInt32",
        "end_ms": "UInt32",
        "speaker": _WORD,
        "text": "String",
        "confidence": "Nullable(Float32)",
        "ingested_at": _TIME,
        "seniority": "UInt64",
    },
)
RECORDINGS = Table(
    "recordings",
    {
        "recording_id": "String",
        "lead_id": "String",
        "ts": _TIME,
        "version": "UInt32",
        "engine": _WORD,
        "duration_ms": "UInt32",
        "words": "UInt32",
        "degraded": "Bool",
        "seniority": "UInt64",
    },
)
SIGNALS = Table(
    "signals",
    {
        "lead_id": "String",
        "ts": _TIME,
        "signal_id": "UInt64",
        "alert_id": "UInt64",
        "rule": _WORD,
        "severity": _WORD,
        "window_start": _TIME,
        "value": "Float64",
        "baseline": "Float64",
        "score": "Float64",
        "unit": _WORD,
        "evidence": "String",
        "ingested_at": _TIME,
        "seniority": "UInt64",
        "event_ids": "Array(UInt64)",
        "origin": "String",
    },
)
ALERTS = Table(
    "alerts",
    {
        "alert_id": "UInt64",
        "version": "UInt32",
        "lead_id": "String",
        "rule": _WORD,
        "severity": _WORD,
        "status": _WORD,
        "opened_at": _TIME,
        "updated_at": _TIME,
        "value": "Float64",
        "baseline": "Float64",
        "score": "Float64",
        "unit": _WORD,
        "acknowledged_by": "String",
        "snoozed_until": _TIME,
        "verdict": _WORD,
        "evidence": "String",
        "ingested_at": _TIME,
        "rings": "Bool",
        "rung": "UInt16",
        "held": _WORD,
        "ring_at": _TIME,
        "within": _WORD,
        "escalated": "Bool",
        "cleared": "Bool",
        "figures": "String",
        "event_ids": "Array(UInt64)",
        "origin": "String",
    },
)
UNASSIGNED = Table(
    "unassigned",
    {
        "client_kind": _WORD,
        "client_value": "String",
        "ts": _TIME,
        "event_id": "UInt64",
        "source": _WORD,
        "topic": _WORD,
        "record": "String",
        "ingested_at": _TIME,
        "seniority": "UInt64",
        "origin": "String",
    },
)
REPORTS = Table(
    "reports",
    {
        "report_id": "String",
        "since": _TIME,
        "until": _TIME,
        "scheduled": "Bool",
        "body": "String",
        "published_at": _TIME,
    },
)
STT_JOBS = Table(
    "stt_jobs",
    {
        "recording_id": "String",
        "version": "UInt32",
        "lead_id": "String",
        "ts": _TIME,
        "ended_at": _TIME,
        "queued_at": _TIME,
        "started_at": _TIME,
        "engine": _WORD,
        "model": _WORD,
        "duration_ms": "UInt32",
        "sound_ms": "UInt32",
        "words": "UInt32",
        "sessions": "UInt32",
        "retries": "UInt32",
        "billed_units": "UInt32",
        "warnings": "UInt32",
        "first_event_ms": "Nullable(UInt32)",
        "segments_done": "UInt32",
        "segments_failed": "UInt32",
        "main_share": "Float64",
        "degraded": "Bool",
        "punctuated": "Bool",
        "seconds": "Float64",
        "real_time_factor": "Float64",
        "shares": "String",
        "segments": "String",
        "flaw": "String",
        "transcribed_at": _TIME,
        "seniority": "UInt64",
    },
)
SCORES = Table(
    "scores",
    {
        "lead_id": "String",
        "ts": _TIME,
        "score_id": "UInt64",
        "version": "UInt32",
        "points": "Float64",
        "level": _WORD,
        "background": "Float64",
        "parts": "String",
        "ingested_at": _TIME,
        "seniority": "UInt64",
    },
)
CHAT_DAYS = Table("chat_days", {"until": _TIME, "leads": "UInt32", "asked_at": _TIME})
TELEGRAM_EXPORTS = Table("telegram_exports", {"until": _TIME, "files": "UInt32", "made_at": _TIME})
DAYS_MADE = Table("days_made", {"made_at": _TIME, "rows": "UInt64"})
LLM_CALLS = Table(
    "llm_calls",
    {
        "call_id": "String",
        "ts": _TIME,
        "role": _WORD,
        "model": _WORD,
        "outcome": _WORD,
        "lead_id": "String",
        "external": "Bool",
        "prompt_tokens": "UInt32",
        "answer_tokens": "UInt32",
        "cost_usd": "Float64",
        "seconds": "Float64",
        "prompt_sha256": "String",
        "answer_sha256": "String",
        "ingested_at": _TIME,
    },
)
TABLES = (
    *(EVENTS, TRANSCRIPTS, RECORDINGS, SIGNALS, ALERTS, UNASSIGNED, FAILURES, REPORTS, STT_JOBS, CHAT_DAYS),
    *(LLM_CALLS, SCORES, TELEGRAM_EXPORTS, SOURCE_ROUNDS, SOURCES, CARDS, PROMISED, SAID, OUTBOX, DAYS_MADE),
    *(FAILURE_ANSWERS, PROMISE_MARKS, OUTCOMES, PASSAGES, QUESTIONS, HANDOVERS, EVENTS_MINUTE),
    *(COMMAND_EVENTS, ASSISTANT_LINES),
)
