"""Who is called what, followed by every worker that names clients: the topic `clients` as a table."""

import logging
from functools import partial

from aiokafka import ConsumerRecord

from processors.cards import Cards
from schemas.cards import ClientCard
from schemas.codec import Codec, Rejected
from schemas.topics import CLIENTS
from streams.engine.followed import Followed, read_through
from streams.engine.reader import Reader
from streams.settings import Kafka

log = logging.getLogger(__name__)

CARD: Codec[ClientCard] = Codec(ClientCard)


class KnownCards(Followed):
    """The whole topic, kept up with: no text goes out without a known name."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.cards = Cards()

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        _apply(self.cards, record)


async def read_cards(kafka: Kafka) -> Cards:
    """The table as it is now, for a command. Raises `Transient`."""
    cards = Cards()
    await read_through(kafka, CLIENTS, partial(_apply, cards))
    return cards


def _apply(cards: Cards, record: ConsumerRecord) -> None:
    card = None if record.value is None else CARD.decode(record.value)
    if isinstance(card, Rejected):
        log.warning("client card unreadable", extra={"offset": record.offset, "error": card.reason})
        return
    cards.apply((record.key or b"").decode(errors="replace"), card)
