"""Who a client is for a reader, and where he finds more of him."""

from alerting.clients import Client, Clients
from schemas.types import LeadId
from streams.settings import Settings


def clients_of(settings: Settings) -> Clients:
    """His number, his card in Bitrix24 (`bitrix.portal`) and his meetings (`minutes.link`). No source tells names."""
    portal, meeting = settings.bitrix.portal.rstrip("/"), settings.minutes.link

    def client(lead_id: LeadId) -> Client:
        card = f"{portal}/crm/lead/details/{lead_id}/" if portal else ""
        return Client(lead_id, card=card, meeting=meeting.replace("{lead_id}", lead_id))

    return client
