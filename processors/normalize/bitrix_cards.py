"""Leads, companies and deals of the portal → what they tell of their client: sources of one card, each its own."""

from processors.identity import Identities
from processors.normalize.bitrix_fields import Item
from schemas.bitrix import Entity
from schemas.cards import LONGEST, ClientCard
from schemas.sources import ClientRef
from schemas.types import LeadId, Millis


def card_of(said: Entity, item: Item, lead: LeadId, ts: Millis, identities: Identities) -> ClientCard | None:
    """A lead tells its client's name, and its company tells it better; an open deal says who works with him now."""
    match said.kind:
        case "deal":
            responsible = "" if item.closed in ("Y", True) else said.responsible[:LONGEST]
            return ClientCard(lead_id=lead, source=f"bitrix_deal_{said.id}", ts=ts, responsible=responsible)
        case "lead" if said.id != lead:  # a double: the client is called as the lead whose number he keeps
            source = f"bitrix_lead_{said.id}"
            return ClientCard(lead_id=lead, source=source, ts=ts, responsible=said.responsible[:LONGEST])
        case "lead" | "company":
            pass
        case _:
            return None
    name = said.company or item.company_title or item.person() or item.title or ""
    told = dict.fromkeys(item.contacts() + said.contacts)
    contacts = [one for one in told if not identities.staff.holds(ClientRef(*one))]
    return ClientCard(
        lead_id=said.id if said.kind == "lead" else lead,  # one that was merged keeps a card of its own
        source="bitrix" if said.kind == "lead" else "bitrix_company",
        ts=ts,
        name=(name if said.kind == "lead" else item.title or "")[:LONGEST],
        responsible=said.responsible[:LONGEST],
        phones=[value[:LONGEST] for kind, value in contacts if kind == "phone"],
        mails=[value[:LONGEST] for kind, value in contacts if kind == "email"],
        card=said.card if said.kind == "lead" else "",
    )


def nothing_of(lead: LeadId, ts: Millis) -> ClientCard:
    """What a lead told of itself, once it is another's double: nothing, so that no list names one client twice."""
    return ClientCard(lead_id=lead, source="bitrix", ts=ts)
