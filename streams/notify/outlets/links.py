"""Who a client is for a reader, and where he finds more of him."""

from alerting.clients import Client, Clients
from processors.cards import Cards
from schemas.types import LeadId
from streams.settings import Settings


def clients_of(settings: Settings, cards: Cards) -> Clients:
    """His number, his name as `cards` tell it; where more stands of him: our own page (`site.public_url`), else the
    card that a source has told, else the one in Bitrix24 (`bitrix.portal`). Meetings: `minutes.link`, else our page.
    """
    portal, page = settings.bitrix.portal.rstrip("/"), settings.site.public_url
    meeting = settings.minutes.link or (f"{page}/leads/{{lead_id}}/meetings/{{recording_id}}" if page else "")

    def client(lead_id: LeadId) -> Client:
        known = cards.find(lead_id)
        card = f"{portal}/crm/lead/details/{lead_id}/" if portal else ""
        name, card = (known.name, known.card or card) if known else ("", card)
        ours = f"{page}/leads/{lead_id}" if page else card
        return Client(lead_id, name, card=ours, meeting=meeting.replace("{lead_id}", lead_id))

    return client
