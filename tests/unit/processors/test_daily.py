"""Days beside what is usual: by hand and by properties."""

from hypothesis import given
from hypothesis import strategies as st

from processors.daily import BEFORE, LEAST, is_off, series, usual
from processors.goods_days import Documents, goods
from processors.stock import WITHDRAWAL

MONDAY = 20_003
"""2024-10-07."""


def test_days_off_are_saturday_and_sunday() -> None:
    """Of the week that begins on a Monday."""
    assert [is_off(MONDAY + n) for n in range(7)] == [False] * 5 + [True] * 2


def test_a_day_is_held_against_its_own_kind() -> None:
    """Working days ship a hundred, days off ten: neither is unusual, and each would be on the other's day."""
    values = {MONDAY + n: 10.0 if is_off(MONDAY + n) else 100.0 for n in range(BEFORE)}
    assert usual(values, MONDAY + BEFORE, MONDAY) == (100, 100)
    assert usual(values, MONDAY + BEFORE + 5, MONDAY) == (10, 10)


def test_too_little_is_known() -> None:
    """A client of a week has no usual day; days before his first one do not count as nothing shipped."""
    values = dict.fromkeys(range(MONDAY, MONDAY + LEAST - 1), 5.0)
    assert usual(values, MONDAY + LEAST - 1, MONDAY) == (None, None)
    found = series("shipment", range(MONDAY, MONDAY + 9), dict.fromkeys(values, (1, 5)))
    assert found.usual_30 is None and found.sum_30 == 35


def test_a_month_beside_the_months_before() -> None:
    """Messages are counted, goods are summed up."""
    days = range(MONDAY, MONDAY + 90)
    counted = {day: (2, 10 if day >= MONDAY + 60 else 20) for day in days}
    goods_of = series("shipment", days, counted)
    assert (goods_of.sum_30, goods_of.usual_30, goods_of.unit) == (300, 600, "pieces")
    words = series("message", days, counted)
    assert (words.sum_30, words.usual_30, words.unit) == (60, 60, "messages")


@given(st.dictionaries(st.integers(MONDAY, MONDAY + 80), st.integers(0, 1000), max_size=60), st.integers(0, 80))
def test_the_range_is_within_what_was(values: dict[int, int], day: int) -> None:
    """It never leaves the values of the days before, and what comes later does not move it."""
    known = {at: float(value) for at, value in values.items()}
    low, high = usual(known, MONDAY + day, MONDAY)
    if low is not None and high is not None:
        assert 0 <= low <= high <= max([*known.values(), 0])
    later = known | {MONDAY + 81: 9999.0}
    assert usual(later, MONDAY + day, MONDAY) == (low, high)


def test_goods_of_a_day() -> None:
    """In one order, each with the median of the days of its kind on which it was done; a plan is no arrival."""
    before = [Documents(MONDAY - 7 * n, "shipment", "", 1, 100 * n) for n in (1, 2, 3)]
    off = [Documents(MONDAY - 1, "shipment", "", 1, 5)]
    old = [Documents(MONDAY - BEFORE - 7, "shipment", "", 1, 9999)]
    today = [
        Documents(MONDAY, "inbound", "planned", 1, 50),
        Documents(MONDAY, "shipment", "", 2, 240),
        Documents(MONDAY, "reservation", "cancelled", 1, -30),
        Documents(MONDAY, "pick", WITHDRAWAL, 1, 4),
    ]
    found = goods([*before, *off, *old, *today], MONDAY)
    assert [(one.kind, one.documents, one.pieces, one.usual) for one in found] == [
        ("cancelled", 1, 30, 0), ("withdrawn", 1, 4, 0), ("shipped", 2, 240, 200), ("expected", 1, 50, 0),
    ]  # fmt: skip
