"""One record by its place."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from streams.engine.connect import client_options, hang_up
from streams.settings import Kafka

READ_S = 30.0


async def record_at(
    kafka: Kafka, topic: str, partition: int, offset: int, patience: float = READ_S
) -> ConsumerRecord[bytes, bytes] | None:
    """The record of `topic` (our name of it); None where it is gone, or not there yet. Raises `Transient` after so many
    seconds, too."""
    tp = TopicPartition(kafka.prefix + topic, partition)
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="none", enable_auto_commit=False)
    try:
        async with asyncio.timeout(patience):
            await consumer.start()
            first, end = (await consumer.beginning_offsets([tp]))[tp], (await consumer.end_offsets([tp]))[tp]
            if not first <= offset < end:
                return None
            consumer.assign([tp])
            consumer.seek(tp, offset)
            record: ConsumerRecord[bytes, bytes] = await consumer.getone(tp)
    except (KafkaError, OSError, TimeoutError) as error:
        raise Transient(f"не удалось прочитать {topic}/{partition}: {error!r}") from error
    finally:
        await hang_up(consumer)
    return record if record.offset == offset else None
