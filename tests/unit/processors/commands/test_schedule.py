"""Quiet hours, and the one way to write a time."""

import pytest

from processors.commands.schedule import moment_of, quiet_until
from tests.unit.processors.commands.office import HOUR, NOON


@pytest.mark.parametrize(
    ("quiet", "hour", "until"),
    [
        ("", 23, 23),
        ("21:00-09:00", 12, 12),
        ("21:00-09:00", 21, 33),
        ("21:00-09:00", 32, 33),
        ("21:00-09:00", 33, 33),
        ("12:00-14:00", 13, 14),
        ("12:00-14:00", 14, 14),
        ("00:00-00:00", 12, 12),
    ],
)
def test_quiet_hours(quiet: str, hour: int, until: int) -> None:
    """Over midnight too; hours from the midnight before, local."""
    midnight = NOON - 12 * HOUR
    assert quiet_until(quiet, midnight + hour * HOUR) == midnight + until * HOUR


@pytest.mark.parametrize("text", ["2026-11-30", "2026-11-30T10:00:00", "2026-11-30 10:00", "2026-02-30T10:00", 5, ""])
def test_what_is_no_time(text: object) -> None:
    """One way to write it."""
    assert moment_of(text) is None
    assert moment_of("2026-11-30T12:00") == NOON
