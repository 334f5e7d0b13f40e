"""What the store publishes once a day at a set time of day; what a stop has missed is made up, a week of it at most."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from schemas.errors import Transient
from schemas.topics import DAY_MS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.clock import every_day_at

log = logging.getLogger(__name__)

MOST_MADE_UP = 7
PATIENCE = 120.0
"""Seconds that it waits for what was on its way; then it goes without."""
LOOK_SECONDS = 5.0


class Progress(Protocol):
    """What is asked of `lag.Lag`."""

    def partitions(self) -> set[int]:
        """Partitions of `lead.events` that are ours."""

    async def caught_up(self, patience: float) -> bool:
        """Wait until all that the broker has now is stored."""


class Daily:
    """Calls `make(since, until)` for each day that is due. `last` is the query of the `until` of the last one that is
    durable (0: none yet) and of the first event's time. Of several store workers the one with partition 0 of
    `lead.events` does it.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        lag: Progress,
        at: str,
        clock: Clock,
        last: str,
        make: Callable[[Millis, Millis], Awaitable[None]],
    ) -> None:
        self._name, self._database, self._lag, self._at, self._clock = name, database, lag, at, clock
        self._last, self._make = last, make
        self._done: Millis | None = None

    async def run(self) -> None:
        """Make each when its time comes, until cancelled."""
        await self._database.opened()
        while True:
            try:
                if 0 in self._lag.partitions():
                    await self.catch_up()
                else:
                    self._done = None  # another worker may publish now: ask again when it is our turn
            except (Transient, StatementFailed) as fault:
                log.warning("daily work waits", extra={"what": self._name, "error": str(fault)})
            await asyncio.sleep(LOOK_SECONDS)

    async def catch_up(self) -> int:
        """Make what is due, at most the last seven days; how many. Raises `Transient`, `StatementFailed`."""
        now = self._clock()
        if self._done is None:
            self._done = await self._begun(now)
        if self._done is None:
            return 0
        due = list(every_day_at(self._done, now, self._at))[-MOST_MADE_UP:]
        if due and not await self._lag.caught_up(PATIENCE):
            log.warning("daily work without what is still on its way", extra={"what": self._name, "days": len(due)})
        for until in due:
            await self._make(day_before(until, self._at), until)
            self._done = until
        return len(due)

    async def _begun(self, now: Millis) -> Millis | None:
        """From when on days are due. Before the first one the oldest event says it, which may still be on its way: a
        store that was down over its first night would take that night for one before all. None: ask again."""
        begun: Millis
        [(begun, _)] = await self._database.read(self._last)
        if begun:
            return begun
        stored = await self._lag.caught_up(PATIENCE)
        [(begun, first_event)] = await self._database.read(self._last)
        return begun or first_event or (now if stored else None)


def day_before(until: Millis, at: str) -> Millis:
    """The moment a day earlier on the installation's clock."""
    return next(every_day_at(until - DAY_MS - DAY_MS // 2, until - 1, at), until - DAY_MS)
