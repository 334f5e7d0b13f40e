"""Once a night, and at a start: whatever was stored under a lead that its name has no more is moved after all.

A link moves what is stored when it is changed. What comes later under the former lead is rare and may be of any kind:
minutes that a model took hours for, an event that a process with an older table of links had in work.
"""

import asyncio
import logging

from processors.days import DAY_MS
from schemas.errors import NotYet, Transient
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.clock import latest_at
from streams.store.jobs.moves import Moves

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
BACK_MS = 8 * DAY_MS
"""Minutes wait for a model for a week at most (`llm.patience_seconds`); a store that was off makes up as much."""


class Sweep:
    """Derived from the store alone, so a kill owes nothing."""

    def __init__(self, database: Database, moves: Moves, at: str, clock: Clock) -> None:
        self._database, self._moves, self._at, self._clock = database, moves, at, clock
        self._swept: Millis = 0

    async def run(self) -> None:
        """Until cancelled."""
        await self._database.opened()
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Sweep, if it was not done since last night."""
        night = latest_at(self._clock(), self._at)
        if night == self._swept:
            return
        try:
            await self._moves.sweep(self._clock() - BACK_MS)
        except NotYet:
            return
        except (Transient, StatementFailed) as fault:
            log.warning("moved links wait", extra={"error": str(fault)})
            return
        self._swept = night
