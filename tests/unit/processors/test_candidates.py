"""Whom a name in a room may mean."""

import pytest

from processors.candidates import MOST, Candidate, joined, match

KNOWN = joined(
    [
        Candidate("b24_contact:1", "Анна Петрова", "client", "закупки"),
        Candidate("tg_user:2", "Петрова Анна", "client"),
        Candidate("b24_user:5", "Олег Ким", "staff"),
        Candidate("b24_user:6", "Семёнова Мария Петровна", "staff"),
        Candidate("b24_user:7", "Александр Волков", "staff"),
        Candidate("b24_user:8", "Александра Белова", "staff"),
        Candidate("b24_contact:3", "Ольга Ким", "client"),
        Candidate("b24_contact:4", "Бахтияр Усманов", "client"),
        Candidate("tg_user:9", "Вера", "client"),
    ]
)
SURE = {
    "Анна Петрова": "b24_contact:1",
    "petrova anna": "b24_contact:1",
    "Anna Petrova (2)": "b24_contact:1",
    "anna.petrova": "b24_contact:1",
    "Аня Петрова, закупки": "b24_contact:1",
    "Анна Петрова (Ромашка)": "b24_contact:1",
    "Олег Ким | склад": "b24_user:5",
    "Мария Семенова": "b24_user:6",
    "Саша Волков": "b24_user:7",
    "Sasha Belova": "b24_user:8",
    "Bakhtiyar Usmanov": "b24_contact:4",
}
UNSURE = {
    "Анна": ("first", ["b24_contact:1"]),
    "👋 Аня": ("first", ["b24_contact:1"]),
    "Анна | Ромашка": ("first", ["b24_contact:1"]),
    "Анна Ромашка": ("first", ["b24_contact:1"]),
    "Анна закупки": ("first", ["b24_contact:1"]),
    "А. Петрова": ("initials", ["b24_contact:1"]),
    "Анна П.": ("initials", ["b24_contact:1"]),
    "Семёнова М.П.": ("initials", ["b24_user:6"]),
    "Анна Петров": ("alike", ["b24_contact:1"]),
    "Alexander Volkov": ("alike", ["b24_user:7"]),
    "Петрова": ("surname", ["b24_contact:1"]),
    "О. Ким": ("initials", ["b24_user:5", "b24_contact:3"]),
    "Саша": ("first", ["b24_user:7", "b24_user:8"]),
    "Мария Петровна": ("first", ["b24_user:6"]),
    "Вера": ("first", ["tg_user:9"]),
    "Олег Ким (Ромашка)": ("company", ["b24_user:5"]),
    "Олег Ким и Анна": ("two", ["b24_user:5"]),
}
UNKNOWN = {
    "Анна Иванова": "none",
    "И. Петрова": "none",
    "Олег Кимов": "none",
    "Кин": "none",
    "Лена": "none",
    "ООО Ромашка": "none",
    "iPhone (2)": "nobody",
    "Гость": "nobody",
    "": "nobody",
}


@pytest.mark.parametrize(("name", "person"), SURE.items())
def test_sure(name: str, person: str) -> None:
    found = match(name, KNOWN, "ООО «Ромашка»")
    assert (found.certainty, found.reason, [one.person for one in found.candidates]) == ("sure", "whole", [person])


@pytest.mark.parametrize(("name", "told"), UNSURE.items())
def test_unsure(name: str, told: tuple[str, list[str]]) -> None:
    found = match(name, KNOWN, "ООО «Ромашка»")
    assert (found.certainty, found.reason, [one.person for one in found.candidates]) == ("unsure", *told)


@pytest.mark.parametrize(("name", "reason"), UNKNOWN.items())
def test_unknown(name: str, reason: str) -> None:
    assert match(name, KNOWN, "ООО «Ромашка»") == ("unknown", reason, ())


def test_the_clients_firm_beside_a_first_name_is_the_clients_man() -> None:
    among = [Candidate("b24_user:1", "Анна Ким", "staff"), Candidate("b24_contact:1", "Анна Петрова", "client")]
    assert len(match("Анна", among, "Ромашка").candidates) == 2
    assert [one.side for one in match("Анна (Ромашка)", among, "Ромашка").candidates] == ["client"]


def test_people_are_joined_by_side_and_name() -> None:
    """One person of two sources is asked about once; as many as are called so are shown, up to a limit."""
    assert [one.person for one in KNOWN if "Петрова" in one.name] == ["b24_contact:1"]
    assert match("Нина", [Candidate(f"tg_user:{n}", f"Нина {n}", "client") for n in range(9)]).certainty == "unsure"
    many = [
        Candidate(f"b24_contact:{n}", f"Нина {name}", "client")
        for n, name in enumerate(["Ким", "Ан", "Ли", "Цой", "Пак", "Хан"])
    ]
    assert len(match("Нина", many).candidates) == MOST
