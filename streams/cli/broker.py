"""Kafka, for commands: whether it is there, and one record that it has confirmed."""

import asyncio
from collections.abc import Sequence

from schemas.errors import Transient
from schemas.topics import TopicSpec
from streams.engine.connect import wait_for_topics
from streams.engine.kafka import Output, Outputs
from streams.settings import Kafka

READY_SECONDS = 20.0
"""A broker that is there answers within some tenths; one that does not by now is told."""


async def there(kafka: Kafka, topics: Sequence[TopicSpec], patience: float = READY_SECONDS) -> None:
    """Return when the topics are there. Raises `Transient`."""
    names = [topic.name for topic in topics]
    try:
        async with asyncio.timeout(patience):
            await wait_for_topics(kafka, names)
    except TimeoutError as error:
        raise Transient(
            f"Kafka не отвечает по адресу {kafka.bootstrap} (kafka.bootstrap) или в ней нет темы "
            f"{' или '.join(names)} (leadpulse topics apply)"
        ) from error


async def put(kafka: Kafka, topic: TopicSpec, key: str, value: bytes | None) -> None:
    """Return when the broker has the record; without a value it is a tombstone. Raises `Transient`."""
    outputs = Outputs(kafka)
    try:
        async with asyncio.timeout(READY_SECONDS):
            await outputs.send([Output(topic.name, key.encode(), value)])
    except TimeoutError as error:
        raise Transient(f"Kafka ({kafka.bootstrap}) не подтвердила запись, повторите команду") from error
    finally:
        await outputs.stop()
