"""Clients and a time that the assistant's tests speak of: Tuesday, 24 November 2026, 14:00 in Moscow."""

from datetime import UTC, datetime

from processors.assistant.clients import Clients
from schemas.assistant import AssistantAsked

NOW = int(datetime(2026, 11, 24, 11, 0, tzinfo=UTC).timestamp() * 1000)
HOUR, DAY = 3_600_000, 86_400_000

NAMES = {
    "1003": "ООО «Ромашка»",
    "1010": "Ромашка Плюс",
    "12345": "ООО «Пледы и Ко»",
    "77": "ИП Иванова А. А.",
    "501": "ООО Вега",
    "502": "ИП Вега",
}
CLIENTS = Clients(NAMES.items())


def asked(text: str, asked_id: str = "a1", **more: object) -> AssistantAsked:
    """A line of Ivanova's, typed on the page."""
    common = {"asked_id": asked_id, "who": "web/ivanova", "name": "Иванова", "via": "page", "at": NOW}
    return AssistantAsked(text=text, **(common | more))  # type: ignore[arg-type]
