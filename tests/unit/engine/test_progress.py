"""The watchdog: per partition, records wait, nothing is committed, nothing is in work; and shares that nobody has."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from streams.engine import metrics
from streams.engine.group import Log
from streams.engine.progress import TOLD_AFTER_S, Watchdog
from streams.settings import Settings
from tests.unit.engine.watched import OTHER, PATIENCE, STEP, TP, Bench


async def test_nothing_to_do_is_no_stall() -> None:
    """A worker at the end of its partitions may stand still for ever."""
    bench = Bench()
    assert not await bench.look(4 * PATIENCE)
    assert bench.watchdog.complaint == ""


async def test_waiting_records_without_a_commit_are_a_stall() -> None:
    """After the patience, not before; told with our own topic name, and by `/readyz` before it ends."""
    bench = Bench()
    bench.wait()
    assert not await bench.look(TOLD_AFTER_S)
    assert bench.watchdog.complaint == ""
    assert not await bench.look(PATIENCE - TOLD_AFTER_S)
    assert bench.watchdog.complaint == "source.wms/0: записи ждут, но не обрабатываются"
    assert await bench.look(2 * STEP)
    assert bench.stalled[-1] == "source.wms/0 has records, no commit, nothing in work"


async def test_a_commit_starts_the_time_anew() -> None:
    """However long the queue, a partition that gets on is well, and no longer complained of."""
    bench = Bench()
    bench.wait(1000)
    for committed in range(10, 20):
        bench.committed[TP] = committed
        assert not await bench.look(PATIENCE)
    bench.committed[TP] = 500
    await bench.look()
    assert bench.watchdog.complaint == ""


async def test_work_in_progress_is_no_stall() -> None:
    """A sink that is away for an hour is waited for; the time counts from the end of the work."""
    bench = Bench()
    bench.wait()
    bench.busy = {TP.partition}
    assert not await bench.look(5 * PATIENCE)
    bench.busy = set()
    assert not await bench.look(PATIENCE)
    assert await bench.look(STEP)


async def test_busy_neighbour_is_no_excuse() -> None:
    """Another partition of the topic is always in work: one that is not even fetched stands still all the same."""
    bench = Bench()
    bench.wait()
    bench.busy = {OTHER.partition}
    assert await bench.look(PATIENCE + 2 * STEP)


async def test_delivered_and_not_in_work_is_a_stall() -> None:
    """Partitions are worked on beside each other: a batch that was handed out and is not in work waits for nothing."""
    bench = Bench()
    bench.wait()
    bench.busy, bench.delivered[TP] = {OTHER.partition}, 2
    assert await bench.look(PATIENCE + 2 * STEP)


async def test_dropped_batch_is_delivered_again_at_once() -> None:
    """It needs no patience: nobody can ack it any more; a busy neighbour does not hide it."""
    bench = Bench()
    bench.wait()
    bench.busy, bench.delivered[TP], bench.dropped = {OTHER.partition}, 1, {TP}
    assert not await bench.look()
    assert bench.healed == [TP]


async def test_partition_that_left_and_came_back_starts_anew() -> None:
    """The time it was away is not held against this worker."""
    bench = Bench()
    bench.wait()
    await bench.look(PATIENCE)
    at = bench.committed.pop(TP)
    await bench.look()
    bench.committed[TP] = at
    assert not await bench.look(PATIENCE)


async def test_stopped_process_did_not_stand_still() -> None:
    """SIGSTOP for an hour: the time without looks counts no more than a few looks do."""
    bench = Bench()
    bench.wait()
    await bench.look()
    bench.now += 3600
    assert not await bench.look()


@pytest.mark.parametrize("committed", [None, 3])
async def test_what_retention_deleted_is_nobodys_work(committed: int | None) -> None:
    """A group that has never committed, or long ago, at a topic whose records are all gone is not stalled."""
    bench = Bench()
    bench.committed[TP], bench.logs_[TP] = committed, Log(50, 50)
    assert not await bench.look(4 * PATIENCE)
    assert metrics.LAG.labels("source.wms", 0)._value.get() == 0
    bench.logs_[TP] = Log(50, 52)
    await bench.look()
    assert metrics.LAG.labels("source.wms", 0)._value.get() == 2
    assert await bench.look(PATIENCE + 2 * STEP)


async def test_partitions_that_nobody_has_end_the_worker() -> None:
    """The leader gave nobody anything: told at once by `/readyz`, and after the patience ended."""
    bench = Bench()
    bench.committed, bench.nobodys = {}, {TP, OTHER}
    assert not await bench.look(PATIENCE)
    assert bench.watchdog.complaint == "разделов без хозяина: 2"
    assert await bench.look(2 * STEP)
    assert bench.stalled[-1] == "2 partitions are nobody's"


async def test_partition_that_nobody_has_beside_ours_ends_the_worker() -> None:
    """That we have some is no excuse: the records of the other one wait for ever."""
    bench = Bench()
    bench.nobodys = {TopicPartition("p.source.wms", 2)}
    assert await bench.look(PATIENCE + 2 * STEP)


async def test_rebalance_takes_its_time_but_not_for_ever() -> None:
    """While the group is divided nothing is ours; a session's time-out and a rebalance fit into the patience."""
    bench = Bench()
    bench.rebalancing = True
    bench.wait()
    assert not await bench.look(PATIENCE)
    assert bench.watchdog.complaint == "процессы не могут поделить разделы"
    bench.rebalancing = False
    assert not await bench.look()
    bench.rebalancing = True
    assert not await bench.look(PATIENCE)
    assert await bench.look(STEP)


async def test_spare_worker_is_not_ready_and_not_ended() -> None:
    """More workers than partitions: this one has none because the others have all."""
    bench = Bench()
    bench.committed = {}
    assert not await bench.look(4 * PATIENCE)
    assert bench.watchdog.complaint == "все разделы у других процессов"


async def test_consumer_that_never_comes_up_is_seen() -> None:
    """The app has started, its consumer has not: nobody has our share."""
    bench = Bench()
    bench.consumer_up, bench.nobodys = False, {TP, OTHER}
    assert await bench.look(PATIENCE + 2 * STEP)


async def test_new_group_that_never_commits_is_a_stall() -> None:
    """No commit at all counts as standing still, too."""
    bench = Bench()
    bench.committed[TP] = None
    assert await bench.look(PATIENCE + 2 * STEP)


class Faulty:
    """A view of the group whose first question fails, and which tells when it is asked again."""

    def __init__(self, fault: Exception | None) -> None:
        self._fault = fault
        self.asked, self.stopped = asyncio.Event(), False

    async def connect(self) -> None:
        """Fail once."""
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault
        self.asked.set()
        raise KafkaConnectionError("and again")

    async def stop(self) -> None:
        """Remember it."""
        self.stopped = True


async def run_until(watchdog: Watchdog, event: asyncio.Event) -> None:
    """Run until it happens, then cancel."""
    task = asyncio.ensure_future(watchdog.run(lambda _: None))
    await asyncio.wait_for(event.wait(), 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("fault", [KafkaConnectionError("away"), OSError("away")])
async def test_watchdog_outlives_faults(fault: Exception) -> None:
    """A broker that is away does not end the watchdog; it looks again, and the time until then is nobody's fault."""
    view: Any = Faulty(fault)
    watchdog = Watchdog(Settings(), SimpleNamespace(started=True), view, lambda _: (), interval=0.001)
    watchdog._shareless, watchdog._stood = 1e6, {TP: (None, 1e6)}
    await run_until(watchdog, view.asked)
    assert (watchdog._shareless, watchdog._stood, view.stopped) == (0.0, {}, True)


async def test_app_that_still_waits_for_its_topics_is_not_looked_at() -> None:
    """Before Faust runs nobody is asked, so that a broker that is not there yet makes no noise."""
    view: Any = Faulty(None)
    app = SimpleNamespace(started=False)
    watchdog = Watchdog(Settings(), app, view, lambda _: (), interval=0.001)
    task = asyncio.ensure_future(watchdog.run(lambda _: None))
    await asyncio.sleep(0.05)
    assert not view.asked.is_set()
    app.started = True
    await asyncio.wait_for(view.asked.wait(), 60)
    task.cancel()
