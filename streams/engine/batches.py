"""Faust transport `batches://`: one Faust event per fetched partition batch, committed only as a contiguous prefix.

Stock Faust hands out one event per record (150 µs each) and can commit past a record that is still in work
(faust-streaming/faust#606). Here a batch is the unit: the agent gets the records of one partition as `event.value`,
acks the batch once, and only the unbroken run of acked batches from the front is committed.

Registered under the entry point group `faust.transports`; faust-streaming is pinned because this extends its insides.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage

log = logging.getLogger(__name__)

IDLE_WAIT_MS = 1000
"""Long poll when nothing flows. The broker answers at once when a record comes, so this costs no latency."""

LINGER_MS = 10
"""While records flow the broker gathers for so long before it answers, unless the worker's URL says `?linger=`: at a
hundred events a second a fetch, a batch and a commit each would cost many times what the events do."""

GATHERED_BYTES = 512 << 10
"""It answers at once when it has so much: a long linger is no limit under load."""

FULL_WAIT_MS = 50
"""The longest linger while a partition is full: it is not in the fetch that is under way, and waits for its end."""

BUSY_SECONDS = 0.2
"""Records flow as long as a fetch that gathers brings some within so much more than its linger."""


class Progress(NamedTuple):
    """How far a partition has come. `committed` is None before the first commit of the group."""

    topic: str
    partition: int
    committed: int | None
    in_work: int


def _set_long_poll(consumer: Any, wait_ms: int, least_bytes: int) -> None:
    """How long the broker may hold the next fetches, and from how many bytes on it does not.

    Faust makes the consumer with values of its own, and aiokafka 0.14 reads these two whenever it makes a request.
    """
    consumer._fetcher._fetch_max_wait_ms = wait_ms
    consumer._fetcher._fetch_min_bytes = least_bytes


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that owns the aiokafka consumer."""

    _busy = False

    async def _commit(self, offsets: Any) -> bool:
        """Commit in the consumer's thread. A passing fault means "not yet"; Faust would end the worker."""
        mine = self.assignment()
        try:
            await self._ensure_consumer().commit(
                {driver.ensure_aiokafka_TP(tp): OffsetAndMetadata(at, "") for tp, at in offsets.items() if tp in mine}
            )
        except KafkaError as error:  # also CommitFailedError: the group moved on, the new owner starts from its commit
            log.warning("offsets not committed", extra={"error": repr(error)})
            return False
        return True

    linger_ms = LINGER_MS
    """Set by the consumer; at most `FULL_WAIT_MS` while one of its partitions is full."""

    async def _fetch_records(
        self, consumer: Any, active_partitions: set[TP], timeout: float | None = None, max_records: int | None = None
    ) -> Any:
        """Take what was fetched, and tell the broker how long it may gather for the next fetch."""
        if self._busy:
            timeout = min(timeout or 0.0, self.linger_ms / 1000 + BUSY_SECONDS)
        records = await super()._fetch_records(consumer, active_partitions, timeout=timeout, max_records=max_records)
        self._busy = bool(records)
        _set_long_poll(consumer, *((self.linger_ms, GATHERED_BYTES) if self._busy else (IDLE_WAIT_MS, 1)))
        return records

    def owns(self, topic: str, partition: int) -> bool:
        """Whether the group gave us this partition. Asked several times a batch, so without Faust's copy of all."""
        return self._consumer is not None and (topic, partition) in self._consumer.assignment()


class BatchConsumer(driver.Consumer):
    """Delivers whole partition batches and commits what is acked from the front."""

    max_inflight = 2
    """Batches of a partition delivered and not yet acked: one in work, one ready."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pending: dict[TP, deque[int]] = {}  # last offsets of delivered batches, in order
        self._settled: dict[TP, int] = {}  # what may be committed
        self._room = asyncio.Event()
        self._linger_ms = int(self.transport.url[0].query.get("linger", LINGER_MS))

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Fetch, and yield one message per partition whose value is the list of its records."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        assigned = self._get_active_partitions()
        active = {tp for tp in assigned if len(self._pending.get(tp, ())) < self.max_inflight}
        if not active:
            self._room.clear()
            await self.wait_first(self._room.wait(), timeout=1.0)
            return
        if len(active) < len(assigned):
            timeout = 0.01  # a full partition may get room any moment: do not sleep on the empty ones
        full = len(active) < len(assigned)
        self._thread.linger_ms = min(self._linger_ms, FULL_WAIT_MS) if full else self._linger_ms
        generation = self.app.consumer_generation_id
        records = await self._getmany(active_partitions=active, timeout=timeout)
        if not records or self.should_stop:
            return
        if not self.flow_active or generation != self.app.consumer_generation_id:
            await self.perform_seek()
            return
        for tp, batch in records.items():
            last = batch[-1]
            self._pending.setdefault(tp, deque()).append(last.offset)
            yield (
                tp,
                ConsumerMessage(
                    topic=last.topic,
                    partition=last.partition,
                    offset=last.offset,
                    timestamp=last.timestamp / 1000.0,
                    timestamp_type=last.timestamp_type,
                    headers=(),
                    key=b"",
                    value=batch,
                    checksum=None,
                    serialized_key_size=0,
                    serialized_value_size=0,
                    tp=tp,
                    generation_id=generation,
                ),
            )

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """A batch stands for all offsets up to its last one: gaps need no tracking."""

    def ack(self, message: Any) -> bool:
        """Mark a batch as settled; what is contiguous from the front becomes committable."""
        if not super().ack(message):
            return False
        tp = message.tp
        acked = self._acked_index[tp]
        pending = self._pending.get(tp)
        while pending and pending[0] in acked:
            self._settled[tp] = pending.popleft() + 1
        if not pending:
            acked.clear()
        self._room.set()
        return True

    def _new_offset(self, tp: TP) -> int | None:
        self._acked[tp].clear()
        return self._settled.pop(tp, None)

    async def _commit_offsets(self, offsets: Any, start_new_transaction: bool = True) -> bool:
        """Commit; a failed commit is offered again (Faust forgets it and remembers it as done)."""
        before = {tp: self._committed_offset[tp] for tp in offsets}
        done: bool = await super()._commit_offsets(offsets, start_new_transaction)
        if not done:
            for tp, offset in offsets.items():
                self._committed_offset[tp] = before[tp]
                if tp in self._pending:  # still ours
                    self._settled.setdefault(tp, offset)
        return done

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget what was delivered: the next owner starts from the commit."""
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._pending.pop(tp, None)
            self._settled.pop(tp, None)

    def owns(self, topic: str, partition: int) -> bool:
        """Whether the partition is ours now."""
        return bool(self._thread.owns(topic, partition))

    def progress(self) -> list[Progress]:
        """Commit and batches in work of every assigned partition."""
        return [
            Progress(tp.topic, tp.partition, self._committed_offset[tp], len(self._pending.get(tp, ())))
            for tp in self.assignment()
        ]


class Transport(driver.Transport):
    """What `broker="batches://host:port"` loads."""

    Consumer = BatchConsumer


class JobConsumer(BatchConsumer):
    """For jobs of minutes: one batch in work per partition."""

    max_inflight = 1


class JobTransport(driver.Transport):
    """What `broker="jobs://host:port"` loads."""

    Consumer = JobConsumer
