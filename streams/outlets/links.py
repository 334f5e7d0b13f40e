"""Where a reader finds a meeting."""

from alerting.report import Link, no_link
from schemas.types import LeadId
from streams.settings import Settings


def link_of(settings: Settings) -> Link:
    """`minutes.link`, else the lead's card in Bitrix24, else nothing."""
    template = settings.minutes.link
    if not template and settings.bitrix.portal:
        template = settings.bitrix.portal.rstrip("/") + "/crm/lead/details/{lead_id}/"
    if not template:
        return no_link

    def link(lead_id: LeadId, recording_id: str) -> str:
        return template.replace("{lead_id}", lead_id).replace("{recording_id}", recording_id)

    return link
