"""Output to Kafka outside of Faust: returns when the broker has it."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.partitioner import murmur2

from schemas.errors import TooLarge, Transient
from schemas.topics import LARGEST, TOPICS
from streams.engine.connect import client_options
from streams.settings import Kafka

log = logging.getLogger(__name__)

MAX_REQUEST = LARGEST
"""Bytes of the largest record; the broker's `message.max.bytes` of the embedded server is the same."""

OVERHEAD = 128
"""Bytes that Kafka counts for a batch of one record beside key and value (61 and at most 35)."""

FEW = 8
"""Records of a partition that go one by one into the producer's open batch, together with those of other callers. A
ready-made batch waits until the partition's former one has left, and wakes all others that wait: with 200 callers at
once that was the whole machine. From about so many records on it is cheaper all the same."""

PARTITIONS = {topic.name: topic.partitions for topic in TOPICS}
MOST_BYTES = {topic.name: topic.max_bytes for topic in TOPICS}


FIRST_APPENDED = "first-appended"
"""Header of a source record that is put on its topic again: when the broker took it first (ms UTC, decimal). What has
no time of its own keeps the one it got then."""
FIRST_PLACE = "first-place"
"""Beside it: where the record stood first, `topic/partition/offset`. The trace of what is made of it stays the same."""


class Output(NamedTuple):
    """A record to be produced. `partition` only where the key does not decide (ticks)."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


class Placed(NamedTuple):
    """Where records that were sent together lie in their partition: the first one's offset, and how many follow it."""

    offset: int
    records: int


def partition_of(topic: str, key: bytes) -> int:
    """The partition of a key, as Java's default partitioner puts it."""
    return int(murmur2(key) & 0x7FFFFFFF) % PARTITIONS[topic]


class Outputs:
    """A producer whose `send` returns when the broker has everything (acks=all)."""

    def __init__(self, kafka: Kafka) -> None:
        self._options = client_options(kafka)
        self._prefix = kafka.prefix
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._options, acks="all", linger_ms=0, max_batch_size=1 << 20, max_request_size=MAX_REQUEST
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    async def send(self, outputs: Iterable[Output]) -> None:
        """Produce and wait for the broker's word on every record. Raises as `place`."""
        await self.place(outputs)

    async def place(self, outputs: Iterable[Output]) -> list[Placed]:
        """Produce and wait for the broker's word on every record: where they lie, partition by partition in order.

        Raises `Transient`, then all of it may be repeated; `TooLarge` where a record is, by our own measure before
        anything is sent, or by the broker's when some of it may have been.

        Many records of a partition are put into ready-made batches: a fraction of the cost of one call per record.
        """
        groups: dict[tuple[str, int], list[Output]] = defaultdict(list)
        for output in outputs:
            at = output.partition if output.partition is not None else partition_of(output.topic, output.key or b"")
            _measure(output)
            groups[output.topic, at].append(output)
        if not groups:
            return []
        waiting: list[tuple[asyncio.Future[Any], int]] = []
        try:
            producer = await self._started()
            for (topic, at), group in groups.items():
                waiting += await _send_group(producer, self._prefix + topic, at, group)
            futures = [future for future, _ in waiting]  # mostly one, and gathering costs as much as sending
            placed = await asyncio.gather(*futures) if len(futures) > 1 else [await futures[0]]
            return [Placed(at.offset, count) for at, (_, count) in zip(placed, waiting, strict=True)]
        except MessageSizeTooLargeError as error:
            raise TooLarge(f"an output is larger than its topic takes: {error!r}") from error
        except (KafkaError, OSError) as error:
            raise Transient(f"Kafka did not take the output: {error!r}") from error
        finally:
            for future, _ in waiting:  # a failed neighbour leaves the others unread: say that they were seen
                if future.done() and not future.cancelled():
                    future.exception()

    async def stop(self) -> None:
        """Close the connection; what was not acknowledged is not sent."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                await asyncio.wait_for(producer.stop(), timeout=3)
            except (TimeoutError, KafkaError):
                return


def _measure(output: Output) -> None:
    """Raise `TooLarge`."""
    size = len(output.key or b"") + len(output.value or b"") + OVERHEAD
    if size > MOST_BYTES[output.topic]:
        raise TooLarge(f"a record of {size} bytes for {output.topic}, which takes {MOST_BYTES[output.topic]}")


async def _send_group(
    producer: AIOKafkaProducer, topic: str, partition: int, group: Sequence[Output]
) -> list[tuple[asyncio.Future[Any], int]]:
    if len(group) <= FEW:
        return [(await producer.send(topic, o.value, o.key, partition, None, list(o.headers)), 1) for o in group]
    waiting = []
    batch = producer.create_batch()
    for output in group:
        headers = list(output.headers)
        if batch.append(key=output.key, value=output.value, timestamp=None, headers=headers) is None:
            if count := batch.record_count():
                waiting.append((await producer.send_batch(batch, topic, partition=partition), count))
                batch = producer.create_batch()
            # larger than a whole batch: alone
            if batch.append(key=output.key, value=output.value, timestamp=None, headers=headers) is None:
                waiting.append((await producer.send(topic, output.value, output.key, partition, None, headers), 1))
    if count := batch.record_count():
        waiting.append((await producer.send_batch(batch, topic, partition=partition), count))
    return waiting
