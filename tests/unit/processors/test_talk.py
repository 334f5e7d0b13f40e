"""Names of participants, from reports of their room."""

from itertools import permutations

import pytest

from processors.talk import Roster, display_name
from schemas.sources import RoomReport

REPORTS = (
    RoomReport("1", "joined", 100, "lead-7", "m", participant="a", name="Анна"),
    RoomReport("2", "renamed", 200, "lead-7", "m", participant="a", name="Анна Смирнова"),
    RoomReport("3", "joined", 150, "lead-7", "m", participant="b", name="Пётр"),
    RoomReport("4", "joined", 150, "lead-7", "m", participant="c"),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_name_holds_from_its_report_on(order: tuple[int, ...]) -> None:
    """In whatever order they came, and though some came twice; before the first he has his first name."""
    roster = Roster()
    for number in (*order, *order):
        roster.take(REPORTS[number])
    assert [roster.name("m", "a", at) for at in (50, 100, 199, 200, 900)] == ["Анна"] * 3 + ["Анна Смирнова"] * 2
    assert roster.name("m", "a") == "Анна Смирнова"
    assert roster.names("m") == {"a": "Анна Смирнова", "b": "Пётр"}


def test_a_stranger_has_no_name() -> None:
    """Another meeting's neither, nor one without any, nor what is forgotten."""
    roster = Roster()
    for report in REPORTS:
        roster.take(report)
    assert roster.name("m", "c") == roster.name("m", "x") == roster.name("other", "a") == ""
    roster.take(RoomReport("5", "recording_on", 300, "lead-7", "m", participant="b", name="jibri"))
    assert roster.name("m", "b") == "Пётр"
    roster.forget("m")
    assert roster.names("m") == {}


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("  Анна\n Смирнова ", "Анна Смирнова"),
        ("\u202eянна\u202c \u2066x\u2069", "янна x"),
        ("Ан\u200bна\u00ad", "Анна"),
        ("😀 Анна\u00a0С.", "😀 Анна С."),
        ("<b>*А*</b> [x](tg://user?id=1)", "<b>*А*</b> [x](tg://user?id=1)"),
        ("я" * 100_000, "я" * 200),
        ("\u200b\u202e", ""),
    ],
)
def test_a_name_is_what_people_see(told: str, name: str) -> None:
    """Nothing in it turns other words round, hides, or goes on for ever; marks are text. Of nothing there is none."""
    roster = Roster()
    roster.take(RoomReport("1", "joined", 100, "lead-7", "m", participant="a", name=told))
    assert roster.name("m", "a") == display_name(told) == name
    assert roster.names("m") == ({"a": name} if name else {})
