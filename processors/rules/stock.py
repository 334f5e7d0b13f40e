"""Thresholds of the signals on stock (values and sources: `rules.toml`)."""

import msgspec


class BulkPickRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stock that leaves at once, or faster than ever."""

    min_stock: int
    min_days: int
    large: float
    at_once: float
    least_days: float
    share_3_days: float
    share_week: float
    unusual: float
    one_order_3_days: float
    one_order_week: float
    replaced: float
    estimated: float
    cover_days: float
    withdrawal_warning: float
    withdrawal_critical: float
    critical: float
    critical_days_left: float
    critical_gone: float
    doubtful: float
    cleared: float
    clear_days: int


class BrokenRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reservations that are taken back."""

    min_days: int
    min_pieces: int
    documents: int
    least_days: float
    warning: float
    critical: float
    critical_days: float
    unusual: float
    worst: float
    moved: float
    cleared: float
    clear_days: int
