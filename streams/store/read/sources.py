"""How every source stands: for `check`, pages and the daily report."""

from schemas.rounds import SourceHealth
from schemas.stored import Sources
from schemas.topics import DAY_MS
from schemas.types import Millis
from streams.store.database import Database

_MS = "toUnixTimestamp64Milli"
_WITHIN = "hour >= fromUnixTimestamp64Milli({since:Int64})"

HEALTH = f"""
SELECT source, {_MS}(argMax(last_event, hour)), toUInt64(sumIf(events, {_WITHIN})), argMax(state, hour),
    {_MS}(argMax(since, hour)), {_MS}(argMax(last_round, hour)), {_MS}(argMax(due_at, hour)),
    argMaxIf(lag_ms, hour, events > 0), toUInt64(sumIf(rejected, {_WITHIN})), toUInt64(sumIf(failed_rounds, {_WITHIN})),
    maxIf(gap_ms, {_WITHIN}), argMax(error, hour), toUInt64(sum(history)),
    argMax(backlog, hour)
FROM sources FINAL WHERE hour < fromUnixTimestamp64Milli({{until:Int64}})
GROUP BY source ORDER BY source"""


async def health(database: Database, since: Millis, until: Millis) -> list[SourceHealth]:
    """Each as it stood at `until`, with what came since `since` by whole hours, ms UTC. Raises `Transient`,
    `StatementFailed`."""
    rows = await database.read(HEALTH, {"since": since, "until": until})
    return [SourceHealth(*row) for row in rows]


async def health_now(database: Database, now: Millis) -> Sources:
    """As `GET /api/sources` tells it: the last 24 hours."""
    return Sources(await health(database, now - DAY_MS, now))
