"""`lead.unassigned`: a chat that nobody has linked is asked about once, in the curators' chat."""

from collections.abc import Iterable

from alerting.clients import Clients
from alerting.outbox import Wish
from alerting.whose import key_of_chat, render_whose
from processors.cards import Cards
from processors.matching import suggest
from processors.waiting import told
from schemas.codec import Codec
from schemas.exports import TELEGRAM_EXPORT
from schemas.sources import Unassigned
from schemas.topics import DAY_MS, TELEGRAM
from streams.engine.clock import Clock
from streams.notify.telegram.shelf import Shelf
from streams.notify.telling import Known, Record, Telling


class Strangers(Telling[Unassigned]):
    """Groups only: whoever finds the bot can write to it in private. History asks nothing, it may be hundreds of chats;
    `leadpulse identity suggest` shows them all.
    """

    codec = Codec(Unassigned)
    rejects = False

    def __init__(self, shelf: Shelf, cards: Cards, clients: Clients, clock: Clock) -> None:
        super().__init__(shelf)
        self._cards, self._clients, self._clock = cards, clients, clock

    def wishes(self, record: Record, value: Unassigned, known: Known) -> Iterable[Wish]:
        chat = value.client.value.partition("/")[0]  # a group with topics is asked about as a whole
        key = key_of_chat(chat)
        group = value.client.kind in ("tg_chat", "tg_topic") and value.topic == TELEGRAM.name and chat.startswith("-")
        history = value.source == TELEGRAM_EXPORT or self._clock() - value.ts > DAY_MS
        if not group or history or known(key):
            return
        name, said = told(value)
        named = [(lead, card.name) for lead in self._cards.leads() if (card := self._cards.find(lead)) and card.name]
        [alike] = suggest([name], [of for _, of in named])
        likely = [self._clients(named[one.place][0]) for one in alike]
        yield Wish(key, "shared", 1, record.offset, record.timestamp, render_whose(chat, name, said, likely))
