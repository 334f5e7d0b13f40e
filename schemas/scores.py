"""The client's score: what `lead.scores` carries (key = lead id)."""

from typing import Literal

import msgspec

from schemas.alerts import Rule
from schemas.types import EventId, LeadId, Millis

Level = Literal["green", "yellow", "red"]
LEVELS: tuple[Level, ...] = ("green", "yellow", "red")
"""In rising order."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one rule adds: the `points` of 100 it would make alone, 100 * weight * strength * 2^(-age / half-life).

    `strength` and `weight` are 0..1, as they were used; `age_days` since it was last found (without a half-life: since
    it is over); `value` against `baseline` in the rule's unit, and the event that shows it.
    """

    rule: Rule
    points: float
    strength: float
    weight: float
    age_days: float
    half_life_days: float
    value: float = 0.0
    baseline: float = 0.0
    event_id: str = ""


class Score(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The risk that a client leaves, 0..100 points, and all that made it, so that any past score can be explained.

    `version` counts the scores of a lead. `background` are the points of tenure and order rate; `parts` the heaviest
    first. points = 100 - (100 - background) * prod(1 - part.points / 100).
    """

    score_id: EventId
    lead_id: LeadId
    version: int
    ts: Millis
    points: float
    level: Level
    background: float = 0.0
    parts: list[Part] = []
