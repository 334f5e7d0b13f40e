"""A topic of one partition as a table: kept up with by a worker, or read through once by a command."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

from aiokafka import ConsumerRecord

from schemas.topics import TopicSpec
from streams.engine.process import Batch, Outcome, Process
from streams.engine.reader import Reader
from streams.settings import Kafka

PATIENCE_S = 20.0
"""Of a person, without a record."""


class Followed(ABC):
    """The whole topic, kept up with. `loaded` is set once all that stood in it at the start is read."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self.loaded = reader, asyncio.Event()

    @property
    def followed(self) -> int:
        """Offset before which all was put into the table at least once."""
        return self._reader.followed

    @abstractmethod
    def put(self, record: ConsumerRecord) -> None:
        """Take a record into the table. One that cannot be read is told and changes nothing."""

    async def follow(self) -> None:
        """Until cancelled."""
        await self._reader.follow(self._take)

    async def _take(self, record: ConsumerRecord | None) -> None:
        if record is None:
            self.loaded.set()
        else:
            self.put(record)

    def before(self, process: Process) -> Process:
        """`process`, once it is loaded: nothing is decided by half a table."""

        async def informed(batch: Batch) -> Outcome:
            await self.loaded.wait()
            return await process(batch)

        return informed

    def then(self, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The same of a background task."""

        async def informed() -> None:
            await self.loaded.wait()
            await work()

        return informed


async def read_through(kafka: Kafka, topic: TopicSpec, put: Callable[[ConsumerRecord], None]) -> None:
    """Give `put` every record that stands in the topic now. Raises `Transient`."""
    async for record in Reader(kafka, topic).read(range(topic.partitions), deadline=PATIENCE_S):
        put(record)
