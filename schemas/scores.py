"""The client's score: what `lead.scores` carries (key = lead id)."""

from typing import Literal

import msgspec

from schemas.alerts import Rule
from schemas.types import EventId, LeadId, Millis

Level = Literal["green", "yellow", "red"]
LEVELS: tuple[Level, ...] = ("green", "yellow", "red")
"""In rising order."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one rule adds: `points` of 100 it would make alone, `strength` 0..1 and `weight` 0..1 as they were used,
    `age_days` since it was last found; `value` against `baseline` and the event that shows it.
    """

    rule: Rule
    points: float
    strength: float
    weight: float
    age_days: float
    value: float = 0.0
    baseline: float = 0.0
    event_id: str = ""


class Score(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The risk that a client leaves, 0..100 points, and all that made it, so that any past score can be explained.

    `background` are the points of tenure and order rate; `parts` the heaviest first.
    """

    score_id: EventId
    lead_id: LeadId
    ts: Millis
    points: float
    level: Level
    background: float = 0.0
    parts: list[Part] = []
