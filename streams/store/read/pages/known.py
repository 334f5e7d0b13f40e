"""Who is who and who is called what, as the store follows them."""

from typing import NamedTuple

from processors.cards import Cards
from processors.identity import Identities
from processors.participants import InRoom
from schemas.types import LeadId


class Known(NamedTuple):
    """`our_people`: names of ours in rooms (`jitsi.our_people`)."""

    identities: Identities
    cards: Cards
    our_people: frozenset[str] = frozenset()

    def room(self, lead: LeadId) -> InRoom:
        """Who is who in a client's meetings."""
        return InRoom(lead, self.identities, self.our_people, self.cards.name(self.identities.merged(lead)))
