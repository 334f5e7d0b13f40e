"""How well names of one client are found among many: `python -m bench.names` prints both parts of `names.txt`.

Every third pair of a kind is held out: nobody tunes on it. Also the time and memory of 5 000 × 5 000 names.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from processors.matching import Alike, is_same, suggest
from processors.russian.words import word_list
from processors.skeletons import skeleton

PAIRS: Final = Path(__file__).with_name("names.txt")
STRANGERS: Final = "strangers"
OTHERS: Final = 1_500
FLEET: Final = 5_000
RECALL: Final = 0.9
"""Of those who have a card, how many must have it among the three suggestions."""
GOAL_CPU_S, GOAL_MB = 30.0, 400.0
"""5 000 × 5 000 names: seconds of CPU, shared by the cores, and memory beside Python's own."""
PRECISION: Final = 0.98
"""Of leads with one phone that are made one client without a person."""
HIGH: Final = 90.0
"""A likeness that a person confirms without a second look."""

_WHAT: Final = word_list(
    "Северный Южный Красный Синий Золотой Серебряный Быстрый Тихий Светлый Новый Старый Большой Малый Лесной Горный "
    "Морской Речной Городской Сельский Первый Главный Русский Дальний Весенний Зимний Летний Медный Железный Каменный "
    "Янтарный Хрустальный Бархатный Шёлковый Льняной Дубовый Сосновый"
)
_WHO: Final = word_list(
    "Берег Мост Путь Ветер Парус Якорь Компас Маяк Терем Очаг Камин Фонарь Сапог Ларец Сундук Короб Товар Базар Рынок "
    "Склад Аптекарь Мастер Кузнец Пекарь Портной Гончар Плотник Садовник Пасечник Рыбак Охотник Странник Картограф"
)
_FIRST: Final = word_list(
    "Агро Авто Био Вело Газ Гидро Дом Евро Инвест Интер Кофе Люкс Мебель Мото Нефте Опт Поли Пром Реал Ром Сиб Спец "
    "Строй Тех Транс Урал Фарм Фото Центр Электро Эко Юни"
)
_SECOND: Final = word_list(
    "альянс база вест град дизайн запад импорт комплект лайн маш ник опт партнёр ресурс снаб тек торг"
)
_SURNAMES: Final = word_list(
    "Абрамов Баранов Виноградов Герасимов Давыдов Ефимов Жуков Захаров Ильин Калинин Лебедев Макаров Назаров Осипов "
    "Павлов Романов Савельев Тарасов Ушаков Фомин Харитонов Царёв Чернов Шубин Щукин Юдин Яшин Иванов Петров Смирнов"
)
_INITIALS: Final = word_list("А.Б. В.Г. Д.Е. И.К. Л.М. Н.О. П.Р. С.Т. О.В. А.А. Е.С. М.И.")
_FORMS: Final = ("ООО «{}»", "{}", "{} ООО", "АО «{}»", "ТД {}")


@dataclass(frozen=True)
class Pair:
    """A name as a source shows it, the card that is its client's ("" where none is), and a card only like it."""

    kind: str
    asked: str
    right: str
    like: str
    held: bool


@dataclass(frozen=True)
class Found:
    """Counts of one part: pairs with a card, found first and among three; first suggestions that were sure of
    themselves (`HIGH`), and which of them were wrong."""

    pairs: int
    first: int
    three: int
    high: int
    wrong: list[str]
    missed: list[str]

    @property
    def recall(self) -> float:
        return self.three / self.pairs


def pairs() -> Iterator[Pair]:
    """The file's, in its order."""
    kind, number = "", 0
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and " = " not in line:
            kind, number = line[1:-1], 0
        elif line and not line.startswith("#"):
            number += 1
            asked, _, rest = line.partition(" = ")
            right, _, like = rest.partition("~")
            yield Pair(kind, asked, right.strip().removeprefix("-").strip(), like.strip(), held=number % 3 == 0)


def others(number: int, taken: Sequence[str]) -> list[str]:
    """Made names of other clients, none of which is one of those `taken`."""
    chance = Random(12)
    known = {skeleton(name).joined for name in taken}
    made: dict[str, str] = {}
    while len(made) < number:
        name = chance.choice(
            (
                f"{chance.choice(_WHAT)} {chance.choice(_WHO)}",
                f"{chance.choice(_FIRST)}{chance.choice(_FIRST).lower()}{chance.choice(_SECOND)}",
                f"{chance.choice(_FIRST)}-{chance.choice(_SECOND).capitalize()} {chance.randint(2, 99)}",
                f"ИП {chance.choice(_SURNAMES)}{chance.choice(('', 'а'))} {chance.choice(_INITIALS)}",
            )
        )
        joined = skeleton(name).joined
        if joined not in known:
            made.setdefault(joined, name if name.startswith("ИП ") else chance.choice(_FORMS).format(name))
    return list(made.values())


def measure(part: Sequence[Pair], cards: Sequence[str]) -> Found:
    """What is suggested to the names of a part among all `cards`."""
    first = three = high = 0
    wrong, missed = list[str](), list[str]()
    for pair, alike in zip(part, suggest([pair.asked for pair in part], cards), strict=True):
        names = [cards[one.place] for one in alike]
        if pair.right:
            first += names[:1] == [pair.right]
            three += pair.right in names
            if pair.right not in names:
                missed.append(f"{pair.kind}: {pair.asked} = {pair.right}; {_told(alike, cards)}")
        if alike and alike[0].likeness >= HIGH:
            high += 1
            if names[0] != pair.right:
                wrong.append(f"{pair.kind}: {pair.asked} = {pair.right or '-'}; {_told(alike, cards)}")
    return Found(sum(bool(pair.right) for pair in part), first, three, high, wrong, missed)


def _told(alike: Sequence[Alike], cards: Sequence[str]) -> str:
    return ", ".join(f"{cards[one.place]} {one.likeness:.0f}" for one in alike) or "nobody"


def known() -> tuple[list[Pair], list[str]]:
    """All pairs, and all cards among which they are looked for."""
    every = list(pairs())
    named = [name for pair in every for name in (pair.right, pair.like) if name]
    return every, list(dict.fromkeys(named)) + others(OTHERS, [*named, *(pair.asked for pair in every)])


def automatic(part: Sequence[Pair]) -> tuple[int, int]:
    """Of leads that have one phone: how many pairs of one client are merged without a person, and how many pairs of two
    clients with like names, who have one bookkeeper."""
    right = sum(is_same(pair.asked, pair.right) for pair in part if pair.right)
    return right, sum(is_same(pair.right or pair.asked, pair.like) for pair in part if pair.like)


def names() -> dict[str, float | int]:
    """The figures for `make bench`."""
    every, cards = known()
    results: dict[str, float | int] = {"pairs": len(every), "cards": len(cards)}
    for part, held in (("tuned", False), ("held", True)):
        found = measure([pair for pair in every if pair.held == held], cards)
        results |= {
            f"{part}_first": round(found.first / found.pairs, 3),
            f"{part}_recall": round(found.recall, 3),
            f"{part}_high": found.high,
            f"{part}_high_wrong": len(found.wrong),
        }
        merged, mixed = automatic([pair for pair in every if pair.held == held])
        results |= {f"{part}_merged": merged, f"{part}_merged_wrong": mixed}
    fleet = others(FLEET, ())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    skeleton.cache_clear()
    start = time.process_time()
    suggest([f"Чат {name}, отгрузки" for name in fleet], fleet)
    results["fleet_cpu_s"] = round(time.process_time() - start, 2)
    results["fleet_mb"] = round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1)
    return results


def main() -> None:
    every, cards = known()
    for part, held in (("tuned", False), ("held", True)):
        if held and "--all" not in sys.argv:
            continue  # whoever tunes must not see them
        found = measure([pair for pair in every if pair.held == held], cards)
        print(f"{part}: missed", *found.missed, f"{part}: sure and wrong", *found.wrong, sep="\n  ")
    print(json.dumps(names(), indent=1))


if __name__ == "__main__":
    main()
