"""Jobs of minutes: side by side, joined when delivered again, dropped when their partition moved."""

import asyncio
from typing import Any

from streams.engine.settle import Batch, Outcome
from tests.unit.engine.stand_ins import Broker, Stream, event, settler


class Deliveries(Stream):
    """A stream that stays open: batches are put in one by one."""

    def __init__(self) -> None:
        super().__init__()
        self._queue: asyncio.Queue[Any] = asyncio.Queue()

    def deliver(self, offset: int, partition: int = 0, generation: int = 1) -> None:
        """Hand out a job."""
        self._queue.put_nowait(event(range(offset, offset + 1), partition, generation))

    async def events(self) -> Any:
        """Until cancelled."""
        while True:
            yield await self._queue.get()


class Work:
    """A process whose jobs end when they are told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.cancelled: list[int] = []
        self.may_end = asyncio.Event()
        self.may_clean_up = asyncio.Event()
        self.may_clean_up.set()

    async def __call__(self, batch: Batch) -> Outcome:
        """Wait to be told; when cancelled, take as long to clean up as told."""
        offset = batch.records[0].offset
        self.begun.append(offset)
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled.append(offset)
            await self.may_clean_up.wait()
            raise
        return Outcome()


async def settled() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_jobs_of_several_partitions_run_side_by_side() -> None:
    """A long job does not hold up another partition's; each is acked when it is done."""
    stream, work = Deliveries(), Work()
    settling = settler(work, Broker())
    agent = asyncio.ensure_future(settling.run_jobs(stream))
    stream.deliver(1, partition=0)
    stream.deliver(2, partition=1)
    await settled()
    assert (work.begun, settling.in_work, stream.acked) == ([1, 2], {0: 1, 1: 1}, [])
    work.may_end.set()
    await settled()
    assert (sorted(stream.acked), settling.in_work) == ([1, 2], {})
    agent.cancel()


async def test_job_delivered_again_joins_the_running_one() -> None:
    """A rebalance that leaves the partition here does not transcribe the meeting twice."""
    stream, work = Deliveries(), Work()
    agent = asyncio.ensure_future(settler(work, Broker()).run_jobs(stream))
    stream.deliver(1, generation=1)
    await settled()
    stream.deliver(1, generation=2)
    await settled()
    assert work.begun == [1]
    work.may_end.set()
    await settled()
    assert stream.acked == [1, 1]
    agent.cancel()


async def test_job_of_a_moved_partition_is_dropped() -> None:
    """Only the jobs of partitions that are gone are cancelled, and they stay unacked."""
    stream, work = Deliveries(), Work()
    settling = settler(work, Broker())
    agent = asyncio.ensure_future(settling.run_jobs(stream))
    stream.deliver(1, partition=0)
    stream.deliver(2, partition=1)
    await settled()
    settling.drop_jobs(keep={1})
    await settled()
    assert (work.cancelled, settling.in_work) == ([1], {1: 1})
    work.may_end.set()
    await settled()
    assert stream.acked == [2]
    agent.cancel()


async def test_job_that_comes_back_does_not_join_a_dropped_one() -> None:
    """A dropped job may take long to end; the record that returns meanwhile is worked on anew, and acked."""
    stream, work = Deliveries(), Work()
    work.may_clean_up.clear()
    settling = settler(work, Broker())
    agent = asyncio.ensure_future(settling.run_jobs(stream))
    stream.deliver(1)
    await settled()
    settling.drop_jobs(keep=set())
    await settled()
    stream.deliver(1, generation=3)
    await settled()
    assert work.begun == [1, 1]
    work.may_clean_up.set()
    await settled()
    stream.deliver(1, generation=4)  # the end of the old job must not hide the new one
    await settled()
    assert work.begun == [1, 1]
    work.may_end.set()
    await settled()
    assert stream.acked == [1, 1]
    agent.cancel()


async def test_finished_job_is_forgotten() -> None:
    """The same record after a restart of its partition is a new job; nothing piles up."""
    stream, work = Deliveries(), Work()
    work.may_end.set()
    settling = settler(work, Broker())
    agent = asyncio.ensure_future(settling.run_jobs(stream))
    for _ in range(2):
        stream.deliver(1)
        await settled()
    assert work.begun == [1, 1]
    assert not settling._jobs
    assert not settling._waiters
    agent.cancel()
