"""Who a client is, for commands."""

import asyncio

import click

from processors.cards import Cards
from schemas.errors import LeadpulseError
from schemas.topics import CLIENTS
from schemas.types import LeadId
from streams.cli.broker import READY_SECONDS, there
from streams.engine.cards import read_cards
from streams.settings import Kafka, Settings

NAMES_SECONDS = 3.0
"""A text that only wants names does not wait longer."""


def cards_now(loaded: Settings) -> Cards:
    """For a text of another command: without Kafka it names clients by number, and says so."""
    try:
        return asyncio.run(read(loaded.kafka, NAMES_SECONDS))
    except LeadpulseError as error:
        click.echo(f"Имена клиентов неизвестны: {error}", err=True)
        return Cards()


def called(lead: LeadId, cards: Cards) -> str:
    """A lead by its number, and by its client's name where some source has told it: `1001 (ООО «Ромашка»)`."""
    name = cards.name(lead)
    return f"{lead} ({name})" if name else lead


async def read(kafka: Kafka, patience: float = READY_SECONDS) -> Cards:
    """The table as it is now. Raises `Transient`."""
    await there(kafka, [CLIENTS], patience)
    return await read_cards(kafka)
