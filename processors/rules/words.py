"""Thresholds of what clients say (values and sources: `rules.toml`)."""

import msgspec


class WordRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scores of a match, 0..100, how long what was said counts, and how much (0..1) for the client's score."""

    at_once: float
    doubtful: float
    clear_days: int
    complaints: int
    complaint_days: int
    tariff_talks: int
    tariff_days: int
    bad_talks: int
    critical_strength: float
    warning_strength: float
    hedged_strength: float
    info_strength: float
