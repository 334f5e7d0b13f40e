"""Who is called what: the topic `clients` as a table. Pure."""

from msgspec.structs import replace

from schemas.cards import ClientCard
from schemas.types import LeadId

HAND = "hand"
"""Source of what a person said; it goes before all others."""


class Cards:
    """Changes as the topic is followed; everything that names a client reads it."""

    def __init__(self) -> None:
        self._cards: dict[LeadId, dict[str, ClientCard]] = {}

    def apply(self, key: str, card: ClientCard | None) -> None:
        """Take a record: `key` is `lead id/source`, None is a tombstone."""
        lead, _, source = key.partition("/")
        if card is not None:
            self._cards.setdefault(lead, {})[source] = card
        elif self._cards.get(lead, {}).pop(source, None) is not None and not self._cards[lead]:
            del self._cards[lead]

    def find(self, lead: LeadId) -> ClientCard | None:
        """All that is known of a lead: of each field what a person said, else what was told last."""
        known = sorted(self._cards.get(lead, {}).values(), key=lambda card: (card.source == HAND, card.ts, card.source))
        if not known:
            return None
        found = known[0]
        for card in known[1:]:
            told = {name: value for name in FIELDS if (value := getattr(card, name))}
            found = replace(found, source=card.source, ts=max(found.ts, card.ts), **told)
        return found

    def name(self, lead: LeadId) -> str:
        """What a client is called; empty where nobody has told it."""
        card = self.find(lead)
        return "" if card is None else card.name

    def told(self, lead: LeadId, source: str) -> ClientCard | None:
        """What one source told."""
        return self._cards.get(lead, {}).get(source)

    def leads(self) -> list[LeadId]:
        """Those of whom anything is known, by number."""
        return sorted(self._cards, key=int)


FIELDS = ("name", "responsible", "phones", "mails", "card")
"""What a source may tell or leave open."""


def is_empty(card: ClientCard) -> bool:
    """Whether it tells nothing: what its source told before is taken back."""
    return not any(getattr(card, name) for name in FIELDS)


def key_of(lead: LeadId, source: str) -> str:
    """Key of a source's record about a lead."""
    return f"{lead}/{source}"
