"""Faust transport `batches://`: one Faust event per fetched partition batch, committed only as a contiguous prefix.

Stock Faust hands out one event per record (150 µs each) and can commit past a record that is still in work
(faust-streaming/faust#606). Here a batch is the unit: the agent gets the records of one partition as `event.value`,
acks the batch once, and only the unbroken run of acked batches from the front is committed.

Registered under the entry point group `faust.transports`; faust-streaming is pinned because this extends its insides.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from weakref import ref

from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage

from schemas.types import Millis
from streams.engine.loop_consumer import LINGER_MS, LoopConsumer

WATCHED_MS = 300
"""The longest linger while a person looks at what the worker reads (`Worker`'s `watched`)."""
FULL_WAIT_MS = 50
"""The longest linger while a partition is full: it is not in the fetch that is under way, and waits for its end."""


class Progress(NamedTuple):
    """How far a partition has come. `committed` is None before the first commit of the group."""

    topic: str
    partition: int
    committed: int | None
    delivered: int
    """Batches that were handed out and are not acked."""
    oldest: Millis | None = None
    """When the broker took the first record of those, ms UTC; None where there is none."""


@dataclass(slots=True)
class Delivery:
    """A batch that was handed to Faust. The reference is weak: when it dies unacked, Faust has dropped the batch."""

    first: int
    last: int
    appended: Millis
    message: ref[Any]
    acked: bool = False

    @property
    def dropped(self) -> bool:
        """Nobody has it and nobody can ack it any more."""
        return not self.acked and self.message() is None


class BatchConsumer(driver.Consumer):
    """Delivers whole partition batches and commits what is acked from the front."""

    max_inflight = 2
    """Batches of a partition delivered and not yet acked: one in work, one ready."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pending: dict[TP, deque[Delivery]] = {}  # in the order of delivery, which is that of the offsets
        self._settled: dict[TP, int] = {}  # what may be committed
        self._room = asyncio.Event()
        self._linger_ms = int(self.transport.url[0].query.get("linger", LINGER_MS))
        self._watched_ms = min(self._linger_ms, WATCHED_MS)

    def _new_consumer_thread(self) -> LoopConsumer:
        return LoopConsumer(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand out until stopped. Faust's own loop silently drops what lies before the last offset it saw."""
        try:
            while not (self.should_stop or fetcher.should_stop):
                async for _, message in self.getmany(timeout=1.0):
                    await self.callback(message)  # waits for nothing while the flow is on: no task and no timer each
                    del message  # or a dropped batch would live on here
        except self.consumer_stopped_errors:
            if not self.transport.app.should_stop:
                raise

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
        full = len(active) < len(assigned)
        if full:
            timeout = 0.01  # a full partition may get room any moment: do not sleep on the empty ones
        linger_ms = self._watched_ms if self.app.watched() else self._linger_ms
        self._thread.linger_ms = min(linger_ms, FULL_WAIT_MS) if full else linger_ms
        generation = self.app.consumer_generation_id
        records = await self._getmany(active_partitions=active, timeout=timeout)
        if self.should_stop:
            return
        left = {tp: batch[0].offset for tp, batch in records.items()}
        for tp, batch in records.items():
            if not self.flow_active or generation != self.app.consumer_generation_id:
                await self._thread.rewind(left)  # a commit may be missing to go back to: back to where they were read
                return
            del left[tp]
            yield tp, self._deliver(tp, batch, generation)

    def _deliver(self, tp: TP, batch: Any, generation: int) -> ConsumerMessage:
        last = batch[-1]
        message = ConsumerMessage(
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
        )
        self._pending.setdefault(tp, deque()).append(
            Delivery(batch[0].offset, last.offset, batch[0].timestamp, ref(message))
        )
        return message

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """A batch stands for all offsets up to its last one: gaps need no tracking."""

    def ack(self, message: Any) -> bool:
        """Mark a batch as settled; what is contiguous from the front becomes committable.

        A batch that was handed out before its partition was revoked, or before `deliver_again`, counts for nothing:
        the records were given out anew, perhaps in a larger batch that ends at the same offset.
        """
        fresh: bool = super().ack(message)
        tp = message.tp
        self._acked_index[tp].discard(message.offset)  # kept in `_pending`
        pending = self._pending.get(tp, deque())
        for delivery in pending:
            if delivery.message() is message:
                delivery.acked = True
        while pending and pending[0].acked:
            self._settled[tp] = pending.popleft().last + 1
        self._room.set()
        return fresh

    def _new_offset(self, tp: TP) -> int | None:
        self._acked[tp].clear()
        return self._settled.pop(tp, None)

    async def _commit_offsets(self, offsets: Any, start_new_transaction: bool = True) -> bool:
        """Commit what is still ours; a failed commit is offered again (Faust would forget it and remember it as done).

        Faust's own draws a table of all offsets first, for a log that nobody reads, and flushes a producer not in use.
        """
        assignment, generation = self.assignment(), self.app.consumer_generation_id
        mine = {tp: offset for tp, offset in offsets.items() if tp in assignment}
        if not mine:
            return False
        done: bool = await self._commit(mine)
        if done:
            self._committed_offset.update(mine)
        elif generation == self.app.consumer_generation_id:
            for tp, offset in mine.items():
                self._settled.setdefault(tp, offset)
        return done

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Begin with nothing, whatever slipped out, was acked or failed to commit since the partitions were revoked.

        Until then a commit is still the broker's to judge: it refuses a generation that is over.
        """
        self._pending.clear()
        self._settled.clear()
        await super().on_partitions_assigned(assigned, generation_id)

    async def deliver_again(self) -> set[TP]:
        """Read dropped batches anew; returns their partitions. What was delivered behind them comes again, too."""
        dropped: dict[TP, int] = {}
        for tp, pending in self._pending.items():
            first = next((delivery.first for delivery in pending if delivery.dropped), None)
            if first is not None:
                dropped[tp] = first
                self._pending[tp] = deque(delivery for delivery in pending if delivery.last < first)
        if dropped:
            await self._thread.rewind(dropped)
            self._room.set()
        return set(dropped)

    async def verify_all_partitions_active(self) -> None:
        """Faust's own check takes idle partitions for dead ones (faust-streaming#175): our watchdog asks the broker.

        It would take a turn of the loop for each partition only to be silent: three hundredths of the store's CPU.
        """

    def owns(self, topic: str, partition: int) -> bool:
        """Whether the partition is ours now."""
        return bool(self._thread.owns(topic, partition))

    def progress(self) -> list[Progress]:
        """Commit and batches delivered of every assigned partition."""
        return [
            Progress(
                tp.topic,
                tp.partition,
                self._committed_offset[tp],
                len(self._pending.get(tp, ())),
                next((delivery.appended for delivery in self._pending.get(tp, ()) if not delivery.acked), None),
            )
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
