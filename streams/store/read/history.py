"""What the read API tells: queries of our own and their rows as plain values. Times are ms UTC, ids 16 hex digits."""

import re
from typing import Any, NamedTuple

import msgspec

from schemas.errors import Refused
from schemas.types import Millis
from streams.store.database import Database
from streams.store.sinks.tables import TABLES

_MS = "toUnixTimestamp64Milli"

EVENTS = f"""
SELECT {_MS}(ts), event_id, source, kind, backfill, payload, {_MS}(ingested_at) FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind != 'baseline'
    AND (ts, event_id) < (fromUnixTimestamp64Milli({{ts:Int64}}), {{id:UInt64}})
ORDER BY ts DESC, event_id DESC LIMIT {{limit:UInt32}}"""

SIGNALS = f"""
SELECT lead_id, {_MS}(ts), signal_id, rule, severity, {_MS}(window_start), value, baseline, score, unit, evidence
FROM signals FINAL WHERE lead_id = {{lead:String}} ORDER BY ts DESC, signal_id LIMIT {{limit:UInt32}}"""

SCORES = f"""
SELECT score_id, version, {_MS}(ts), points, level, background, parts FROM scores FINAL
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
SELECT alert_id, version, lead_id, rule, severity, status, {_MS}(opened_at), {_MS}(updated_at), value, baseline, score,
    unit, acknowledged_by, {_MS}(snoozed_until), verdict, evidence, rings, rung, held, {_MS}(ring_at), within, escalated
FROM alerts_current"""
_ALERT_NAMES = (
    *("alert_id", "version", "lead_id", "rule", "severity", "status", "opened_at", "updated_at", "value"),
    *("baseline", "score", "unit", "acknowledged_by", "snoozed_until", "verdict", "evidence"),
    *("rings", "rung", "held", "ring_at", "within", "escalated"),
)
ALERTS = f"{_ALERT} WHERE {{status:String}} IN ('', status) ORDER BY updated_at DESC, alert_id LIMIT {{limit:UInt32}}"
ALERTS_OF_LEAD = f"{_ALERT} WHERE lead_id = {{lead:String}} ORDER BY updated_at DESC, alert_id LIMIT {{limit:UInt32}}"

SOURCES = f"""
SELECT source, {_MS}(max(ts)), {_MS}(max(ingested_at)), count() FROM events
WHERE ts > now64(3) - INTERVAL 30 DAY GROUP BY source ORDER BY source"""

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


async def events(database: Database, lead: str, limit: int, before: Position) -> dict[str, Any]:
    """A page of a lead's history, newest first. Baselines are left out: they tell what is there already."""
    rows = await database.read(EVENTS, {"lead": lead, "ts": before.ts, "id": before.event_id, "limit": limit})
    found = [
        {
            "ts": ts,
            "event_id": f"{number:016x}",
            "source": source,
            "kind": kind,
            "backfill": backfill,
            "payload": msgspec.Raw(payload.encode()),
            "ingested_at": ingested_at,
        }
        for ts, number, source, kind, backfill, payload, ingested_at in rows
    ]
    last = found[-1] if len(found) == limit else None
    return {"lead_id": lead, "events": found, "next": f"{last['ts']}-{last['event_id']}" if last else None}


async def signals(database: Database, lead: str, limit: int) -> dict[str, Any]:
    """A lead's signals, newest first, and what became of them: the newest state of each of his alerts."""
    names = (
        *("lead_id", "ts", "signal_id", "rule", "severity", "window_start", "value", "baseline", "score", "unit"),
        "evidence",
    )
    rows = await database.read(SIGNALS, {"lead": lead, "limit": limit})
    alerts = await database.read(ALERTS_OF_LEAD, {"lead": lead, "limit": limit})
    return {
        "lead_id": lead,
        "signals": [_named(names, row, "signal_id") for row in rows],
        "alerts": [_named(_ALERT_NAMES, row, "alert_id") for row in alerts],
    }


async def scores(database: Database, lead: str, limit: int, before: Millis) -> dict[str, Any]:
    """A lead's scores before a time (0: all), newest first, each with all that made it."""
    names = ("score_id", "version", "ts", "points", "level", "background", "parts")
    rows = await database.read(SCORES, {"lead": lead, "limit": limit, "before": before or LATEST[0]})
    return {"lead_id": lead, "scores": [_named(names, row, "score_id", "parts") for row in rows]}


async def transcripts(database: Database, lead: str, limit: int) -> dict[str, Any]:
    """A lead's newest transcripts, each in its newest version, with the utterances in order."""
    names = ("recording_id", "version", "ts", "engine", "duration_ms", "words", "degraded")
    stored = await database.read(RECORDINGS, {"lead": lead, "limit": limit})
    recordings = [dict(zip(names, row[:-1], strict=True)) for row in stored]
    said: dict[str, list[dict[str, Any]]] = {recording["recording_id"]: [] for recording in recordings}
    if recordings:
        rows = await database.read(
            UTTERANCES,
            {
                "lead": lead,
                "recordings": list(said),
                "versions": [recording["version"] for recording in recordings],
                "seniorities": [row[-1] for row in stored],
            },
        )
        spoken = ("start_ms", "end_ms", "speaker", "text", "confidence")
        for recording_id, *row in rows:
            said[recording_id].append(dict(zip(spoken, row, strict=True)))
    return {
        "lead_id": lead,
        "transcripts": [recording | {"utterances": said[recording["recording_id"]]} for recording in recordings],
    }


async def alerts(database: Database, status: str, limit: int) -> dict[str, Any]:
    """The newest state of every alert, or of those in `status`."""
    rows = await database.read(ALERTS, {"status": status, "limit": limit})
    return {"alerts": [_named(_ALERT_NAMES, row, "alert_id") for row in rows]}


async def status(database: Database) -> dict[str, Any]:
    """Rows stored per table (repetitions that are not merged yet count), and when each source was last heard."""
    counts = ", ".join(f"(SELECT count() FROM {table.name})" for table in TABLES)
    [rows] = await database.read(f"SELECT {counts}")
    sources = await database.read(SOURCES)
    names = ("source", "last_event", "last_arrival", "events_30d")
    return {
        "rows": {table.name: count for table, count in zip(TABLES, rows, strict=True)},
        "sources": [dict(zip(names, source, strict=True)) for source in sources],
    }


def _named(
    names: tuple[str, ...], row: tuple[Any, ...], hex_field: str, json_field: str = "evidence"
) -> dict[str, Any]:
    found = dict(zip(names, row, strict=True))
    found[hex_field] = f"{found[hex_field]:016x}"
    found[json_field] = msgspec.Raw(found[json_field].encode())
    return found
