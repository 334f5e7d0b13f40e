"""A batch is settled, then acked: decode → process → outputs (broker ack) → sink → `ack`. Only this module acks.

Nothing raises out of an agent loop. A bad record goes to `dead.letters`; a fault of the surroundings is waited for in
place, and that waiting is the backpressure; where too much of an origin is bad, it is parked (`budget.py`) and told.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from schemas.codec import Rejected
from schemas.errors import NotYet, TooLarge, Transient
from streams.engine import metrics, trace
from streams.engine.budget import Count, Ledger, first_parking
from streams.engine.kafka import Output, Outputs
from streams.engine.lanes import beside
from streams.engine.letters import LEAST_PAYLOAD, letter_of, letter_output
from streams.engine.parking import notice_output, parked_output
from streams.engine.process import Batch, Outcome, Process, Record
from streams.engine.retry import WORLD, Attempts, Policy, World

__all__ = ["Batch", "Outcome", "Process", "Settler"]
log = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE = Policy(first=0.1, longest=15.0)
"""Pauses after a passing fault. Without end where it is the surroundings': the waiting is the backpressure."""


class _Moved(Exception):
    """The partition is not ours any more: its new owner does the batch."""


class Settler:
    """Settles the batches of one topic with one process.

    `attempts`: how often a record alone is tried that has a fault of its own. `discard` is told the partition when an
    answer of the process is thrown away, for a process that remembers what it answered.
    """

    def __init__(
        self,
        agent: str,
        topic: str,
        process: Process,
        outputs: Outputs,
        ledger: Ledger,
        *,
        owned: Callable[[Batch], bool],
        fatal: Callable[[Exception], None],
        attempts: int,
        discard: Callable[[int], None] = lambda _partition: None,
        world: World = WORLD,
    ) -> None:
        self._agent, self._topic, self._process = agent, topic, process
        self._outputs, self._ledger, self._world = outputs, ledger, world
        self._owned, self._fatal, self._discard = owned, fatal, discard
        self._record_patience = replace(PATIENCE, attempts=attempts)
        self._jobs: dict[tuple[int, int], asyncio.Task[bool]] = {}
        self._waiters: set[asyncio.Task[None]] = set()
        self.in_work: Counter[int] = Counter()
        """Batches in work by partition; what waits after a fault is in work. The watchdog leaves these alone."""

    async def run(self, stream: Any) -> None:
        """The agent loop: a partition's batches one after the other, the partitions beside each other.

        A partition that waits holds up no other, and what several send at once goes to the broker in one request.
        """
        manual = stream.noack()

        async def settle(event: Any) -> None:
            try:
                if await self._settle(self._batch(event)):
                    await manual.ack(event)
            except Exception as error:  # noqa: BLE001 — nobody would hear of it: stop loudly
                self._fatal(error)

        await beside(manual.events(), settle)

    async def run_jobs(self, stream: Any) -> None:
        """The agent loop for jobs of minutes: every batch in its own task; the transport hands out one a partition."""
        manual = stream.noack()
        async for event in manual.events():
            waiter = asyncio.ensure_future(self._join(manual, event))
            self._waiters.add(waiter)
            waiter.add_done_callback(self._waiters.discard)

    async def _join(self, manual: Any, event: Any) -> None:
        """Ack when the job is done. A job that is delivered again (after a rebalance) joins the running one."""
        batch = self._batch(event)
        key = (batch.partition, batch.records[-1].offset)
        job = self._jobs.get(key)
        if job is None:
            job = self._jobs[key] = asyncio.ensure_future(self._settle(batch))
            job.add_done_callback(lambda done: self._jobs.get(key) is done and self._jobs.pop(key))
        try:
            settled = await asyncio.shield(job)
        except asyncio.CancelledError:
            return  # the partition moved away, or the worker stops: stays unacked
        if settled:
            await manual.ack(event)

    def drop_jobs(self, keep: set[int]) -> None:
        """Cancel the jobs of partitions that are not in `keep` any more: their new owner does them."""
        for (partition, offset), job in list(self._jobs.items()):
            if partition not in keep:
                log.info("job dropped: its partition moved", extra={"partition": partition, "offset": offset})
                del self._jobs[partition, offset]  # it may take long to end: what comes back must not join it
                job.cancel()

    def _batch(self, event: Any) -> Batch:
        return Batch(self._topic, event.message.partition, event.message.generation_id, event.value)

    async def _settle(self, batch: Batch) -> bool:
        """Whether everything of the batch is durable. False leaves it unacked: another owner will do it."""
        began, settled = time.monotonic(), False
        self.in_work[batch.partition] += 1
        try:
            await self._settle_part(batch)
            settled = True
        except _Moved:
            log.info("batch left: its partition moved", extra={"topic": batch.topic, "partition": batch.partition})
        except Exception as error:  # noqa: BLE001 — an output that cannot be sent at all: stop loudly
            self._fatal(error)
        finally:
            self.in_work -= Counter([batch.partition])
            if not settled:  # it may come to us again: what the process remembers of it was never sent
                self._discard(batch.partition)
        if settled:
            metrics.settled(self._topic, len(batch.records), time.monotonic() - began)
        return settled

    async def _settle_part(self, batch: Batch) -> None:
        """Make all of it durable, in one go or in parts, in order. Raises `_Moved`."""
        if at := await self._settle_whole(batch):
            self._discard(batch.partition)
            await self._settle_part(replace(batch, records=batch.records[:at]))
            await self._settle_part(replace(batch, records=batch.records[at:]))

    async def _settle_whole(self, batch: Batch) -> int:
        """Make all of it durable and return 0; or where it has to be cut first: in front of what may have to be parked,
        or in the middle, to find the record that is to blame."""
        trace.enter_batch(batch)
        free, parked = self._ledger.split(batch)
        try:
            outcome = await self._answer(free) if free.records else Outcome()
            count = self._ledger.count(free, outcome.bad)
            if at := first_parking(free, count.spent):
                return batch.records.index(free.records[at])
            await self._keep(free, outcome, count, [parked_output(batch.topic, *held) for held in parked])
        except _Moved:
            raise
        except Exception as error:  # noqa: BLE001 — whatever a record does must not end the worker
            if len(batch.records) > 1:
                return len(batch.records) // 2
            count = await self._bury(free, batch.records[0], error)
        self._ledger.enter(free, count)
        return 0

    async def _keep(self, batch: Batch, outcome: Outcome, count: Count, outputs: list[Output]) -> None:
        """Send what the process answered, and `outputs`; the state when the broker has all the rest."""
        outputs = outputs + [notice_output(self._agent, batch, one) for one in count.spent]
        await self._send(batch, outcome.outputs + [self._letter(batch, *bad) for bad in outcome.rejected] + outputs)
        metrics.dead(batch.topic, len(outcome.rejected))
        state = outcome.state
        while state:  # if still ours: it must not lie over what the new owner wrote
            placed = await self._patiently(batch, partial(self._outputs.place, state))
            state = await self._patiently(batch, partial(outcome.placed, placed)) if outcome.placed else []

    async def _answer(self, batch: Batch) -> Outcome:
        """What the process makes of it. Raises what it raises where that is a record's fault, once it is not to pass.

        A fault that is not the same twice is no fault of the record: one more try, alone, before the dead letter.
        """
        alone, again = len(batch.records) == 1, False
        waits, tries = Attempts(PATIENCE, self._world), Attempts(self._record_patience, self._world)
        while True:
            self._check_owned(batch)
            try:
                return await self._process(batch)
            except Transient as fault:
                if fault.of_record and not alone:
                    raise
                if not fault.of_record:  # and what came before may have been of the surroundings as well
                    tries.well()
                await (tries if fault.of_record else waits).failed(self._waits(fault))
            except Exception as error:
                if again or not alone:
                    raise
                again = True
                self._discard(batch.partition)
                log.warning("record tried once more", extra={"topic": batch.topic, "error": type(error).__name__})

    async def _bury(self, batch: Batch, record: Record, error: Exception) -> Count:
        """A dead letter of the only record, in place of all that was made of it."""
        self._discard(batch.partition)
        log.error("record cannot be processed", extra={"topic": batch.topic, "error": type(error).__name__})
        why = Rejected(str(error), type(error).__name__)
        count = self._ledger.count(batch, {record.offset: why.error_class})
        try:
            await self._keep(batch, Outcome(rejected=[(record, why)]), count, [])
        except TooLarge:  # the cluster takes less than `schemas.topics` says
            await self._send(batch, [self._letter(batch, record, why, LEAST_PAYLOAD)])
            metrics.dead(batch.topic, 1)
        return count

    async def _send(self, batch: Batch, outputs: list[Output]) -> None:
        """Return when the broker has all of it. Raises `_Moved`, `TooLarge`."""
        if outputs:
            await self._patiently(batch, partial(self._outputs.send, outputs))

    async def _patiently(self, batch: Batch, attempt: Callable[[], Awaitable[T]]) -> T:
        waits = Attempts(PATIENCE, self._world)
        while True:
            self._check_owned(batch)
            try:
                return await attempt()
            except Transient as fault:
                await waits.failed(self._waits(fault))

    def _check_owned(self, batch: Batch) -> None:
        if not self._owned(batch):
            raise _Moved

    def _waits(self, fault: Transient) -> Transient:
        if not isinstance(fault, NotYet):
            metrics.RETRIES.labels(self._topic).inc()
            log.warning("waiting after a passing fault", extra={"topic": self._topic, "error": str(fault)})
        return fault

    def _letter(self, batch: Batch, record: Record, why: Rejected, *most: int) -> Output:
        extra = {"topic": batch.topic, "partition": batch.partition, "offset": record.offset, "error": why.error_class}
        log.warning("dead letter", extra=extra)
        return letter_output(letter_of(self._agent, batch, record, why), *most)
