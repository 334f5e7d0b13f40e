"""Where a reader finds a meeting."""

from alerting.report import Link, no_link
from schemas.types import LeadId
from streams.settings import Settings


def meeting_link(settings: Settings) -> Link:
    """`minutes.link`, or nothing."""
    return _filled(settings.minutes.link)


def link_of(settings: Settings) -> Link:
    """`minutes.link`, else the lead's card in Bitrix24, else nothing."""
    portal = settings.bitrix.portal.rstrip("/")
    card = f"{portal}/crm/lead/details/{{lead_id}}/" if portal else ""
    return _filled(settings.minutes.link or card)


def _filled(template: str) -> Link:
    if not template:
        return no_link

    def link(lead_id: LeadId, recording_id: str) -> str:
        return template.replace("{lead_id}", lead_id).replace("{recording_id}", recording_id)

    return link
