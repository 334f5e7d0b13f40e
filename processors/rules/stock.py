"""Thresholds of the signals on stock (values and sources: `rules.toml`)."""

import msgspec

from processors.rules.bounds import Count, Size


class BulkPickRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stock that leaves at once, or faster than ever."""

    min_stock: Count
    min_days: Count
    large: Size
    at_once: Size
    least_days: Size
    share_3_days: Size
    share_week: Size
    unusual: Size
    one_order_3_days: Size
    one_order_week: Size
    replaced: Size
    estimated: Size
    cover_days: Size
    withdrawal_warning: Size
    withdrawal_critical: Size
    critical: Size
    critical_days_left: Size
    critical_gone: Size
    doubtful: Size
    cleared: Size
    clear_days: Count


class BrokenRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reservations that are taken back."""

    min_days: Count
    min_pieces: Count
    documents: Count
    least_days: Size
    warning: Size
    critical: Size
    critical_days: Size
    unusual: Size
    worst: Size
    moved: Size
    cleared: Size
    clear_days: Count
