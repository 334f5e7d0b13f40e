"""End offsets, asked for over a connection of its own: on a consumer's they would wait behind its long poll."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from streams.engine.connect import client_options, hang_up
from streams.settings import Kafka


class Ends:
    """Where partitions end now. The connection is made with the first question."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._consumer: AIOKafkaConsumer | None = None
        self._asking = asyncio.Lock()

    async def of(self, topic: str, partition: int = 0) -> int:
        """The end offset of a partition; `topic` is our name of it, without the prefix. Raises `Transient`."""
        tp = TopicPartition(self._kafka.prefix + topic, partition)
        return (await self.ask([tp]))[tp]

    async def ask(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The end offsets of partitions, topics in the broker's names. Raises `Transient`."""
        async with self._asking:
            try:
                if self._consumer is None:
                    self._consumer = await self._started()
                ends: dict[TopicPartition, int] = await self._consumer.end_offsets(tps)
            except (KafkaError, OSError) as error:
                await self.stop()
                raise Transient(f"cannot ask for end offsets: {error!r}") from error
            return ends

    async def _started(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(**client_options(self._kafka), enable_auto_commit=False)
        try:
            await consumer.start()
        except BaseException:
            await hang_up(consumer)
            raise
        return consumer

    async def stop(self) -> None:
        """Close the connection."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await hang_up(consumer)
