"""What somebody wants done, before it is a command: a rule's, a model's, or what a person asked for."""

from typing import Final

import msgspec

from schemas.commands import Param, Trigger
from schemas.types import Millis, SomeLead

RULES: Final = "agent/rules"
"""Who proposes what no model had a hand in."""


class Idea(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`params` are those that who proposes may give; the server's own come later (`drafted`). `name` is of a command,
    `confidence` in percent. `who`: of whom it was asked (`AssistantAsked.who`), empty for what nobody asked for."""

    name: str
    params: dict[str, Param]
    trigger: Trigger
    why: str
    lead_id: SomeLead = ""
    confidence: int = 100
    evidence: list[str] = []
    proposer: str = RULES
    who: str = ""
    at: Millis = 0
    """When its trigger came, ms UTC: the same idea of the same trigger is the same bytes."""
