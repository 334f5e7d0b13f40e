"""Time as an event: one tick per interval in every partition of `lead.events`; missed ones are made up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from schemas.codec import encode, event_id
from schemas.errors import Transient
from schemas.events import Tick
from schemas.topics import DAY_MS, LEAD_EVENTS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.retry import Policy, retry
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database

log = logging.getLogger(__name__)

Send = Callable[[Iterable[Output]], Awaitable[None]]

MADE_UP_MS = 7 * DAY_MS
MOST_MADE_UP = 1000
"""Ticks of one partition made up after a stop: a week of hours is 168; the bound is for intervals of seconds."""

APART_SECONDS = 0.5
"""Between the ticks of two partitions: their leads' evenings are folded one partition after the other, and no event
waits for those of all."""

LOOK_SECONDS = 5.0
"""A partition that came to us gets its ticks after so long at most."""


class Owned(Protocol):
    """Tells which partitions of `lead.events` are ours."""

    def partitions(self) -> set[int]:
        """Partition numbers."""


class Before(Protocol):
    """Makes what stands before a tick."""

    async def due(self, partitions: Sequence[int]) -> dict[int, Output]:
        """What those of `partitions` get that do not have it yet."""


class Ticks:
    """Writes the tick of each interval when it begins. `ts` is the interval's start, so a tick sent twice is one."""

    def __init__(
        self,
        database: Database,
        owned: Owned,
        send: Send,
        seconds: int,
        clock: Clock,
        before: Before | None = None,
        apart: float = APART_SECONDS,
    ) -> None:
        self._database, self._owned, self._send, self._clock = database, owned, send, clock
        self._before, self._apart = before, apart
        self._step = seconds * 1000
        self._last: dict[int, Millis] = {}

    async def run(self) -> None:
        """Keep every partition of ours up to now until cancelled."""
        await self._database.opened()
        while True:
            await retry(Policy(), self.catch_up, told=_waits, passing=(Transient, StatementFailed))
            pause = LOOK_SECONDS if self._last else 0.5
            await asyncio.sleep(min(pause, (self._step - self._clock() % self._step) / 1000))

    async def catch_up(self) -> int:
        """Send what is due now; how many ticks that was. Raises `Transient`, `StatementFailed`."""
        now = self._clock()
        current = now - now % self._step
        owned = self._owned.partitions()
        self._last = {partition: last for partition, last in self._last.items() if partition in owned}
        fresh = owned - self._last.keys()
        if fresh:
            known = await self._known(now)
            self._last |= dict.fromkeys(fresh, max(known, current - self._step * MOST_MADE_UP))
        sent = 0
        behind = sorted(partition for partition in owned if self._last[partition] < current)
        before = await self._before.due(behind) if self._before is not None and behind else {}
        for partition in behind:
            starts = range(self._last[partition] + self._step, current + 1, self._step)
            outputs = [_tick(start, partition) for start in starts]
            if partition in before:
                outputs.insert(-1, before[partition])
            await self._send(outputs)
            self._last[partition] = current
            sent += len(starts)
            if len(behind) > 1 and not fresh:  # who comes to a partition is behind already
                await asyncio.sleep(min(self._apart, self._step / 2000 / len(behind)))
        if sent > len(owned):
            log.info("ticks made up", extra={"ticks": sent, "partitions": len(owned)})
        return sent

    async def _known(self, now: Millis) -> Millis:
        """The interval before the newest stored tick: that one may have reached only some of the partitions."""
        current = now - now % self._step
        rows = await self._database.read(
            "SELECT toUnixTimestamp64Milli(max(ts)) FROM events WHERE lead_id = '' AND kind = 'tick' "
            "AND ts > fromUnixTimestamp64Milli({since:Int64}) AND ts <= fromUnixTimestamp64Milli({now:Int64})",
            {"since": now - MADE_UP_MS, "now": now},
        )
        newest: Millis = rows[0][0]  # 0 where there is none
        newest -= newest % self._step
        return (newest or current) - self._step


def _waits(fault: Exception) -> None:
    log.warning("ticks wait", extra={"error": str(fault)})


def _tick(start: Millis, partition: int) -> Output:
    tick = Tick(event_id=event_id("tick", start, partition), ts=start)
    return Output(LEAD_EVENTS.name, None, encode(tick), partition)
