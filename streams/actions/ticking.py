"""Time for the log `commands`: a `Clock` in it now and then while something waits for its time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from schemas.commands import Clock as Told
from schemas.errors import Transient
from streams.actions.deciding import Deciding
from streams.actions.records import of_log
from streams.engine.clock import Clock
from streams.engine.kafka import Output, Placed

log = logging.getLogger(__name__)

KEY = "clock"


class Ticking:
    """`ours`: whether the log is. `end` tells where it ends; `place` sends."""

    def __init__(
        self,
        deciding: Deciding,
        ours: Callable[[], bool],
        end: Callable[[], Awaitable[int]],
        place: Callable[[list[Output]], Awaitable[list[Placed]]],
        clock: Clock,
    ) -> None:
        self._deciding, self._ours, self._end, self._place, self._clock = deciding, ours, end, place, clock
        self._last = -1
        """Offset of our last one: until it was decided, another one would say nothing new."""

    async def run(self, seconds: float) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except Transient as fault:
                log.warning("clock of commands not written", extra={"error": str(fault)})
            await asyncio.sleep(seconds)

    async def look(self) -> None:
        """Write one if it is needed. Who has just taken the log over writes one, too: before a record comes he does not
        know what waits. Raises `Transient`."""
        if not self._ours():
            return
        match self._deciding.waits():
            case None if not await self._end():
                return
            case True if self._deciding.offset < self._last:
                return
            case False:
                return
        [placed] = await self._place([of_log(Told(at=self._clock()), KEY)])
        self._last = placed.offset
