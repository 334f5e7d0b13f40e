"""Thresholds of the signals on volume: spike, silence, decline (values and sources: `rules.toml`)."""

import datetime

import msgspec


class SpikeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reservations of a day against a dense client's own normal."""

    min_days: int
    min_active_days: int
    min_today: int
    least_spread: float
    warning: float
    at_once: float
    critical: float
    critical_ratio: float
    clear: float
    clear_evenings: int


class SparseRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pieces of a day against those of the client's own active days."""

    min_active_days: int
    min_pieces: int
    min_ratio: float
    prior_days: float
    size_spread: float
    warning: float
    critical: float
    critical_ratio: float
    dense_warning: float
    dense_critical: float
    clear_evenings: int


class SilenceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working days without anything, by channel."""

    min_days: int
    min_gaps: int
    gaps: int
    works: float
    warning_probability: float
    critical_probability: float
    other_probability: float
    answer_probability: float
    warning_days: int
    critical_days: int
    rare_gap: float
    rare_min_gaps: int
    rare_days: int
    rare_longest: float
    min_waits: int
    holidays: list[datetime.date]


class DeclineRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """28 days against the 56 before, over the fleet's."""

    warning: float
    critical: float
    clear: float
    min_days: int
    min_orders: int
