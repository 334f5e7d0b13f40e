"""The table `days_kept`: every night all days of all clients anew from `events FINAL`, so that they are exact and have
nothing of what was moved away; dashboards need not count again. A night that is not whole is in no view."""

import logging
from typing import Final

from processors.days import DAY_MS, local_day, local_time
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.jobs.daily import Daily, Progress
from streams.store.sinks.columns import Rows
from streams.store.sinks.tables import DAYS_MADE

log = logging.getLogger(__name__)

LAST: Final = """
SELECT toUnixTimestamp64Milli(max(made_at)), (SELECT toUnixTimestamp64Milli(min(ingested_at)) FROM events)
FROM days_made"""

COUNT: Final = """
INSERT INTO days_kept (made_at, lead_id, day, kind, action, events, qty, last_ts)
SELECT fromUnixTimestamp64Milli({until:Int64}), lead_id, day, kind, action, events, qty, last_ts FROM lead_days
WHERE toInt32(day) < {today:Int32}"""
"""Whole days only: today's would differ from tomorrow's answer."""

MEMORY: Final = {"max_bytes_before_external_group_by": 256 << 20, "max_execution_time": 0}
"""Years of all clients need not fit into memory, and nobody waits at night."""


class Days:
    """Counts the days each night."""

    def __init__(self, database: Database, lag: Progress, at: str, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self.daily = Daily("days", database, lag, at, clock, LAST, self._count)

    async def _count(self, _: Millis, until: Millis) -> None:
        if self._clock() - until >= DAY_MS:
            return  # a later night counts the same days
        await self._drop("made_at = fromUnixTimestamp64Milli({until:Int64})", until)
        await self._database.change(COUNT, {"until": until, "today": local_day(until)}, MEMORY)
        [(rows,)] = await self._database.read(
            "SELECT count() FROM days_kept FINAL WHERE made_at = fromUnixTimestamp64Milli({until:Int64})",
            {"until": until},
        )
        await self._database.insert(Rows(DAYS_MADE, [[until], [rows]]), f"days:{until}")
        await self._drop("made_at < fromUnixTimestamp64Milli({until:Int64})", until)
        log.info("days counted", extra={"rows": rows, "until": f"{local_time(until):%Y-%m-%d %H:%M}"})

    async def _drop(self, those: str, until: Millis) -> None:
        """Nights by their partitions: what a count that broke off has left, and those before. No TTL does it: after a
        week without the store the last night must still be there."""
        nights = await self._database.read(
            f"SELECT DISTINCT toUnixTimestamp(made_at) FROM days_kept WHERE {those}", {"until": until}
        )
        for (night,) in nights:
            await self._database.change(f"ALTER TABLE days_kept DROP PARTITION {night}")
