"""A batch is settled, then acked: decode → process → outputs (broker ack) → sink → `ack`. Only this module acks.

Nothing raises out of an agent loop. A bad record goes to `dead.letters`; a transient fault is retried in place with
capped backoff, and that waiting is the backpressure; when too much is bad, the budget stops the worker loudly.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from aiokafka import ConsumerRecord

from schemas.codec import Codec, Rejected
from schemas.errors import BudgetExceeded
from schemas.sources import DeadLetter
from schemas.topics import DEAD_LETTERS
from schemas.types import Meta
from streams.engine import metrics
from streams.engine.kafka import Output, Outputs
from streams.engine.retry import WORLD, Policy, World, retry

log = logging.getLogger(__name__)
T = TypeVar("T")
_DEAD_LETTER: Codec[DeadLetter] = Codec(DeadLetter)

PATIENCE = Policy(first=0.1, longest=15.0)
"""Pauses after a passing fault, without end: the waiting is the backpressure."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition, in order. `topic` is our name of it, without the installation's prefix."""

    topic: str
    partition: int
    generation: int
    records: Sequence[ConsumerRecord[bytes, bytes]]

    def meta(self, record: ConsumerRecord[bytes, bytes]) -> Meta:
        """Where a record of this batch stands."""
        return Meta(self.topic, self.partition, record.offset, record.timestamp)


@dataclass(slots=True)
class Outcome:
    """What processing a batch came to. `state` is sent when the broker has all of `outputs`.

    A state record carries the fence: were it there before the alerts, a crash in between would lose them.
    """

    outputs: list[Output] = field(default_factory=list)
    state: list[Output] = field(default_factory=list)
    rejected: list[tuple[ConsumerRecord[bytes, bytes], Rejected]] = field(default_factory=list)

    def readable(self, batch: Batch, codec: Codec[T]) -> Iterator[tuple[ConsumerRecord[bytes, bytes], T]]:
        """The records with what they say; one that cannot be read is rejected."""
        for record in batch.records:
            value = codec.decode(record.value)
            if isinstance(value, Rejected):
                self.rejected.append((record, value))
            else:
                yield record, value


Process = Callable[[Batch], Awaitable[Outcome]]
"""Raises `Transient` to be called again with the same batch. Any other exception: the batch is halved until the record
that does it is alone, and that one becomes a dead letter; so a process must bear being called again."""


class Budget:
    """How many records may be rejected before all of the input is suspected (arroyo's DlqLimit)."""

    def __init__(self, run: int, ratio: float, window: int) -> None:
        self._run, self._ratio, self._window = run, ratio, window
        self._in_a_row = 0
        self._recent: deque[tuple[int, int]] = deque()
        self._seen = self._bad = 0

    def spend(self, records: int, rejected: int) -> None:
        """Count a batch. Raises `BudgetExceeded`."""
        self._in_a_row = self._in_a_row + rejected if rejected == records else rejected and 1
        self._recent.append((records, rejected))
        self._seen += records
        self._bad += rejected
        while self._seen - self._recent[0][0] >= self._window:
            old_seen, old_bad = self._recent.popleft()
            self._seen -= old_seen
            self._bad -= old_bad
        if self._in_a_row >= self._run:
            raise BudgetExceeded(f"{self._in_a_row} records in a row were rejected")
        if self._seen >= self._window and self._bad / self._seen > self._ratio:
            raise BudgetExceeded(f"{self._bad} of the last {self._seen} records were rejected")


class Settler:
    """Settles the batches of one topic with one process."""

    def __init__(
        self,
        agent: str,
        topic: str,
        process: Process,
        outputs: Outputs,
        budget: Budget,
        *,
        owned: Callable[[Batch], bool],
        fatal: Callable[[Exception], None],
        world: World = WORLD,
    ) -> None:
        self._world = world
        self._agent, self._topic, self._process = agent, topic, process
        self._outputs, self._budget = outputs, budget
        self._owned, self._fatal = owned, fatal
        self._jobs: dict[tuple[int, int], asyncio.Task[bool]] = {}
        self._waiters: set[asyncio.Task[None]] = set()
        self.in_work = 0

    async def run(self, stream: Any) -> None:
        """The agent loop: batches one after the other."""
        manual = stream.noack()
        async for event in manual.events():
            if await self._settle(self._batch(event)):
                await manual.ack(event)

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
        message = event.message
        return Batch(self._topic, message.partition, message.generation_id, event.value)

    async def _settle(self, batch: Batch) -> bool:
        """Whether everything of the batch is durable. False leaves it unacked: another owner will do it."""
        began = time.monotonic()
        self.in_work += 1
        try:
            done = await self._settle_part(batch)
        except Exception as error:  # noqa: BLE001 — budget spent, or an output that cannot be sent at all: stop loudly
            self._fatal(error)
            return False
        finally:
            self.in_work -= 1
        if done:
            metrics.BATCHES.labels(self._topic).inc()
            metrics.RECORDS.labels(self._topic).inc(len(batch.records))
            metrics.SETTLE_SECONDS.labels(self._topic).observe(time.monotonic() - began)
        return done

    async def _settle_part(self, batch: Batch) -> bool:
        try:
            outcome = await self._patiently(lambda: self._process(batch))
        except Exception as error:  # noqa: BLE001 — whatever a record does to the process must not end the worker
            if len(batch.records) > 1:
                middle = len(batch.records) // 2
                first = replace(batch, records=batch.records[:middle])
                second = replace(batch, records=batch.records[middle:])
                return await self._settle_part(first) and await self._settle_part(second)
            log.error("record cannot be processed", extra={"topic": batch.topic, "error": type(error).__name__})
            outcome = Outcome(rejected=[(batch.records[0], Rejected(str(error), type(error).__name__))])
        self._budget.spend(len(batch.records), len(outcome.rejected))
        if not self._still_owned(batch):
            return False
        letters = [self._dead_letter(batch, record, why) for record, why in outcome.rejected]
        await self._patiently(lambda: self._outputs.send(outcome.outputs + letters))
        if not self._still_owned(batch):  # sending may have taken long: our state must not lie over the new owner's
            return False
        await self._patiently(lambda: self._outputs.send(outcome.state))
        return True

    def _still_owned(self, batch: Batch) -> bool:
        if self._owned(batch):
            return True
        log.info("batch left: its partition moved", extra={"topic": batch.topic, "partition": batch.partition})
        return False

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        return await retry(PATIENCE, attempt, told=self._waits, world=self._world)

    def _waits(self, fault: Exception) -> None:
        metrics.RETRIES.labels(self._topic).inc()
        log.warning("waiting after a passing fault", extra={"topic": self._topic, "error": str(fault)})

    def _dead_letter(self, batch: Batch, record: ConsumerRecord[bytes, bytes], why: Rejected) -> Output:
        metrics.DEAD_LETTERS.labels(batch.topic).inc()
        log.warning(
            "dead letter",
            extra={
                "topic": batch.topic,
                "partition": batch.partition,
                "offset": record.offset,
                "error": why.error_class,
            },
        )
        letter = DeadLetter(
            topic=batch.topic,
            partition=batch.partition,
            offset=record.offset,
            ts=record.timestamp,
            agent=self._agent,
            error_class=why.error_class,
            error=why.reason,
            payload=record.value or b"",
            key=record.key,
        )
        return Output(DEAD_LETTERS.name, f"{batch.topic}/{batch.partition}".encode(), _DEAD_LETTER.encode(letter))
