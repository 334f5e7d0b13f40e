"""Words go abroad only after both dates."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from processors.privacy.transfer import Notification, closed

DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@given(notified=st.none() | DAYS, allowed=st.none() | DAYS, today=DAYS, country=st.sampled_from(["", "CN", "US", "BY"]))
def test_open_means_that_both_days_have_come(
    notified: date | None, allowed: date | None, today: date, country: str
) -> None:
    """Open only where both dates are noted and neither is to come; a country that nobody told is abroad."""
    is_open = closed(country, Notification(notified, allowed), today) is None
    assert is_open == (notified is not None and allowed is not None and max(notified, allowed) <= today)


def test_why_it_is_closed() -> None:
    """The first thing that is missing is named; a model in Russia needs none of it."""
    day = date(2026, 11, 2)
    later = day + timedelta(days=1)
    cases = [Notification(), Notification(later, later), Notification(day), Notification(day, later)]
    assert [closed("CN", case, day) for case in cases] == ["not_notified", "not_notified", "no_date", "not_yet"]
    assert [closed("RU", case, day) for case in cases] == [None] * 4
