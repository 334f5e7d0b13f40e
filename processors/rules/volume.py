"""Thresholds of the signals on volume: spike, silence, decline (values and sources: `rules.toml`)."""

import datetime

import msgspec

from processors.rules.bounds import Count, Number, Positive, Probability, Size


class SpikeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reservations of a day against a dense client's own normal."""

    min_days: Count
    min_active_days: Count
    min_today: Count
    least_spread: Positive
    warning: Positive
    at_once: Size
    critical: Size
    critical_ratio: Size
    clear: Size
    clear_evenings: Number


class SparseRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pieces of a day against those of the client's own active days."""

    min_active_days: Count
    min_pieces: Count
    min_ratio: Size
    prior_days: Positive
    size_spread: Positive
    warning: Positive
    critical: Size
    critical_ratio: Size
    dense_warning: Positive
    dense_critical: Size
    clear_evenings: Number


class SilenceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working days without anything, by channel."""

    min_days: Count
    min_gaps: Number
    gaps: Number
    works: Size
    warning_probability: Probability
    critical_probability: Probability
    other_probability: Probability
    answer_probability: Probability
    warning_days: Count
    critical_days: Count
    rare_gap: Size
    rare_min_gaps: Number
    rare_days: Number
    rare_longest: Size
    min_waits: Number
    holidays: list[datetime.date]


class DeclineRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """28 days against the 56 before, over the fleet's."""

    warning: Positive
    critical: Size
    clear: Size
    min_days: Count
    min_orders: Count
