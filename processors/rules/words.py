"""Thresholds of what clients say (values and sources: `rules.toml`)."""

import msgspec

from processors.rules.bounds import Count, Size


class WordRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scores of a match, 0..100, how long what was said counts, and how much (0..1) for the client's score."""

    at_once: Size
    doubtful: Size
    clear_days: Count
    complaints: Count
    complaint_days: Count
    tariff_talks: Count
    tariff_days: Count
    bad_talks: Count
    critical_strength: Size
    warning_strength: Size
    hedged_strength: Size
    info_strength: Size
