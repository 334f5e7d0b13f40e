"""What all clients' alerts come to: how many opened, how many rang, what people called them. Pure.

In production `store` counts this in its tables for the `Fleet` event; a rehearsal counts its own.
"""

from collections import Counter, deque
from collections.abc import Iterable
from typing import Literal, TypeAlias

from schemas.alerts import Alert, Rule
from schemas.topics import DAY_MS
from schemas.types import EventId, LeadId, Millis

Verdict: TypeAlias = Literal["confirmed", "false_alarm"]

OPENED_MS = DAY_MS
RUNG_MS = 7 * DAY_MS
"""As `schemas.events.Fleet` says of `fired` and `rung`."""


LEADS_A_CURATOR = 30
"""Leads of one curator in a rehearsal (design.md 1: a curator has 10 to 40)."""


def desks(leads: Iterable[LeadId]) -> dict[LeadId, str]:
    """Who is rung for a lead in a rehearsal: curators are numbered from 1, leads dealt in the order of their ids."""
    ordered = sorted(leads, key=int)
    return {lead: str(1 + place // LEADS_A_CURATOR) for place, lead in enumerate(ordered)}


class Crowd:
    """Alerts of all leads, in the order of time."""

    def __init__(self) -> None:
        self._opened: deque[tuple[Millis, Rule, LeadId]] = deque()
        self._rang: deque[tuple[Millis, str]] = deque()
        self._verdicts: dict[EventId, tuple[Rule, Verdict]] = {}

    def see(self, alert: Alert, curator: str) -> None:
        """A new state of an alert, and whom it would ring."""
        if alert.version == 1:
            self._opened.append((alert.updated_at, alert.rule, alert.lead_id))
        if alert.rings:
            self._rang.append((alert.updated_at, curator))
        if alert.verdict:
            self._verdicts[alert.alert_id] = alert.rule, alert.verdict

    def fired(self, now: Millis, clients: int) -> dict[str, float]:
        """The share of the active clients for which a rule's alert opened within 24 h."""
        while self._opened and self._opened[0][0] <= now - OPENED_MS:
            self._opened.popleft()
        leads = Counter(rule for rule, _ in {(rule, lead) for _, rule, lead in self._opened})
        return {rule: round(count / max(clients, 1), 4) for rule, count in leads.items()}

    def rung(self, now: Millis) -> dict[str, int]:
        """How often each curator was rung within 7 days."""
        while self._rang and self._rang[0][0] <= now - RUNG_MS:
            self._rang.popleft()
        return dict(Counter(curator for _, curator in self._rang))

    def verdicts(self) -> dict[str, tuple[int, int]]:
        """How many alerts of a rule people called confirmed, and false."""
        said = Counter(self._verdicts.values())
        return {rule: (said[rule, "confirmed"], said[rule, "false_alarm"]) for rule, _ in said}
