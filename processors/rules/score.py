"""Weights of the client's score (values and sources: `rules.toml`)."""

import msgspec

from processors.rules.bounds import Count, Points, Positive, Size
from schemas.alerts import Rule


class Weight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`weight` 0..1 at full strength; the part halves each `half_life_days` (0: it counts while it is red)."""

    weight: Size
    half_life_days: Size = 0.0


class ReadingRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How strong a reading of the days is, alarm or not: half at `half`, and how steeply it rises around it."""

    half: Positive
    steep: Positive


class FeedbackRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people's verdicts on a rule move its weight."""

    enough: Count
    least: Size
    most: Size


class ScoreRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points from which a level begins, below which it ends, and the weights by rule."""

    yellow: Size
    red: Size
    yellow_below: Size
    red_below: Size
    calm_days: Count
    background: Points
    rare_days: Positive
    info_most: Size
    warning_most: Size
    fade_days: Positive
    moved: Size
    together: Size
    silence: ReadingRules
    decline: ReadingRules
    feedback: FeedbackRules
    weights: dict[Rule, Weight]
