"""The aiokafka consumer of a Faust app, in the worker's own loop: commits, rewinds, length of the long polls.

Faust gives it a thread with a loop of its own, so that heartbeats go on while an agent blocks its loop. Each fetch,
commit and rewind then passes two wake-ups and the GIL: a twelfth of the pipeline's CPU at a hundred events a second.
Our agents never block: what takes long runs in threads or processes.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP
from mode.utils.futures import maybe_async

from streams.engine.calm import Calm

log = logging.getLogger(__name__)

IDLE_WAIT_MS = 1000
"""Long poll when nothing flows. The broker answers at once when a record comes, so this costs no latency."""

LINGER_MS = 30
"""While records flow the broker gathers for so long before it answers, unless the worker's URL says `?linger=`: at a
hundred events a second a fetch and a request for each would cost many times what the events do. An event that rings
passes two such fetches of the pipeline, so it is up to this later twice (p99 + 20 ms over 20, a sixth less CPU).
A long linger is kept only where records flow (`calm`).
0 gathers nothing; a linger of one or two would only ask the broker hundreds of times a second."""

GATHERED_BYTES = 512 << 10
"""It answers at once when it has so much: a long linger is no limit under load."""

BUSY_SECONDS = 0.2
"""Records flow as long as a fetch that gathers brings some within so much more than its linger."""


def set_long_poll(consumer: Any, wait_ms: int, least_bytes: int) -> None:
    """How long the broker may hold the next fetches of a started aiokafka consumer, and from how many bytes on not.

    Faust 0.15.3 passes a hard `fetch_max_wait_ms=1500`; aiokafka 0.14 reads both from these private fields of its
    fetcher at every request and has no other way to change them. Both are pinned: look here when one moves.
    """
    consumer._fetcher._fetch_max_wait_ms = wait_ms
    consumer._fetcher._fetch_min_bytes = least_bytes


class LoopConsumer(driver.AIOKafkaConsumerThread):
    """What Faust calls the consumer's thread, without a thread."""

    linger_ms = LINGER_MS
    """Set by the consumer before each fetch."""
    _gather_ms = 0
    """Of these so many for the fetch under way."""
    _busy = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, thread_loop=asyncio.get_event_loop(), **kwargs)
        self._calm = Calm()

    async def start(self) -> None:
        """Return when the consumer is connected. Raises what it ended of."""
        self._thread_started.set()
        running = self._thread_running = self.parent_loop.create_future()
        self._serving = self.parent_loop.create_task(self._serve())
        try:
            await running
        finally:
            self._thread_running = None

    async def _keepalive2(self) -> None:
        """There is no thread to look after."""

    async def _gather_remaining_tasks(self) -> None:
        """All other tasks of the loop are the worker's."""

    async def call_thread(self, fun: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """What `fun` returns."""
        return await maybe_async(fun(*args, **kwargs))

    async def _commit(self, offsets: Any) -> bool:
        """A passing fault means "not yet"; Faust would end the worker."""
        mine = self.assignment()
        try:
            await self._ensure_consumer().commit(
                {driver.ensure_aiokafka_TP(tp): OffsetAndMetadata(at, "") for tp, at in offsets.items() if tp in mine}
            )
        except KafkaError as error:  # also CommitFailedError: the group moved on, the new owner starts from its commit
            log.warning("offsets not committed", extra={"error": repr(error)})
            return False
        return True

    async def _fetch_records(
        self, consumer: Any, active_partitions: set[TP], timeout: float | None = None, max_records: int | None = None
    ) -> Any:
        """Take what was fetched, and tell the broker how long it may gather for the next fetch."""
        if self._busy:
            timeout = min(timeout or 0.0, self._gather_ms / 1000 + BUSY_SECONDS)
        records = await super()._fetch_records(consumer, active_partitions, timeout=timeout, max_records=max_records)
        self._busy = bool(records)
        if self._busy:
            self._gather_ms = self._calm.gather_ms(self.linger_ms, asyncio.get_running_loop().time())
        gathers = self._busy and self._gather_ms > 0
        set_long_poll(consumer, *((self._gather_ms, GATHERED_BYTES) if gathers else (IDLE_WAIT_MS, 1)))
        return records

    def owns(self, topic: str, partition: int) -> bool:
        """Whether the group gave us this partition. Asked several times a batch, so without Faust's copy of all."""
        return self._consumer is not None and (topic, partition) in self._consumer.assignment()

    async def rewind(self, offsets: Mapping[TP, int]) -> None:
        """Read on from these offsets at the latest, where the partitions are still ours. Never moves forward."""
        await self.call_thread(self._rewind, offsets)

    async def _rewind(self, offsets: Mapping[TP, int]) -> None:
        consumer = self._ensure_consumer()
        for tp, offset in offsets.items():
            at = driver.ensure_aiokafka_TP(tp)
            try:
                if await consumer.position(at) > offset:
                    consumer.seek(at, offset)
            except IllegalStateError:  # it moved away meanwhile
                continue
