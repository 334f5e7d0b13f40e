"""The watchdog: records wait, nothing is committed, nothing is in work."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from faust.exceptions import ConsumerNotStarted

from streams.engine import metrics, progress
from streams.engine.batches import Progress
from streams.engine.progress import Watchdog
from streams.settings import Kafka, Pipeline, Settings

TP = TopicPartition("p.source.wms", 0)
PATIENCE = 300.0


class Bench:
    """A watchdog among stand-ins: an app with one partition, a consumer that knows its ends, a clock."""

    def __init__(self) -> None:
        self.committed: int | None = 10
        self.start, self.end = 0, 10
        self.now = 0.0
        self.busy = False
        self.assigned = True
        self.started = True
        self.stalled: list[tuple[str, int]] = []
        settings = Settings(kafka=Kafka(prefix="p."), pipeline=Pipeline(watchdog_seconds=PATIENCE))
        app = SimpleNamespace(consumer=self)
        self.watchdog = Watchdog(settings, app, lambda: self.busy, lambda: self.now)
        self._app = app

    def progress(self) -> list[Progress]:
        """The app's side."""
        return [Progress(TP.topic, TP.partition, self.committed, 0)] if self.assigned else []

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The broker's side."""
        return dict.fromkeys(tps, self.end)

    async def beginning_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The broker's side."""
        return dict.fromkeys(tps, self.start)

    async def look(self, seconds: float = 15.0) -> bool:
        """Look once more after some seconds; whether it called it a stall."""
        self.now += seconds
        self._app.started = self.started
        self.stalled.clear()
        await self.watchdog._look(self, lambda topic, partition: self.stalled.append((topic, partition)))
        return bool(self.stalled)


async def test_nothing_to_do_is_no_stall() -> None:
    """A worker at the end of its partitions may stand still for ever."""
    bench = Bench()
    assert not any([await bench.look(PATIENCE) for _ in range(4)])


async def test_waiting_records_without_a_commit_are_a_stall() -> None:
    """After the patience, not before; told with our own topic name."""
    bench = Bench()
    bench.end = 11
    assert not await bench.look()
    assert not await bench.look(PATIENCE)
    assert await bench.look(1)
    assert bench.stalled == [("source.wms", 0)]


async def test_a_commit_starts_the_time_anew() -> None:
    """However long the queue, a worker that gets on is well."""
    bench = Bench()
    bench.end = 1000
    for committed in range(10, 20):
        bench.committed = committed
        assert not await bench.look(PATIENCE)


async def test_work_in_progress_is_no_stall() -> None:
    """A sink that is away for an hour is waited for; the time counts from the end of the work."""
    bench = Bench()
    bench.end, bench.busy = 11, True
    assert not any([await bench.look(PATIENCE) for _ in range(5)])
    bench.busy = False
    assert not await bench.look(PATIENCE)
    assert await bench.look(1)


async def test_partition_that_left_and_came_back_starts_anew() -> None:
    """The time it was away is not held against this worker."""
    bench = Bench()
    bench.end = 11
    await bench.look()
    bench.assigned = False
    await bench.look(PATIENCE)
    bench.assigned = True
    assert not await bench.look(PATIENCE)


@pytest.mark.parametrize("committed", [None, 3])
async def test_what_retention_deleted_is_nobodys_work(committed: int | None) -> None:
    """A group that has never committed, or long ago, at a topic whose records are all gone is not stalled."""
    bench = Bench()
    bench.committed, bench.start, bench.end = committed, 50, 50
    assert not any([await bench.look(PATIENCE) for _ in range(4)])
    assert metrics.LAG.labels("source.wms", 0)._value.get() == 0
    bench.end = 52
    await bench.look()
    assert metrics.LAG.labels("source.wms", 0)._value.get() == 2
    assert await bench.look(PATIENCE + 1)


async def test_new_group_that_never_commits_is_a_stall() -> None:
    """No commit at all counts as standing still, too."""
    bench = Bench()
    bench.committed = None
    await bench.look()
    assert await bench.look(PATIENCE + 1)


async def test_app_that_still_waits_for_its_topics_is_not_asked() -> None:
    """Before Faust runs there is no consumer to ask."""
    bench = Bench()
    bench.started, bench.end = False, 11
    assert not await bench.look()
    assert not await bench.look(PATIENCE + 1)


@pytest.mark.parametrize("fault", [KafkaConnectionError("away"), ConsumerNotStarted("yet"), OSError("away")])
async def test_watchdog_outlives_faults(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    """A broker that is away, or an app that has just begun, does not end the watchdog; it looks again."""
    looks: list[int] = []
    stopped: list[bool] = []
    again = asyncio.Event()

    class Consumer:
        def __init__(self, **_: Any) -> None:
            cluster = SimpleNamespace(brokers=lambda: {"one"})
            self._client = SimpleNamespace(cluster=cluster)

        async def stop(self) -> None:
            stopped.append(True)

    async def look(*_: object) -> None:
        looks.append(1)
        if len(looks) == 1:
            raise fault
        again.set()

    monkeypatch.setattr(progress, "AIOKafkaConsumer", Consumer)
    watchdog = Watchdog(Settings(), SimpleNamespace(), lambda: False, interval=0.001)
    monkeypatch.setattr(watchdog, "_look", look)
    task = asyncio.ensure_future(watchdog.run(lambda *_: None))
    await asyncio.wait_for(again.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped == [True]
