"""Clients made by hand, and what the evening says of their silence."""

from collections.abc import Sequence
from typing import Any

from processors.signals import silence
from processors.signals.raising import Cleared, Fresh
from processors.state import LeadState
from schemas.alerts import Signal
from schemas.events import Author, Message
from tests.unit.processors.clients import TODAY, at, context


def wrote(ts: int) -> Message:
    """A message of that time."""
    number = f"{ts:016x}"
    known: dict[str, Any] = {"event_id": number, "lead_id": "7", "ts": ts, "source": "telegram:bot"}
    return Message("-1001", str(ts), Author("9"), "слова", **known)


def look(
    state: LeadState, days: int, hour: int = 20, rules: str = "", **fleet: object
) -> Sequence[Signal | Fresh | Cleared]:
    """The evening so many days after TODAY."""
    return silence.evening(state, "7", at(TODAY + days, hour), context(rules, **fleet))


def first(state: LeadState, rule: str, until: int = 60, **fleet: object) -> int | None:
    """After how many days without anything since TODAY the rule's first signal comes."""
    for days in range(1, until):
        if any(isinstance(found, Signal) and found.rule == rule for found in look(state, days, **fleet)):  # type: ignore[arg-type]
            return days
    return None
