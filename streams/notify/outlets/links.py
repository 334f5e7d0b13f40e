"""Who a client is for a reader, and where he finds more of him."""

from alerting.clients import Client, Clients
from processors.cards import Cards
from schemas.types import LeadId
from streams.settings import Settings


def clients_of(settings: Settings, cards: Cards) -> Clients:
    """His number, his name and card as `cards` tell, else the card in Bitrix24 (`bitrix.portal`); and his meetings
    (`minutes.link`)."""
    portal, meeting = settings.bitrix.portal.rstrip("/"), settings.minutes.link

    def client(lead_id: LeadId) -> Client:
        known = cards.find(lead_id)
        card = f"{portal}/crm/lead/details/{lead_id}/" if portal else ""
        name, card = (known.name, known.card or card) if known else ("", card)
        return Client(lead_id, name, card=card, meeting=meeting.replace("{lead_id}", lead_id))

    return client
