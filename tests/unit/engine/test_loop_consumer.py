"""The aiokafka consumer of a Faust app: commits that fail, rewinds, the length of long polls."""

import asyncio
import inspect
import threading
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError
from faust.types.tuples import TP

from streams.engine.loop_consumer import LoopConsumer, set_long_poll

HERE, AWAY = TP("source.wms", 0), TP("source.wms", 1)


class Kafka:
    """An aiokafka consumer that has HERE at position 50."""

    def __init__(self, faults: Iterable[Exception] = ()) -> None:
        self._faults = iter(faults)
        self.sought: list[tuple[TopicPartition, int]] = []
        self.committed: list[dict[TopicPartition, Any]] = []

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition(*HERE)}

    async def position(self, tp: TopicPartition) -> int:
        if tp != TopicPartition(*HERE):
            raise IllegalStateError("not assigned")
        return 50

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self.sought.append((tp, offset))

    async def commit(self, offsets: dict[TopicPartition, Any]) -> None:
        if (fault := next(self._faults, None)) is not None:
            raise fault
        self.committed.append(offsets)


def loop_consumer(kafka: Kafka) -> Any:
    """Its methods on this consumer, without a worker."""
    made: Any = object.__new__(LoopConsumer)
    made._consumer = kafka
    return made


@pytest.mark.parametrize(("offset", "sought"), [(40, [(TopicPartition(*HERE), 40)]), (50, []), (60, [])])
async def test_rewind_never_moves_forward(offset: int, sought: list[tuple[TopicPartition, int]]) -> None:
    """A partition that was given to us anew stands at its commit, perhaps before what an old fetch had read."""
    kafka = Kafka()
    await loop_consumer(kafka)._rewind({HERE: offset})
    assert kafka.sought == sought


async def test_rewind_passes_over_what_moved_away() -> None:
    """One partition that is gone does not hold up the others."""
    kafka = Kafka()
    await loop_consumer(kafka)._rewind({AWAY: 1, HERE: 2})
    assert kafka.sought == [(TopicPartition(*HERE), 2)]


@pytest.mark.parametrize("fault", [KafkaConnectionError("away"), CommitFailedError("moved")])
async def test_refused_commit_is_no_crash(fault: Exception) -> None:
    """Faust would end the worker; it is told "not yet"."""
    kafka = Kafka([fault])
    assert not await loop_consumer(kafka)._commit({HERE: 5})
    assert await loop_consumer(kafka)._commit({HERE: 5, AWAY: 7})
    assert [{tp: at.offset for tp, at in made.items()} for made in kafka.committed] == [{TopicPartition(*HERE): 5}]


def test_long_poll_is_still_read_from_the_pinned_fetcher() -> None:
    """The private fields are what aiokafka makes each request from; a version that moves them fails here."""
    fetcher = SimpleNamespace(_fetch_max_wait_ms=1500, _fetch_min_bytes=1)
    set_long_poll(SimpleNamespace(_fetcher=fetcher), 50, 1000)
    assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (50, 1000)
    source = inspect.getsource(Fetcher)
    assert source.count("self._fetch_max_wait_ms,") == source.count("self._fetch_min_bytes,") == 1


async def test_calls_run_beside_each_other_in_the_same_loop() -> None:
    """A commit or a rewind does not wait for the long poll under way, nor for another call, and needs no thread."""
    together = asyncio.Barrier(3)

    async def call(number: int) -> tuple[int, int]:
        await together.wait()
        return number, threading.get_ident()

    made = loop_consumer(Kafka())
    answers = await asyncio.wait_for(asyncio.gather(*(made.call_thread(call, n) for n in range(3))), 60)
    assert answers == [(number, threading.get_ident()) for number in range(3)]


async def test_a_fault_of_a_call_is_the_callers() -> None:
    """What it raises is raised where it was called."""

    async def call() -> None:
        raise KafkaConnectionError("away")

    with pytest.raises(KafkaConnectionError):
        await loop_consumer(Kafka()).call_thread(call)


async def test_plain_functions_can_be_called() -> None:
    """Faust subscribes by a function that is not asynchronous."""
    assert await loop_consumer(Kafka()).call_thread(lambda number: number + 1, 1) == 2


async def test_its_end_is_not_the_end_of_the_workers_tasks() -> None:
    """Faust cancels whatever is left in the thread's loop, and ours is the worker's."""
    other = asyncio.ensure_future(asyncio.sleep(60))
    await loop_consumer(Kafka())._gather_remaining_tasks()
    await asyncio.sleep(0)
    assert not other.cancelled() and other.cancel()
