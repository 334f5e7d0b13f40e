"""What the read API tells: queries of our own and their rows as plain values. Times are ms UTC, ids 16 hex digits."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.alerts import Evidence
from schemas.errors import Refused
from schemas.meetings import NEAR_MS
from schemas.scores import Part
from schemas.stored import (
    Alerts,
    History,
    HistoryEvent,
    Scores,
    Signals,
    StoredAlert,
    StoredScore,
    StoredSignal,
    StoredSource,
    StoredTranscript,
    StoredUtterance,
    StoreStatus,
    Transcripts,
)
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.sinks.tables import TABLES

_MS = "toUnixTimestamp64Milli"
_ID = "lower(leftPad(hex({}), 16, '0'))"

_IN_A_TRANSCRIPT = f"""kind = 'meeting_said' AND arrayExists(span -> ts BETWEEN span.1 AND span.2, (
        SELECT groupArray((ts - toIntervalMillisecond({NEAR_MS}), ts + toIntervalMillisecond(duration_ms + {NEAR_MS})))
        FROM recordings WHERE lead_id = {{lead:String}}))"""
"""What was heard while a meeting went on, once its transcript is there: that has the words."""

EVENTS = f"""
SELECT {_MS}(ts), {_ID.format("event_id")}, source, kind, backfill, payload, {_MS}(ingested_at) FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind != 'baseline' AND NOT ({_IN_A_TRANSCRIPT})
    AND (ts, event_id) < (fromUnixTimestamp64Milli({{ts:Int64}}), {{id:UInt64}})
ORDER BY ts DESC, event_id DESC LIMIT {{limit:UInt32}}"""

SIGNALS = f"""
SELECT lead_id, {_MS}(ts), {_ID.format("signal_id")}, rule, severity, {_MS}(window_start), value, baseline, score, unit,
    evidence
FROM signals FINAL WHERE lead_id = {{lead:String}} ORDER BY ts DESC, signal_id LIMIT {{limit:UInt32}}"""

SCORES = f"""
SELECT {_ID.format("score_id")}, version, {_MS}(ts), points, level, background, parts FROM scores FINAL
WHERE lead_id = {{lead:String}} AND ts < fromUnixTimestamp64Milli({{before:Int64}})
ORDER BY ts DESC, version DESC LIMIT {{limit:UInt32}}"""

RECORDINGS = f"""
SELECT recording_id, version, {_MS}(ts), engine, duration_ms, words, degraded, seniority FROM recordings FINAL
WHERE lead_id = {{lead:String}} ORDER BY ts DESC, recording_id LIMIT {{limit:UInt32}}"""

UTTERANCES = """
SELECT recording_id, start_ms, end_ms, speaker, text, confidence FROM transcripts FINAL
WHERE lead_id = {lead:String}
    AND (recording_id, version, seniority)
        IN arrayZip({recordings:Array(String)}, {versions:Array(UInt32)}, {seniorities:Array(UInt64)})
ORDER BY recording_id, number"""

_ALERT = f"""
SELECT {_ID.format("alert_id")}, version, lead_id, rule, severity, status, {_MS}(opened_at), {_MS}(updated_at), value,
    baseline, score, unit, acknowledged_by, {_MS}(snoozed_until), verdict, rings, rung, held, {_MS}(ring_at), within,
    escalated, evidence
FROM alerts_current"""
ALERTS = f"{_ALERT} WHERE {{status:String}} IN ('', status) ORDER BY updated_at DESC, alert_id LIMIT {{limit:UInt32}}"
ALERTS_OF_LEAD = f"{_ALERT} WHERE lead_id = {{lead:String}} ORDER BY updated_at DESC, alert_id LIMIT {{limit:UInt32}}"

SOURCES = f"""
SELECT source, {_MS}(max(ts)), {_MS}(max(ingested_at)), count() FROM events
WHERE ts > now64(3) - INTERVAL 30 DAY GROUP BY source ORDER BY source"""

_EVIDENCE = msgspec.json.Decoder(list[Evidence])
_PARTS = msgspec.json.Decoder(list[Part])
_CURSOR = re.compile(r"(\d{1,13})(?:-([0-9a-f]{1,16}))?", re.ASCII)

LATEST = (4_102_444_800_000, 2**64 - 1)


class Position(NamedTuple):
    """A place in a history: everything before it is older."""

    ts: Millis
    event_id: int


def cursor(text: str | None) -> Position:
    """`before` of a request: ms UTC, or the `next` of the page before. Raises `Refused`."""
    if not text:
        return Position(*LATEST)
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise Refused("before is a time in ms UTC, or the `next` of the last page")
    return Position(int(found[1]), int(found[2] or "0", 16))


async def events(database: Database, lead: LeadId, limit: int, before: Position) -> History:
    """A page of a lead's history, newest first. Baselines are left out: they tell what is there already."""
    rows = await database.read(EVENTS, {"lead": lead, "ts": before.ts, "id": before.event_id, "limit": limit})
    found = [
        HistoryEvent(ts, id_, source, kind, backfill, msgspec.Raw(payload.encode()), ingested_at)
        for ts, id_, source, kind, backfill, payload, ingested_at in rows
    ]
    last = found[-1] if len(found) == limit else None
    return History(lead, found, f"{last.ts}-{last.event_id}" if last else None)


async def signals(database: Database, lead: LeadId, limit: int) -> Signals:
    """A lead's signals, newest first, and what became of them: the newest state of each of his alerts."""
    rows = await database.read(SIGNALS, {"lead": lead, "limit": limit})
    alerts = await database.read(ALERTS_OF_LEAD, {"lead": lead, "limit": limit})
    return Signals(lead, [StoredSignal(*_with(row, _EVIDENCE)) for row in rows], _alerts(alerts))


async def scores(database: Database, lead: LeadId, limit: int, before: Millis) -> Scores:
    """A lead's scores before a time (0: all), newest first, each with all that made it."""
    rows = await database.read(SCORES, {"lead": lead, "limit": limit, "before": before or LATEST[0]})
    return Scores(lead, [StoredScore(*_with(row, _PARTS)) for row in rows])


async def transcripts(database: Database, lead: LeadId, limit: int) -> Transcripts:
    """A lead's newest transcripts, each in its newest version, with the utterances in order."""
    rows = await database.read(RECORDINGS, {"lead": lead, "limit": limit})
    said: dict[str, list[StoredUtterance]] = {recording: [] for recording, *_ in rows}
    if rows:
        newest = {
            "recordings": list(said),
            "versions": [version for _, version, *_ in rows],
            "seniorities": [seniority for *_, seniority in rows],
        }
        for recording, *spoken in await database.read(UTTERANCES, {"lead": lead, **newest}):
            said[recording].append(StoredUtterance(*spoken))
    return Transcripts(lead, [StoredTranscript(*(*row[:-1], said[row[0]])) for row in rows])


async def alerts(database: Database, status: str, limit: int) -> Alerts:
    """The newest state of every alert, or of those in `status`."""
    return Alerts(_alerts(await database.read(ALERTS, {"status": status, "limit": limit})))


async def status(database: Database, lag: dict[str, int]) -> StoreStatus:
    """Rows stored per table (repetitions that are not merged yet count), and when each source was last heard; `lag` as
    it is."""
    counts = ", ".join(f"(SELECT count() FROM {table.name})" for table in TABLES)
    [rows] = await database.read(f"SELECT {counts}")
    sources = [StoredSource(*row) for row in await database.read(SOURCES)]
    return StoreStatus({table.name: count for table, count in zip(TABLES, rows, strict=True)}, sources, lag)


def _alerts(rows: Sequence[Sequence[Any]]) -> list[StoredAlert]:
    return [StoredAlert(*_with(row, _EVIDENCE)) for row in rows]


def _with(row: Sequence[Any], last: msgspec.json.Decoder[Any]) -> tuple[Any, ...]:
    """The row, its last column as what its JSON says."""
    return *row[:-1], last.decode(row[-1])
