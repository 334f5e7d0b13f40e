"""What came of each source, hour by hour, from the tables: live events and imports, what could not be used, rounds."""

from collections import defaultdict
from dataclasses import dataclass

from schemas.rounds import SourceRound
from schemas.topics import DAY_MS
from schemas.types import Millis
from streams.store.database import Database

LATE_MS = DAY_MS
"""What waits for its client and is older than that came by an import: its record does not say so."""
EXPORTED = "telegram:export"
"""The source of what an import of Telegram brings."""

_MS = "toUnixTimestamp64Milli"
_HOUR = "intDiv(toUnixTimestamp64Milli({}), 3600000)"
_SINCE = "ingested_at >= fromUnixTimestamp64Milli({since:Int64})"
FROM_OUTSIDE = r"match(source, '^(jibri|jitsi|(telegram|bitrix|wms):.+)$')"

ARRIVED = f"""
SELECT source, {_HOUR.format("ingested_at")} AS hour, uniqExactIf(event_id, NOT old), uniqExactIf(event_id, old),
    maxIf(at, NOT old), toUInt64(quantileExactIf(0.5)(late, NOT old)), toUInt64(maxIf(late, NOT old))
FROM
(
    SELECT source, event_id, ingested_at, {_MS}(ingested_at) AS at, greatest(at - {_MS}(ts), 0) AS late,
        backfill OR source = '{EXPORTED}' AS old
    FROM events
    WHERE {_SINCE} AND {FROM_OUTSIDE} AND event_id NOT IN (SELECT event_id FROM unassigned)
    UNION ALL
    SELECT source, event_id, ingested_at, {_MS}(ingested_at) AS at, greatest(at - {_MS}(ts), 0) AS late,
        late > {LATE_MS} OR source = '{EXPORTED}' AS old
    FROM unassigned
    WHERE {_SINCE} AND {FROM_OUTSIDE}
)
GROUP BY source, hour"""
"""What was linked later came a second time, by us: its first arrival is in `unassigned`."""

REJECTED = f"""
SELECT multiIf(topic = 'source.telegram', concat('telegram:', said), topic = 'source.bitrix', concat('bitrix:', said),
        topic = 'source.wms', concat('wms:', said), 'jibri') AS source,
    {_HOUR.format("ingested_at")} AS hour, count()
FROM (SELECT topic, JSONExtractString(payload, 'source') AS said, ingested_at FROM failures FINAL
    WHERE {_SINCE} AND topic IN ('source.telegram', 'source.bitrix', 'source.wms', 'source.recordings'))
WHERE said != '' OR topic = 'source.recordings'
GROUP BY source, hour"""
"""A letter whose payload names no source belongs to none."""

ROUNDS = f"""
SELECT source, {_HOUR.format("ts")} AS hour, sum(well), sum(failed), toUInt64(max(if(broken > quiet, broken, 0)))
FROM
(
    SELECT source, way, ts, well, failed, 3 * every_ms + 900000 AS quiet,
        {_MS}(well_at) AS at, lagInFrame(at, 1, at) OVER (
            PARTITION BY source, way, well > 0 ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before,
        if(well > 0, at - before, 0) AS broken
    FROM source_rounds FINAL
    WHERE ts >= fromUnixTimestamp64Milli({{since:Int64}}) - INTERVAL 7 DAY
)
WHERE ts >= fromUnixTimestamp64Milli({{since:Int64}})
GROUP BY source, hour"""
"""A break is longer than a reader may take between two reports (`processors.sources`)."""

REPORTED = f"""
SELECT source, way, {_MS}(max(ts)), argMax(every_ms, ts), argMax(error, ts), {_MS}(max(well_at))
FROM source_rounds
WHERE ts >= fromUnixTimestamp64Milli({{since:Int64}})
GROUP BY source, way ORDER BY source, way"""


@dataclass
class Hour:
    """One source in one hour, times in ms UTC; lags are of live events."""

    events: int = 0
    history: int = 0
    last_event: Millis = 0
    lag_ms: int = 0
    lag_max_ms: int = 0
    rejected: int = 0
    rounds: int = 0
    failed_rounds: int = 0
    gap_ms: int = 0


async def arrivals(database: Database, since: Millis) -> dict[tuple[str, int], Hour]:
    """By source and hour (hours since 1970). `since` in ms UTC, the start of an hour. Raises `Transient`,
    `StatementFailed`."""
    found: dict[tuple[str, int], Hour] = defaultdict(Hour)
    window = {"since": since}
    for source, hour, events, history, last, lag, lag_max in await database.read(ARRIVED, window):
        found[source, hour] = Hour(events, history, last, lag, lag_max)
    for source, hour, rejected in await database.read(REJECTED, window):
        found[source, hour].rejected = rejected
    for source, hour, well, failed, gap in await database.read(ROUNDS, window):
        one = found[source, hour]
        one.rounds, one.failed_rounds, one.gap_ms = well + failed, failed, gap
    return found


async def reported(database: Database, since: Millis) -> dict[str, list[SourceRound]]:
    """The last report of each way into each source; `well_at` is known across restarts. Raises as `arrivals`."""
    found: dict[str, list[SourceRound]] = defaultdict(list)
    for source, way, ts, every_ms, error, well_at in await database.read(REPORTED, {"since": since}):
        found[source].append(SourceRound(source, way, ts, every_ms, well_at=well_at, error=error))
    return found
