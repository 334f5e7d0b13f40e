"""How far this worker is behind the broker: asked when somebody wants to know."""

import asyncio
import time
from collections.abc import Collection, Mapping

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from schemas.topics import LEAD_EVENTS, TopicSpec
from streams.engine.ends import Ends
from streams.engine.group import Groups
from streams.engine.worker import Worker

COMMIT_SECONDS = 0.25
"""Between two looks at the commits; the worker commits twice a second."""


class Lag:
    """Committed offsets of the worker's partitions against the broker's end offsets."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._prefix = worker.settings.kafka.prefix
        self._ends = Ends(worker.settings.kafka)
        self._groups = Groups(worker.settings.kafka)

    def partitions(self) -> set[int]:
        """Partitions of `lead.events` that are ours now. Ticks and baselines of a partition are its owner's work."""
        return {partition for topic, partition in self._worker.assigned() if topic == LEAD_EVENTS.name}

    async def by_topic(self) -> dict[str, int]:
        """Records not yet stored and committed, by topic; empty while nothing is assigned. Raises `Transient`."""
        lags: dict[str, int] = {}
        ends = await self._ends.ask(list(self._committed()))
        committed = self._committed()
        for tp, end in ends.items():
            name = tp.topic.removeprefix(self._prefix)
            lags[name] = lags.get(name, 0) + max(0, end - committed.get(tp, 0))
        return lags

    async def caught_up(self, patience: float) -> bool:
        """Wait until all that the broker has now is stored and committed, by whichever worker of the group has it: one
        that was killed keeps its partitions for a while, and nobody stores them. False if that takes over `patience`
        seconds. New records do not prolong it: under load the lag is never zero. Raises `Transient`."""
        return await self._caught_up(patience, self._worker.consumed())

    async def events_stored(self, patience: float) -> bool:
        """As `caught_up`, of `lead.events` alone: for who settles another topic of ours and would wait for himself."""
        return await self._caught_up(patience, [LEAD_EVENTS])

    async def _caught_up(self, patience: float, topics: Collection[TopicSpec]) -> bool:
        tps = [TopicPartition(self._prefix + topic.name, p) for topic in topics for p in range(topic.partitions)]
        ends = {tp: end for tp, end in (await self._ends.ask(tps)).items() if end}
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            mine = self._committed()
            if all(mine[tp] >= end for tp, end in ends.items() if tp in mine):
                others = {tp: end for tp, end in ends.items() if tp not in mine}
                if not others or await self._have_others(others):
                    return True
            await asyncio.sleep(COMMIT_SECONDS)
        return False

    async def _have_others(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Whether the group has committed these partitions, which are not ours."""
        group = self._worker.app.conf.id
        try:
            found = (await self._groups.committed([group]))[group]
        except (KafkaError, OSError) as error:
            raise Transient(f"cannot ask what the group has stored: {error!r}") from error
        return all(found.get(tp, 0) >= end for tp, end in ends.items())

    def _committed(self) -> dict[TopicPartition, int]:
        if not self._worker.assigned():
            return {}
        app = self._worker.app
        return {TopicPartition(p.topic, p.partition): p.committed or 0 for p in app.consumer.progress()}

    async def committed(self, patience: float) -> dict[str, dict[int, int]]:
        """What is stored and committed: the next offset of each partition, by topic without prefix. While the group
        divides them anew there is none to tell: waits so many seconds until all are ours. Raises `Transient`."""
        deadline = time.monotonic() + patience
        while not self._all_are_ours():
            if time.monotonic() > deadline:
                raise Transient("the store has not been given all its partitions of Kafka; try again in a minute")
            await asyncio.sleep(COMMIT_SECONDS)
        found: dict[str, dict[int, int]] = {}
        for tp, offset in self._committed().items():
            found.setdefault(tp.topic.removeprefix(self._prefix), {})[tp.partition] = offset
        return found

    def _all_are_ours(self) -> bool:
        mine = self._worker.assigned()
        return all((topic.name, p) in mine for topic in self._worker.consumed() for p in range(topic.partitions))

    async def stop(self) -> None:
        """Close the connections."""
        await self._ends.stop()
        await self._groups.stop()
