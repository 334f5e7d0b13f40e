"""Weights of the client's score (values and sources: `rules.toml`)."""

import msgspec

from schemas.alerts import Rule


class Weight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`weight` 0..1 at full strength; the part halves each `half_life_days` (0: it counts while it is red)."""

    weight: float
    half_life_days: float = 0.0


class ReadingRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How strong a reading of the days is, alarm or not: half at `half`, and how steeply it rises around it."""

    half: float
    steep: float


class FeedbackRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people's verdicts on a rule move its weight."""

    enough: int
    least: float
    most: float


class ScoreRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points from which a level begins, below which it ends, and the weights by rule."""

    yellow: float
    red: float
    yellow_below: float
    red_below: float
    calm_days: int
    background: float
    rare_days: float
    info_most: float
    warning_most: float
    fade_days: float
    moved: float
    together: float
    silence: ReadingRules
    decline: ReadingRules
    feedback: FeedbackRules
    weights: dict[Rule, Weight]
