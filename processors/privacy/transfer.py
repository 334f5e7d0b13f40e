"""Whether words may go to a model abroad: only after the regulator was told, and from the day on that is permitted.

152-FZ art. 12: Roskomnadzor is notified before personal data cross the border; into a country that it does not list as
protecting them, nothing goes for 10 working days after that, and it may forbid. Which countries it lists changes, so
nothing here knows: people write the day down from which they may. Masked words count as personal data too.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

HOME = "RU"
"""A model here crosses no border, whoever runs it."""

Closed = Literal["not_notified", "no_date", "not_yet"]
"""Why nothing may go: nobody has noted the notification; nor the first day; that day is still to come."""


@dataclass(frozen=True, slots=True)
class Notification:
    """What people have noted: when the regulator was told, and from which local day on words may go."""

    notified_on: date | None = None
    allowed_from: date | None = None


def closed(country: str, notification: Notification, today: date) -> Closed | None:
    """None where words may go to a model in `country` (ISO 3166, two capital letters; unknown is abroad)."""
    if country == HOME:
        return None
    if notification.notified_on is None or notification.notified_on > today:
        return "not_notified"
    if notification.allowed_from is None:
        return "no_date"
    return "not_yet" if notification.allowed_from > today else None
