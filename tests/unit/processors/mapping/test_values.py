"""Numbers, times and words of other people's data."""

from datetime import date, datetime, timedelta, timezone
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.mapping.load import _parsed
from processors.mapping.values import Decimal, Sign, Unfit, flag, moment, pieces, text

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = 1_795_165_200_000
"""2026-11-20 12:00 in Moscow."""

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 1 << 63])
    | st.floats()
    | st.text(max_size=12)
    | st.from_regex(r"[-+−]?\d{1,4}[ .,']?\d{0,3}", fullmatch=True)
    | st.datetimes()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@pytest.mark.parametrize(
    ("value", "decimal", "wanted"),
    [
        (10, "", 10),
        (10.0, "", 10),
        ("10", "", 10),
        (" 1 234 ", "", 1234),
        ("1\u00a0234,00", "", 1234),
        ("1 234.50".replace("50", "00"), "", 1234),
        ("1.234,00", "", 1234),
        ("1,234.00", "", 1234),
        ("1,234,567", "", 1_234_567),
        ("10,000", ",", 10),
        ("10,000", ".", 10_000),
        ("1.000", ",", 1000),
        ("−5", "", -5),
        ("10 000 000", "", 10_000_000),
    ],
)
def test_pieces_as_systems_write_them(value: object, decimal: Decimal, wanted: int) -> None:
    """Spaces between thousands, a comma before the fraction, a typographic minus."""
    assert pieces(value, decimal, "") == wanted


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("10,000", "можно прочесть двояко"),
        ("1.234", "можно прочесть двояко"),
        ("2,5", "целое число"),
        (2.5, "целое число"),
        ("10 шт", "целое число"),
        ("", "целое число"),
        ("1e3", "целое число"),
        ("１２", "целое число"),
        (True, "целое число"),
        ([1], "не число"),
        (float("nan"), "целое число"),
        (float("inf"), "целое число"),
        (10_000_001, "10 000 000"),
        ("9" * 5000, "целое число"),
    ],
)
def test_what_is_no_number_of_pieces_is_said(value: object, why: str) -> None:
    """Nothing is rounded and nothing is guessed."""
    with pytest.raises(Unfit, match=why):
        pieces(value, "", "")


@pytest.mark.parametrize(("sign", "wanted"), [("", [-3, 3]), ("absolute", [3, 3]), ("negative", [-3, -3])])
def test_the_sign_is_the_mappings(sign: Sign, wanted: list[int]) -> None:
    """One system writes what leaves with a minus, another without."""
    assert [pieces(value, "", sign) for value in (-3, "3")] == wanted


@pytest.mark.parametrize(
    ("value", "formats"),
    [
        ("20.11.2026 12:00:00", ["%d.%m.%Y %H:%M:%S"]),
        ("20.11.2026 12:00", ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"]),
        ("2026-11-20T12:00:00", ["iso"]),
        ("2026-11-20 09:00:00Z", ["iso"]),
        (NOON // 1000, ["unix"]),
        (str(NOON // 1000), ["unix"]),
        (NOON, ["unix_ms"]),
        (datetime(2026, 11, 20, 12), ["iso"]),  # noqa: DTZ001 — as a sheet has it
        (datetime(2026, 11, 20, 14, tzinfo=timezone(timedelta(hours=5))), ["iso"]),
    ],
)
def test_a_moment_is_the_same_however_it_is_written(value: object, formats: list[str]) -> None:
    """Formats are tried in their order; what has no zone is in the mapping's."""
    clocks = [
        datetime.fromisoformat if form == "iso" else partial(_parsed, form) for form in formats if form[:4] != "unix"
    ]
    assert moment(value, formats, clocks, MOSCOW) == NOON


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("вчера", "нужно время вида iso"),
        (NOON, "нужно время вида iso"),
        (True, "нужно время вида iso"),
        ("1969-12-31T00:00:00", "между 1970 и 2100"),
        ("9999-12-31T23:59:59", "между 1970 и 2100"),
        (date(2200, 1, 1), "между 1970 и 2100"),
    ],
)
def test_what_is_no_moment_is_said(value: object, why: str) -> None:
    """With what was expected there."""
    with pytest.raises(Unfit, match=why):
        moment(value, ["iso"], [datetime.fromisoformat], MOSCOW)
    with pytest.raises(Unfit, match="часового пояса"):
        moment("2026-11-20T12:00:00", ["iso"], [datetime.fromisoformat], None)


def test_numbers_become_the_words_that_a_person_would_write() -> None:
    """A sheet keeps 1066 as 1066.0, and a barcode as a number."""
    values = (1066.0, 4600000000012, " A-1 ", 2.5, True)
    assert [text(value) for value in values] == ["1066", "4600000000012", "A-1", "2.5", "true"]
    assert [flag(value) for value in ("Да", "нет", 1, "true", False)] == [True, False, True, True, False]


@given(ANYTHING)
def test_nothing_raises_but_unfit(value: object) -> None:
    """Whatever stands in a field: a value within the contract's bounds, or a reason."""
    readers = (
        lambda: pieces(value, "", ""),
        lambda: moment(value, ["iso", "unix"], [datetime.fromisoformat], MOSCOW),
        lambda: moment(value, ["unix_ms"], [], None),
        lambda: text(value),
        lambda: flag(value),
    )
    for read in readers:
        try:
            read()
        except Unfit as error:
            assert str(error)
