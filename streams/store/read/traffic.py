"""How much went where, what is usual at this hour, and what stands."""

from processors.days import zone_name
from schemas.errors import Refused
from schemas.traffic import DayCount, FlowFigures, MinuteCount, OpenHeap, Waiting
from schemas.types import Millis
from streams.store.database import Database

USUAL_SPAN_MS: Millis = 3_600_000
LONGEST_MS: Millis = 24 * 3_600_000
"""Of minutes that are told one by one."""

MINUTES = """
SELECT toInt64(toUnixTimestamp(minute)) * 1000 AS at, edge, name, kind, toInt64(records) FROM edges_minute
WHERE minute >= toDateTime({since:Int64}, 'UTC') ORDER BY at, edge, name, kind"""

DAY = """
SELECT edge, name, toInt64(sum(records)) FROM edges_minute
WHERE minute >= toDateTime({since:Int64}, 'UTC') GROUP BY edge, name ORDER BY edge, name"""

USUAL = """
SELECT source, sum(many) / 60 / greatest(1, least(28, (
    SELECT dateDiff('day', min(minute), toDateTime({now:Int64}, 'UTC')) FROM events_minute
)))
FROM
(
    SELECT source, length(groupUniqArrayArray(offsets)) AS many
    FROM events_minute
    WHERE toHour(minute, {zone:String}) = toHour(toDateTime({now:Int64}, 'UTC'), {zone:String})
        AND minute < toStartOfHour(toDateTime({now:Int64}, 'UTC'))
        AND minute >= toDateTime({now:Int64}, 'UTC') - INTERVAL 28 DAY
    GROUP BY source, minute, kind, partition, block
)
GROUP BY source"""

LETTERS = """
SELECT agent, error_class, toInt64(count()), toUnixTimestamp64Milli(max(ingested_at)) FROM failures_current
WHERE answer = '' GROUP BY agent, error_class ORDER BY count() DESC, agent, error_class LIMIT 100"""

WAITING = """
SELECT outlet, toInt64(count()), toUnixTimestamp64Milli(min(wanted_at)), argMax(error, wanted_at) FROM deliveries
WHERE result = 'waiting' AND (news OR outlet != 'telegram') GROUP BY outlet ORDER BY outlet"""


async def flow(database: Database, since: Millis, now: Millis) -> FlowFigures:
    """Minutes from `since` on (0: the last hour). Raises `Refused`, `Transient`."""
    since = since or now - USUAL_SPAN_MS
    if now - since > LONGEST_MS:
        raise Refused("since: the last 24 hours are told minute by minute, figures by day are in /api/figures")
    at = {"now": now // 1000, "zone": zone_name()}
    return FlowFigures(
        at=now,
        minutes=[MinuteCount(*row) for row in await database.read(MINUTES, {"since": since // 1000})],
        usual={source: round(rate, 3) for source, rate in await database.read(USUAL, at)},
        letters=[OpenHeap(*row) for row in await database.read(LETTERS)],
        waiting=[Waiting(*row) for row in await database.read(WAITING)],
        day=[DayCount(*row) for row in await database.read(DAY, {"since": (now - LONGEST_MS) // 1000})],
    )
