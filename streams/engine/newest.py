"""The last records of a topic, for a person who looks at it."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from schemas.topics import TopicSpec
from streams.engine.connect import client_options, hang_up
from streams.settings import Kafka

READ_S = 5.0


async def newest(kafka: Kafka, topic: TopicSpec, many: int) -> list[ConsumerRecord[bytes, bytes]]:
    """So many at most, the newest first; of a topic whose records were compacted away, fewer. Raises `Transient`."""
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="earliest", enable_auto_commit=False)
    found: list[ConsumerRecord[bytes, bytes]] = []
    try:
        async with asyncio.timeout(READ_S):
            await consumer.start()
            tps = [TopicPartition(kafka.prefix + topic.name, p) for p in range(topic.partitions)]
            ends, starts = await consumer.end_offsets(tps), await consumer.beginning_offsets(tps)
            todo = {tp for tp in tps if starts[tp] < ends[tp]}
            if todo:
                consumer.assign(todo)
            for tp in todo:
                consumer.seek(tp, max(starts[tp], ends[tp] - many))
            while todo:
                for records in (await consumer.getmany(*todo, timeout_ms=200)).values():
                    found += records
                todo = {tp for tp in todo if await consumer.position(tp) < ends[tp]}
    except (KafkaError, OSError, TimeoutError) as error:
        raise Transient(f"cannot read {topic.name}: {error!r}") from error
    finally:
        await hang_up(consumer)
    return sorted(found, key=lambda record: (record.timestamp, record.offset), reverse=True)[:many]
