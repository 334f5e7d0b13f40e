"""Reading a topic outside of any consumer group: a stretch of it, or all of it for ever."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError

from schemas.errors import Transient
from schemas.topics import TopicSpec
from schemas.types import Millis
from streams.engine.connect import client_options, hang_up, wait_for_topics
from streams.engine.retry import Attempts, Policy
from streams.settings import Kafka

log = logging.getLogger(__name__)

FOLLOW = Policy(first=0.5, longest=5.0)
"""Pauses before a topic is followed anew: all of it is read again then."""


class Reader:
    """Reads whole partitions from their beginning, outside of any group: state, identities, outboxes."""

    def __init__(self, kafka: Kafka, topic: TopicSpec) -> None:
        self._kafka, self._name = kafka, topic.name
        self._options = client_options(kafka)
        self._topic, self._partitions = kafka.prefix + topic.name, topic.partitions
        self.followed = 0
        """Offset of partition 0 before which `follow` has given everything away at least once."""

    async def there(self) -> None:
        """Return when the topic can be read: who reads at the start may be up before the broker."""
        await wait_for_topics(self._kafka, [self._name])

    async def read(
        self, partitions: Iterable[int], deadline: float = 120.0, since: int = 0, at: Millis = 0
    ) -> AsyncGenerator[ConsumerRecord, None]:
        """Every record from offset `since`, and of the time `at` or later, up to the end offsets of now. Raises
        `Transient` after `deadline` seconds without a record."""
        consumer = self._consumer(fetch_wait_ms=20)
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(deadline) as patience:
                await consumer.start()
                tps = [TopicPartition(self._topic, p) for p in partitions]
                # offsets are asked for before `assign`: on one connection they would wait behind the first long poll
                ends = await consumer.end_offsets(tps)
                starts = await consumer.beginning_offsets(tps)
                if at:
                    found = await consumer.offsets_for_times(dict.fromkeys(tps, at))
                    starts = {tp: place.offset if (place := found[tp]) else ends[tp] for tp in tps}
                todo = {tp for tp in tps if max(since, starts[tp]) < ends[tp]}
                if todo:
                    consumer.assign(todo)
                    for tp in todo:
                        consumer.seek(tp, max(since, starts[tp]))
                while todo:
                    for records in (await consumer.getmany(*todo, timeout_ms=500)).values():
                        for record in records:
                            yield record
                        patience.reschedule(clock() + deadline)  # a long topic, or a slow taker, is no fault
                    todo = {tp for tp in todo if await consumer.position(tp) < ends[tp]}
        except (KafkaError, KafkaTimeoutError, OSError, TimeoutError) as error:
            raise Transient(f"cannot read {self._topic}: {error!r}") from error
        finally:
            await hang_up(consumer)

    async def follow(self, take: Callable[[ConsumerRecord | None], Awaitable[None]]) -> None:
        """Give every record to `take`, for ever, and None each time the end of all partitions is reached.

        After a passing fault, also one of `take`, it begins anew with the first record.
        """
        attempts = Attempts(FOLLOW)
        while True:
            try:
                await self._follow(take, attempts)
            except (KafkaError, OSError, Transient) as error:
                log.warning("topic cannot be followed", extra={"topic": self._topic, "error": repr(error)})
                await attempts.failed(error)

    async def _follow(self, take: Callable[[ConsumerRecord | None], Awaitable[None]], attempts: Attempts) -> None:
        await self.there()
        consumer = self._consumer(fetch_wait_ms=1000)
        tps = [TopicPartition(self._topic, number) for number in range(self._partitions)]
        try:
            await consumer.start()
            consumer.assign(tps)
            await consumer.seek_to_beginning(*tps)
            while True:
                ends = await consumer.end_offsets(tps)
                for records in (await consumer.getmany(*tps, timeout_ms=1000)).values():
                    for record in records:
                        await take(record)
                places = [await consumer.position(tp) for tp in tps]
                self.followed = max(self.followed, places[0])
                if all(place >= ends[tp] for place, tp in zip(places, tps, strict=True)):
                    await take(None)
                    attempts.well()
        finally:
            await hang_up(consumer)

    def _consumer(self, fetch_wait_ms: int) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            **self._options,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=fetch_wait_ms,
            max_partition_fetch_bytes=4 << 20,
        )
