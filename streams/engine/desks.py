"""Who reads the alerts of a lead: by the settings, else the responsible of his card, who told the bot who he is."""

from collections import defaultdict
from collections.abc import Collection

from processors.cards import Cards
from processors.curators import same
from processors.identity import Identities
from schemas.types import LeadId
from streams.settings import Telegram


class Desks:
    """Both tables change as their topics are followed; what is asked is answered as they are now."""

    def __init__(self, telegram: Telegram, cards: Cards, identities: Identities) -> None:
        self._telegram, self._cards, self._identities = telegram, cards, identities

    def chat_of(self, to: str) -> int:
        """The chat of a receiver (as `alerting.outbox.Item.to`); 0 where there is none."""
        kind, _, lead = to.partition(":")
        return (self.curator(lead) if kind == "lead" else 0) or self._telegram.chat_of(to)

    def curator(self, lead: LeadId) -> int:
        """The private chat of a lead's curator; 0 where nobody knows it."""
        given = self._telegram.curators.get(lead, 0)
        if given or not self._identities.curators:
            return given
        card = self._cards.find(lead)
        name = same(card.responsible) if card else ""
        chats = [chat for chat, of in self._identities.curators.items() if name and same(of) == name]
        return int(chats[-1]) if chats else 0  # who told it twice, from another account, reads the later one

    def desk(self, lead: LeadId) -> str:
        """Who is rung for a lead, as `schemas.events.Fleet.rung` names him; empty for those who share a chat."""
        return str(self.curator(lead) or "")

    def of_all(self) -> dict[int, Collection[LeadId]]:
        """Chats to the leads of the curator there, but the shared chat: who reads that reads all of it."""
        shared = self._telegram.report_chat or self._telegram.curator_chat
        found: dict[int, set[LeadId]] = defaultdict(set)
        for lead in {*self._telegram.curators, *self._cards.leads()}:
            if (chat := self.curator(lead)) and chat != shared:
                found[chat].add(lead)
        return dict(found)
