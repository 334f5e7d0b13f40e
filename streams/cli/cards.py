"""Who a client is, for commands."""

import asyncio
from collections.abc import Sequence

import click

from processors.cards import Cards
from schemas.errors import LeadpulseError, Transient
from schemas.topics import CLIENTS, TopicSpec
from streams.engine.cards import read_cards
from streams.engine.connect import wait_for_topics
from streams.settings import Kafka, Settings

READY_SECONDS = 20.0
"""A broker that is there answers within some tenths; one that does not by now is told."""
NAMES_SECONDS = 3.0
"""A text that only wants names does not wait longer."""


def cards_now(loaded: Settings) -> Cards:
    """For a text of another command: without Kafka it names clients by number, and says so."""
    try:
        return asyncio.run(read(loaded.kafka, NAMES_SECONDS))
    except LeadpulseError as error:
        click.echo(f"Имена клиентов неизвестны: {error}", err=True)
        return Cards()


async def read(kafka: Kafka, patience: float = READY_SECONDS) -> Cards:
    """The table as it is now. Raises `Transient`."""
    await there(kafka, patience)
    return await read_cards(kafka)


async def there(kafka: Kafka, patience: float = READY_SECONDS, topics: Sequence[TopicSpec] = (CLIENTS,)) -> None:
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
