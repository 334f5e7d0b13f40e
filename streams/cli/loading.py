"""What every import has in common: Kafka is asked first, what was sent is noted, a fault is one line."""

import asyncio
from collections.abc import Iterator

from processors.identity import Identities
from schemas.codec import Rejected
from schemas.errors import Refused, Transient
from schemas.topics import IDENTITIES, TopicSpec
from streams.cli.broker import READY_SECONDS
from streams.engine.connect import wait_for_topics
from streams.engine.identities import identity_of
from streams.engine.kafka import Output, Outputs
from streams.engine.reader import Reader
from streams.loading import Cursor, Progress, load
from streams.settings import Kafka


async def ready(kafka: Kafka, topic: TopicSpec) -> None:
    """The broker and the topics of an import are there. Raises `Refused`."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            await wait_for_topics(kafka, [topic.name, IDENTITIES.name])
    except TimeoutError:
        raise Refused(
            f"Kafka не отвечает по адресу {kafka.bootstrap} (kafka.bootstrap) или в ней нет тем "
            "(leadpulse topics apply); ничего не загружено"
        ) from None


async def sent(kafka: Kafka, cursor: Cursor, progress: Progress, records: Iterator[Output]) -> None:
    """Send what is not there yet. Raises `ConfigError`, `Transient`."""
    outputs = Outputs(kafka)
    try:
        await load(outputs.send, cursor, progress, records)
    except Transient as error:
        raise Transient(
            f"Kafka не принимает события; загружено {progress.sent} из {progress.total}, повторите команду — "
            f"она продолжит с этого места ({error})"
        ) from error
    finally:
        await outputs.stop()


async def identities(kafka: Kafka) -> Identities:
    """Who is linked to which lead. Raises `Transient`."""
    known = Identities()
    async for record in Reader(kafka, IDENTITIES).read(range(IDENTITIES.partitions)):
        identity = identity_of(record)
        if not isinstance(identity, Rejected):
            known.apply((record.key or b"").decode(errors="replace"), identity)
    return known
