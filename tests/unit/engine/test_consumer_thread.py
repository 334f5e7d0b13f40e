"""The thread that owns the aiokafka consumer: commits that fail, rewinds, the length of long polls."""

import asyncio
import inspect
import threading
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError
from faust.types.tuples import TP
from mode.threads import MethodQueue

from streams.engine.consumer_thread import ConsumerThread, set_long_poll

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


def thread(kafka: Kafka) -> Any:
    """The thread's methods on this consumer, without the thread."""
    made: Any = object.__new__(ConsumerThread)
    made._consumer = kafka
    return made


@pytest.mark.parametrize(("offset", "sought"), [(40, [(TopicPartition(*HERE), 40)]), (50, []), (60, [])])
async def test_rewind_never_moves_forward(offset: int, sought: list[tuple[TopicPartition, int]]) -> None:
    """A partition that was given to us anew stands at its commit, perhaps before what an old fetch had read."""
    kafka = Kafka()
    await thread(kafka)._rewind({HERE: offset})
    assert kafka.sought == sought


async def test_rewind_passes_over_what_moved_away() -> None:
    """One partition that is gone does not hold up the others."""
    kafka = Kafka()
    await thread(kafka)._rewind({AWAY: 1, HERE: 2})
    assert kafka.sought == [(TopicPartition(*HERE), 2)]


@pytest.mark.parametrize("fault", [KafkaConnectionError("away"), CommitFailedError("moved")])
async def test_refused_commit_is_no_crash(fault: Exception) -> None:
    """Faust would end the worker; it is told "not yet"."""
    kafka = Kafka([fault])
    assert not await thread(kafka)._commit({HERE: 5})
    assert await thread(kafka)._commit({HERE: 5, AWAY: 7})
    assert [{tp: at.offset for tp, at in made.items()} for made in kafka.committed] == [{TopicPartition(*HERE): 5}]


def test_long_poll_is_still_read_from_the_pinned_fetcher() -> None:
    """The private fields are what aiokafka makes each request from; a version that moves them fails here."""
    fetcher = SimpleNamespace(_fetch_max_wait_ms=1500, _fetch_min_bytes=1)
    set_long_poll(SimpleNamespace(_fetcher=fetcher), 50, 1000)
    assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (50, 1000)
    source = inspect.getsource(Fetcher)
    assert source.count("self._fetch_max_wait_ms,") == source.count("self._fetch_min_bytes,") == 1


@pytest.fixture
def elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever)
    running.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    running.join()
    loop.close()


def calling(elsewhere: asyncio.AbstractEventLoop) -> Any:
    """A thread that is only there to be called."""
    made = thread(Kafka())
    made.parent_loop, made.thread_loop = asyncio.get_running_loop(), elsewhere
    made._calls, made._method_queue = set(), MethodQueue(loop=elsewhere)
    return made


async def test_calls_run_in_the_thread_beside_each_other(elsewhere: asyncio.AbstractEventLoop) -> None:
    """A commit or a rewind does not wait for the long poll under way, nor for another call."""
    together = asyncio.Barrier(3)

    async def call(number: int) -> tuple[int, int]:
        await together.wait()
        return number, threading.get_ident()

    made = calling(elsewhere)
    answers = await asyncio.wait_for(asyncio.gather(*(made.call_thread(call, n) for n in range(3))), 10)
    assert [number for number, _ in answers] == [0, 1, 2]
    assert threading.get_ident() not in {ident for _, ident in answers}


async def test_a_fault_of_a_call_is_the_callers(elsewhere: asyncio.AbstractEventLoop) -> None:
    """What it raises in the thread is raised where it was called, and nothing of it is kept."""

    async def call() -> None:
        raise KafkaConnectionError("away")

    made = calling(elsewhere)
    with pytest.raises(KafkaConnectionError):
        await asyncio.wait_for(made.call_thread(call), 10)
    assert await asyncio.wait_for(made.call_thread(asyncio.sleep, 0, "next"), 10) == "next"
