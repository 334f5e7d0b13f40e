"""How far this worker is behind the broker: asked over a connection of its own, when somebody wants to know."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from schemas.topics import LEAD_EVENTS
from streams.engine.kafka import client_options
from streams.engine.worker import Worker

COMMIT_SECONDS = 0.25
"""Between two looks at the commits; the worker commits twice a second."""


class Lag:
    """Committed offsets of the worker's partitions against the broker's end offsets."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._prefix = worker.settings.kafka.prefix
        self._consumer: AIOKafkaConsumer | None = None
        self._asking = asyncio.Lock()

    def partitions(self) -> set[int]:
        """Partitions of `lead.events` that are ours now. Ticks and baselines of a partition are its owner's work."""
        return {partition for topic, partition in self._worker.assigned() if topic == LEAD_EVENTS.name}

    async def by_topic(self) -> dict[str, int]:
        """Records not yet stored and committed, by topic; empty while nothing is assigned. Raises `Transient`."""
        lags: dict[str, int] = {}
        ends = await self._ends(list(self._committed()))
        committed = self._committed()
        for tp, end in ends.items():
            name = tp.topic.removeprefix(self._prefix)
            lags[name] = lags.get(name, 0) + max(0, end - committed.get(tp, 0))
        return lags

    async def caught_up(self, patience: float) -> bool:
        """Wait until all that the broker has now is stored and committed; False if that takes over `patience` seconds,
        or the partitions move. New records do not prolong it: under load the lag is never zero. Raises `Transient`."""
        mine = self._committed()
        if not mine:
            return False
        ends = await self._ends(list(mine))
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            committed = self._committed()
            if committed.keys() != mine.keys():
                return False
            if all(committed[tp] >= end for tp, end in ends.items()):
                return True
            await asyncio.sleep(COMMIT_SECONDS)
        return False

    def _committed(self) -> dict[TopicPartition, int]:
        if not self._worker.assigned():
            return {}
        app = self._worker.app
        return {TopicPartition(p.topic, p.partition): p.committed or 0 for p in app.consumer.progress()}

    async def _ends(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        async with self._asking:
            try:
                if self._consumer is None:
                    consumer = AIOKafkaConsumer(**client_options(self._worker.settings.kafka), enable_auto_commit=False)
                    try:
                        await consumer.start()
                    except BaseException:
                        await consumer.stop()
                        raise
                    self._consumer = consumer
                ends: dict[TopicPartition, int] = await self._consumer.end_offsets(tps)
            except (KafkaError, OSError) as error:
                await self._forget()
                raise Transient(f"cannot ask for end offsets: {error!r}") from error
            return ends

    async def _forget(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def stop(self) -> None:
        """Close the connection."""
        await self._forget()
