"""What Kafka knows of a raw record that no table has: when it came, and whether `pipeline` has read it."""

import logging
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from processors.normalize import NORMALIZERS
from schemas.errors import Transient
from schemas.types import Millis
from streams.engine.ends import Ends
from streams.engine.group import committed
from streams.engine.kafka import PARTITIONS
from streams.engine.record_at import record_at
from streams.settings import Kafka

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""For a look at Kafka: a trace without it is better than none."""


class Raw(NamedTuple):
    """`at`: when the broker took it (0: it is gone, or Kafka does not answer). `exists`: there is or was such a record.
    `unread`: how many records `pipeline` has to read until it is done with this one; 0 where it is."""

    at: Millis = 0
    exists: bool = False
    unread: int = 0


class RawRecords:
    """Looks at the source topics."""

    def __init__(self, kafka: Kafka, ends: Ends) -> None:
        self._kafka, self._ends = kafka, ends
        self._group = f"{kafka.prefix}leadpulse-pipeline"

    async def look(self, origin: str) -> Raw:
        """The record at `topic/partition/offset`. Never raises for Kafka's sake."""
        topic, partition, offset = origin.rsplit("/", 2)
        if topic not in NORMALIZERS or int(partition) >= PARTITIONS[topic]:
            return Raw()
        tp, place = TopicPartition(self._kafka.prefix + topic, int(partition)), int(offset)
        try:
            end = (await self._ends.ask([tp]))[tp]
            if place >= end:
                return Raw()
            read = max(0, (await committed(self._kafka, self._group)).get(tp, 0))
            record = await record_at(self._kafka, topic, tp.partition, place, PATIENCE_S)
        except (Transient, KafkaError, OSError) as fault:
            log.warning("trace without Kafka", extra={"error": str(fault)})
            return Raw()
        return Raw(record.timestamp if record else 0, exists=True, unread=max(0, place + 1 - read))
