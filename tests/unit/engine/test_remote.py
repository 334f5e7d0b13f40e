"""What clients of remote APIs share."""

import pytest

from streams.engine.remote import retry_after

NOW = 1_764_331_200.0  # 2025-11-28 12:00:00 UTC


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        (" 0 ", 0.0),
        ("Fri, 28 Nov 2025 12:01:30 GMT", 90.0),
        ("Fri, 28 Nov 2025 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("1e9", None),
        ("٣", None),
    ],
)
def test_a_number_of_seconds_or_a_date(header: str, seconds: float | None) -> None:
    """What is neither says nothing: "nan" was a pause without end."""
    assert retry_after(header, NOW) == seconds
