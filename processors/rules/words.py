"""Thresholds of what clients say (values and sources: `rules.toml`)."""

import msgspec


class WordRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scores of a match, 0..100, and how long what was said counts."""

    at_once: float
    doubtful: float
    clear_days: int
