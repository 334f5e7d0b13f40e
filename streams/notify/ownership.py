"""Which partitions are ours, and their outbox in memory."""

import asyncio
import logging

from schemas.errors import Transient
from streams.engine.worker import Worker
from streams.notify.telegram.shelf import Place, Shelf

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""Between two looks at which partitions are ours."""


class Ownership:
    """Which partitions are ours, and their outbox in memory even where nothing new comes in."""

    def __init__(self, worker: Worker, shelf: Shelf) -> None:
        self._worker, self._shelf = worker, shelf

    def places(self) -> set[Place]:
        """Ours now; none while the group is dividing them anew."""
        assigned = self._worker.assigned()
        if not assigned or not self._worker.app.consumer.flow_active:
            return set()
        return {Place(topic, partition) for topic, partition in assigned}

    async def follow(self) -> None:
        """Open what becomes ours; for ever."""
        while True:
            places = self.places()
            try:
                if places:
                    await self._shelf.open(places, self._worker.app.consumer_generation_id)
                    await self._shelf.settle_doubts(places)
            except Transient as fault:
                log.warning("outbox not read", extra={"error": str(fault)})
            await asyncio.sleep(LOOK_SECONDS)
