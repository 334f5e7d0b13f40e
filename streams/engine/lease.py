"""Work that is done by one process of several, as long as it lives: the next takes over.

The lease is a Kafka group over a topic of one partition: whoever the group gives the partition does the work. Nothing
is read of that topic. Two may work at once for a moment, when the partition moves or a stopped process goes on, so what
is done under a lease must be harmless when it is done twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from schemas.topics import PROBE
from streams.engine.connect import client_options, hang_up, wait_for_topics
from streams.engine.retry import WORLD, Attempts, Policy, World
from streams.settings import Kafka

log = logging.getLogger(__name__)

SESSION_MS: Final = 6_000
"""After so long without a heartbeat a holder is dead; the least that a broker allows (`group.min.session.timeout.ms`).
With `HEARTBEAT_MS`, after which the others hear of it, and `LOOK_MS`, the work goes on within eight seconds."""
HEARTBEAT_MS: Final = 1_000
LOOK_MS: Final = 250
AGAIN: Final = Policy(first=0.5, longest=5.0)


class Lease:
    """One piece of work by name."""

    def __init__(self, kafka: Kafka, name: str, world: World = WORLD) -> None:
        self._kafka, self._group, self._world = kafka, f"{kafka.prefix}leadpulse-lease-{name}", world
        self.held = False

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """For ever: do `work` while the lease is ours; it is cancelled when it moves. Raises what `work` raises."""
        attempts = Attempts(AGAIN, self._world)
        while True:
            try:
                await self._hold(work, attempts)
            except (KafkaError, OSError) as error:
                log.warning("lease lost", extra={"group": self._group, "error": repr(error)})
                await attempts.failed(error)

    async def _hold(self, work: Callable[[], Awaitable[None]], attempts: Attempts) -> None:
        await wait_for_topics(self._kafka, [PROBE.name], group=self._group)
        consumer = AIOKafkaConsumer(
            self._kafka.prefix + PROBE.name,
            **client_options(self._kafka),
            group_id=self._group,
            enable_auto_commit=False,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
        )
        working: asyncio.Future[None] | None = None
        try:
            await consumer.start()
            while True:
                mine = consumer.assignment()
                consumer.pause(*mine)
                await consumer.getmany(timeout_ms=LOOK_MS)  # nothing comes; it tells the group that we are alive
                self.held = bool(mine)
                if mine and working is None:
                    log.info("lease taken", extra={"group": self._group})
                    working = asyncio.ensure_future(work())
                    attempts.well()
                if working is not None and not mine:
                    await _end(working)
                    working = None
                if working is not None and working.done():
                    return working.result()
        finally:
            self.held = False
            if working is not None:
                await _end(working)
            await hang_up(consumer)


async def _end(working: asyncio.Future[None]) -> None:
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
