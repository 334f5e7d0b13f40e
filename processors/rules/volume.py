"""Thresholds of the signals on volume: spike, silence, decline (values and sources: `rules.toml`)."""

import msgspec


class SpikeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reservations of a day against a dense client's own normal."""

    window_days: int
    min_days: int
    min_active_days: int
    min_today: int
    warning: float
    critical: float
    critical_ratio: float


class SparseRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The size of an active day of a client who rarely orders."""

    min_active_days: int
    warning: float
    critical: float
    critical_ratio: float


class SilenceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working days without anything, by channel."""

    gaps: int
    warning_probability: float
    critical_probability: float
    warning_days: int
    critical_days: int


class DeclineRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """28 days against the 84 before, over the fleet's."""

    warning: float
    critical: float
    clear: float
    min_orders: int
