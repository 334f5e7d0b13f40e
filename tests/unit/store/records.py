"""Records as Kafka would hand them over."""

from collections.abc import Iterable

from aiokafka import ConsumerRecord

from schemas.types import Millis
from streams.engine.settle import Batch

NOW: Millis = 1_795_246_200_000
"""2026-11-21 10:30 in Moscow, a Saturday. Tests of TTL-bound tables need a recent time."""

HOUR = 3_600_000
DAY = 24 * HOUR


def record(offset: int, value: bytes, at: Millis = NOW, partition: int = 0) -> ConsumerRecord[bytes, bytes]:
    """A record appended at `at`."""
    return ConsumerRecord("t", partition, offset, at, 1, b"key", value, None, 3, len(value), ())


def batch(topic: str, values: Iterable[bytes], first: int = 0, at: Millis = NOW, partition: int = 0) -> Batch:
    """A batch whose records follow each other from offset `first`."""
    records = [record(first + n, value, at, partition) for n, value in enumerate(values)]
    return Batch(topic, partition, 1, records)
