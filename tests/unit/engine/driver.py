"""A stand-in for the driver below `BatchConsumer`: a broker with one group, whose records and faults a test decides."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import faust
from faust.types.tuples import TP

from streams.engine.batches import BatchConsumer
from streams.engine.worker import nobody_looks

TOPIC = "source.wms"
ONE, TWO = TP(TOPIC, 0), TP(TOPIC, 1)


class Thread:
    """Faust's consumer thread: what was fetched, where reading goes on, what the broker has committed."""

    def __init__(self) -> None:
        self.mine: set[TP] = set()
        self.logs: dict[TP, int] = {}  # records 0 … n-1 of each partition
        self.positions: dict[TP, int] = {}
        self.commits: list[dict[TP, int]] = []
        self.committed: dict[TP, int] = {}
        self.refuse_commits = False
        self.linger_ms = 0
        self.before_answer: list[Any] = []  # called while a fetch is under way

    def assignment(self) -> set[TP]:
        """Partitions that are ours."""
        return set(self.mine)

    async def getmany(self, active_partitions: set[TP], timeout: float) -> dict[TP, list[Any]]:
        """What has come since, at most ten records a partition; the position moves on."""
        if self.before_answer:
            self.before_answer.pop(0)()
        found = {}
        for tp in sorted(active_partitions & self.mine):
            at = self.positions[tp]
            offsets = range(at, min(self.logs[tp], at + 10))
            if offsets:
                found[tp] = [_record(tp, offset) for offset in offsets]
                self.positions[tp] = offsets[-1] + 1
        return found

    async def commit(self, offsets: Mapping[TP, int]) -> bool:
        """Take the offsets, or refuse."""
        if self.refuse_commits:
            return False
        self.commits.append(dict(offsets))
        self.committed |= offsets
        return True

    async def rewind(self, offsets: Mapping[TP, int]) -> None:
        """As `LoopConsumer.rewind`."""
        for tp in offsets.keys() & self.mine:
            self.positions[tp] = min(self.positions[tp], offsets[tp])

    def owns(self, topic: str, partition: int) -> bool:
        """Whether it is ours."""
        return TP(topic, partition) in self.mine


class Consumer(BatchConsumer):
    """Ours, on the stand-in."""

    def _new_consumer_thread(self) -> Any:
        return Thread()

    def add_dependency(self, service: Any) -> Any:
        """The stand-in is no service."""
        return service


class Group:
    """A consumer, and the group that gives and takes its partitions. Not started: a test fetches and acks by itself."""

    def __init__(self, consumer: type[BatchConsumer] = Consumer) -> None:
        self.app: Any = faust.App("unit", broker="batches://nowhere", store="memory://")
        self.app.topics._acking_topics.add(TOPIC)
        self.app.producer.flush = _nothing
        self.app.consumer_generation_id = 0
        self.app.watched = nobody_looks
        self.consumer: Any = consumer(self.app.transport, _nothing, _nothing, _nothing, loop=asyncio.get_running_loop())
        self.thread: Thread = self.consumer._thread

    async def assign(self, tps: dict[TP, int], committed: dict[TP, int] | None = None) -> None:
        """A rebalance that ends with these partitions and as many records in each."""
        await self.revoke()
        self.app.consumer_generation_id += 1
        self.thread.mine = set(tps)
        self.thread.logs |= tps
        self.thread.committed |= committed or {}
        await self.consumer.on_partitions_assigned(set(tps), self.app.consumer_generation_id)
        for tp in tps:
            self.thread.positions[tp] = self.thread.committed.get(tp, 0)
            self.consumer._committed_offset[tp] = self.thread.committed.get(tp)
        self.consumer.resume_flow()

    async def revoke(self) -> None:
        """The group takes all back."""
        self.consumer.stop_flow()
        await self.consumer.on_partitions_revoked(set(self.thread.mine))
        self.thread.mine = set()

    async def fetch(self) -> list[Any]:
        """The batches of one fetch, as an agent would get them."""
        return [message async for _, message in self.consumer.getmany(timeout=0.01)]

    def pending(self, tp: TP) -> int:
        """Batches of a partition that are out."""
        return sum(p.delivered for p in self.consumer.progress() if (p.topic, p.partition) == tp)


async def group(consumer: type[BatchConsumer] = Consumer, records: int = 30) -> Group:
    """One that has partition ONE with some records."""
    made = Group(consumer)
    await made.assign({ONE: records})
    return made


def offsets(message: Any) -> list[int]:
    """Offsets of a batch."""
    return [record.offset for record in message.value]


def _record(tp: TP, offset: int) -> Any:
    return SimpleNamespace(
        topic=tp.topic, partition=tp.partition, offset=offset, timestamp=1000, timestamp_type=1, value=b"x"
    )


async def _nothing(*_: Any) -> None:
    return None
