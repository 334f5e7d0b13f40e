"""Thresholds of the signals on stock (values and sources: `rules.toml`)."""

import msgspec


class BulkPickRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stock that leaves at once."""

    min_stock: int


class BrokenRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reservations that are taken back."""

    min_pieces: int
