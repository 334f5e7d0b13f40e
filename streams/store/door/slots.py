"""Places in the engine: so few that inserts always find a core, and a short queue before them."""

import asyncio

from streams.engine import metrics
from streams.store.door.wire import Fault

PLACES = 2
"""Queries at once, each with one thread (`visitor_settings`). Inserts of 500 rows beside two of them took 45 ms (p95)
instead of 17; beside four with two threads each 110, and once 650 (research/grafana.md)."""

LONGEST_QUEUE = 64
"""A dashboard opened asks for some twenty panels at once."""

PATIENCE = 30.0
"""Seconds in the queue; Grafana gives up after 60."""


class Slots:
    """The places, first come, first served."""

    places = PLACES

    def __init__(self) -> None:
        self._free, self._waiting = asyncio.Semaphore(PLACES), 0

    async def take(self, user: str) -> None:
        """Raises `Fault` with code 202 when the queue is full or does not move."""
        if self._waiting >= LONGEST_QUEUE:
            raise _busy()
        self._waiting += 1
        metrics.DOOR_WAITING.set(self._waiting)
        try:
            await asyncio.wait_for(self._free.acquire(), PATIENCE)
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1
            metrics.DOOR_WAITING.set(self._waiting)

    def free(self) -> None:
        """A place is free again."""
        self._free.release()


def _busy() -> Fault:
    return Fault.ours(
        202, "TOO_MANY_SIMULTANEOUS_QUERIES", f"{PLACES} queries are in work and others wait: try again later"
    )
