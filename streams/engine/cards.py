"""Who is called what, followed by every worker that names clients: the topic `clients` as a table."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiokafka import ConsumerRecord

from processors.cards import Cards
from schemas.cards import ClientCard
from schemas.codec import Codec, Rejected
from schemas.topics import CLIENTS
from streams.engine.kafka import Reader
from streams.engine.process import Batch, Outcome, Process
from streams.settings import Kafka

log = logging.getLogger(__name__)

CARD: Codec[ClientCard] = Codec(ClientCard)


class KnownCards:
    """The whole topic, kept up with."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self.loaded = reader, asyncio.Event()
        self.cards = Cards()

    async def follow(self) -> None:
        """Until cancelled."""
        await self._reader.follow(self._take)

    async def _take(self, record: ConsumerRecord | None) -> None:
        if record is None:
            self.loaded.set()
        else:
            _apply(self.cards, record)

    def before(self, process: Process) -> Process:
        """`process`, once all that stands in the topic at the start is read: no text goes out without a known name."""

        async def informed(batch: Batch) -> Outcome:
            await self.loaded.wait()
            return await process(batch)

        return informed

    def then(self, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The same of a background task."""

        async def informed() -> None:
            await self.loaded.wait()
            await work()

        return informed


async def read_cards(kafka: Kafka) -> Cards:
    """The table as it is now, for a command. Raises `Transient`."""
    cards = Cards()
    async for record in Reader(kafka, CLIENTS).read(range(CLIENTS.partitions), deadline=20):
        _apply(cards, record)
    return cards


def _apply(cards: Cards, record: ConsumerRecord) -> None:
    card = None if record.value is None else CARD.decode(record.value)
    if isinstance(card, Rejected):
        log.warning("client card unreadable", extra={"offset": record.offset, "error": card.reason})
        return
    cards.apply((record.key or b"").decode(errors="replace"), card)
