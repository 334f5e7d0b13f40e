"""Names of one client in different sources, and like names of different ones: `tests/data/client_names.txt`."""

import random
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from bench.names import HIGH, PRECISION, RECALL, automatic, known, measure
from processors.contact import normal
from processors.matching import suggest
from processors.skeletons import skeleton

TABLE = Path(__file__).parents[2] / "data" / "client_names.txt"
ADJECTIVES = "Белый Синий Зелёный Золотой Старый Новый Большой Малый Тихий Лесной Морской Горный Тёплый Добрый Умный"
NOUNS = "берег дом мир лес сад парк город луг дар свет путь край рай день стиль вкус торг снаб трейд текстиль уют"


def table() -> tuple[list[str], list[tuple[str, int]]]:
    """The cards' names with three hundred others, and (name elsewhere, place of its card)."""
    cards: list[str] = []
    pairs: list[tuple[str, int]] = []
    for line in TABLE.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            card, _, others = line.partition(" <- ")
            cards.append(card)
            pairs += [(name.strip(), len(cards) - 1) for name in others.split(";") if name.strip()]
    return cards + [f"ООО «{a} {b}»" for a, b in product(ADJECTIVES.split(), NOUNS.split())], pairs


def test_the_right_client_is_among_the_three_suggested() -> None:
    """Of 206 hard pairs: legal forms, both alphabets, typos, branches, like names of others. Measured 2026-11-28:
    the first one right in 0.98, among three in 1.0."""
    cards, pairs = table()
    assert len(pairs) >= 150
    found = suggest([name for name, _ in pairs], cards)
    first = sum(bool(alike) and alike[0].place == place for (_, place), alike in zip(pairs, found, strict=True))
    among = sum(place in [one.place for one in alike] for (_, place), alike in zip(pairs, found, strict=True))
    assert among / len(pairs) >= 0.97
    assert first / len(pairs) >= 0.95


@pytest.mark.parametrize(
    "spellings",
    [
        ("Щедрое лето", "shchedroe leto", "schedroe leto", "ООО «Щедрое Лето»"),
        ("Север Торг", "торг север", "чат Север Торг WB"),
        ("Цветочный", "tsvetochny", "cvetochnyi"),
    ],
)
def test_one_name_in_several_spellings_has_one_skeleton(spellings: tuple[str, ...]) -> None:
    """Legal form, order of words, alphabet and the words of any chat make no difference."""
    assert len({skeleton(spelling).words for spelling in spellings}) == 1


def test_nothing_in_common_is_not_suggested() -> None:
    """A name of idle words only, an empty one and signs are no reason to fall, nor to suggest anybody."""
    assert suggest(["Гвоздь", "", "🌼", "чат склад"], ["ООО «Ромашка»", ""]) == [[], [], [], []]
    assert suggest(["Ромашка"], []) == [[]]


def test_what_is_linked_without_a_person_is_exact() -> None:
    """Numbers that differ by one digit, or by what follows them, are different; however written, one is one."""
    same = [
        *(("phone", "8 912 345-67-89", other) for other in ("+7(912)3456789", "9123456789", "7 912 345 67 89 доб. 5")),
        *(("email", "Info@Romashka.ru", other) for other in ("info@romashka.RU ", "mailto:info@romashka.ru")),
        ("inn", "7707083893", "7707 083 893"),
    ]
    other = [
        *(("phone", "8 912 345-67-89", one) for one in ("8 912 345-67-88", "8 912 345-67-8", "+380 91 234 56 78")),
        *(("email", "info@romashka.ru", one) for one in ("info@romashka.com", "inf0@romashka.ru", "info@romashka")),
        *(("inn", "7707083893", one) for one in ("7707083894", "770708389")),
    ]
    assert all(normal(kind, one) == normal(kind, two) is not None for kind, one, two in same)
    assert not any(normal(kind, one) == normal(kind, two) for kind, one, two in other)


@pytest.mark.parametrize("held", [False, True], ids=["tuned", "held out"])
def test_names_by_another_hand(held: bool) -> None:
    """177 pairs among 1 700 cards, a third never tuned on: who has a card finds it, and one phone joins nobody whose
    name is only like. Measured 2026-11-29: among three 0.99 of the tuned, 0.98 of the held out."""
    every, cards = known()
    part = [pair for pair in every if pair.held == held]
    found = measure(part, cards)
    right, wrong = automatic(part)
    assert found.recall >= RECALL
    assert len(found.wrong) <= 0.1 * found.high
    assert right / (right + wrong) >= PRECISION


@pytest.mark.parametrize(
    ("asked", "right", "like"),
    [
        ("Смирнова О.В.", "Смирнова Ольга Владимировна", "ИП Смирнова В. О."),
        ("Иванов Пётр", "ИП Иванов П. С.", "Иванов Павел"),
        ("Саша Белов", "Белов Александр Игоревич", "Белов Сергей Игоревич"),
        ("«Добрая пекарня», ИП Хлебников", "Хлебников Павел Иванович", "Добрые пекари"),
        ("Рост-1", "ООО «Рост-1»", "Рост-2"),
    ],
)
def test_initials_parts_and_numbers_decide(asked: str, right: str, like: str) -> None:
    """The right one goes first, and what contradicts it is nothing to be sure of."""
    [alike] = suggest([asked], [like, right])
    assert alike[0].place == 1
    assert all(one.likeness < HIGH for one in alike[1:])


@pytest.mark.proof
def test_five_thousand_by_five_thousand(record_property: Callable[[str, object], None]) -> None:
    """In seconds of CPU: 25 million pairs."""
    choose = random.Random(12)

    def name() -> str:
        words = ("".join(choose.choices("абвгдежзиклмнопрстуфхцчшщыюя", k=choose.randint(4, 10))) for _ in range(3))
        return " ".join(list(words)[: choose.randint(1, 3)])

    names, cards = [name() for _ in range(5000)], [name() for _ in range(5000)]
    began = time.process_time()
    suggest(names, cards)
    seconds = time.process_time() - began
    record_property("CPU s", round(seconds, 1))
    assert seconds < 60
