"""What an item and a summary may say beyond the quotes: fair words stay, others give way to the quote or go."""

from collections.abc import Iterator
from datetime import date

import pytest

from processors.minutes import extract, verified
from schemas.meetings import Utterance
from schemas.minutes import UNKNOWN, Action, Fact, Minutes, Point
from tests.unit.processors.minutes.meetings import DEV, HELD_OUT, load

LISTS = ("decisions", "actions", "pains", "conflicts", "competitors", "tariffs", "numbers", "open_questions")
SAID_ON = date(2026, 11, 24)
LINES = """
добрый день по приёмке у нас задержка два дня из-за праздников
приёмка у вас идёт по три дня это никуда не годится
я сегодня же пришлю вам новый прайс и акт по возвратам
бетапро нам предлагает двадцать шесть рублей за литр
с января хранение будет тридцать шесть рублей вместо двадцати восьми
Мы не хотим переезжать, но если цена вырастет, придётся искать другой склад.
Давайте так: скидка пять процентов при объёме от трёх тысяч заказов.
Хорошо, договорились. Оплатим счёт в понедельник.
десять коробок потеряли на прошлой неделе никто не ответил
разберусь с коробками до среды
претензию мы пока писать не будем
без маркировки товар не принимайте
"""
TALK = [Utterance(n * 1000, n * 1000 + 900, line) for n, line in enumerate(LINES.strip().splitlines())]
BETAPRO = "бетапро нам предлагает двадцать шесть рублей за литр"
STORAGE = "с января хранение будет тридцать шесть рублей вместо двадцати восьми"
DISCOUNT = "скидка пять процентов при объёме от трёх тысяч заказов"
LOST = "десять коробок потеряли на прошлой неделе"


def kept(of: str, text: str, quote: str) -> list[Point | Action]:
    """What is left of one item of the list `of`."""
    item = Action(text, UNKNOWN, UNKNOWN, quote, -1) if of == "actions" else Point(text, quote, -1)
    checked = verified(Minutes("", "glm", **{of: [item]}), TALK, (), SAID_ON)  # type: ignore[arg-type]
    found: list[Point | Action] = getattr(checked, of)
    return found


@pytest.mark.parametrize(
    ("of", "text", "quote"),
    [
        ("pains", "Клиент недоволен долгой приёмкой", "приёмка у вас идёт по три дня это никуда не годится"),
        ("actions", "Прислать новый прайс и акт по возвратам", "пришлю вам новый прайс и акт по возвратам"),
        ("competitors", "Бетапро: 26 рублей за литр", BETAPRO),
        ("competitors", "Клиент сравнивает с Бетапро (26 ₽ за литр)", BETAPRO),
        ("tariffs", "Хранение с января 36 ₽ вместо 28 ₽", STORAGE),
        ("conflicts", "При росте цены клиент будет искать другой склад", "если цена вырастет, придётся искать другой"),
        ("decisions", "Скидка 5 % при объёме от 3000 заказов", DISCOUNT),
        ("actions", "Оплатить счёт в понедельник", "Оплатим счёт в понедельник"),
        ("pains", "Потеряли 10 коробок, никто не ответил", f"{LOST} никто не ответил"),
        ("actions", "Разобраться с коробками до среды", "разберусь с коробками до среды"),
        ("decisions", "Претензию пока не писать", "претензию мы пока писать не будем"),
        ("decisions", "Претензию не писать", "претензию мы пока писать"),
        ("actions", "Не принимать товар без маркировки", "без маркировки товар не принимайте"),
    ],
)
def test_fair_words_stay(of: str, text: str, quote: str) -> None:
    """A paraphrase with the figures, names, deeds and negations of its quote is kept as it is."""
    assert [item.text for item in kept(of, text, quote)] == [text]


@pytest.mark.parametrize(
    ("of", "text", "quote"),
    [
        ("numbers", "Оплатили счёт в понедельник", "Оплатим счёт в понедельник"),
        ("pains", "Потеряли 100 коробок", LOST),
        ("pains", "Коробки нашли", LOST),
        ("tariffs", "Хранение 28 вместо 36", STORAGE),
        ("competitors", "Клиент ушёл в Бетапро", BETAPRO),
        ("decisions", "Скидка 50 % от 3000 заказов", DISCOUNT),
        ("decisions", "Скидка 5 % без ограничений по объёму", DISCOUNT),
        ("actions", "Прислать прайс Марине Сергеевне", "пришлю вам новый прайс"),
        ("actions", "Прислать прайс завтра", "пришлю вам новый прайс"),
        ("tariffs", "Хранение [ТЕЛ_1] 36 рублей", STORAGE),
    ],
)
def test_unfair_words_give_way_to_the_quote(of: str, text: str, quote: str) -> None:
    """A changed figure, an invented deed, name or day, a token: the reader gets the quote instead."""
    assert [item.text for item in kept(of, text, quote)] == [quote]


@pytest.mark.parametrize(
    ("of", "quote"),
    [
        ("decisions", "претензию мы пока писать"),
        ("actions", "без маркировки товар"),
        ("conflicts", "переезжать"),
        ("decisions", "придётся искать другой склад"),
    ],
)
def test_half_a_sentence_is_no_quote(of: str, quote: str) -> None:
    """What a negation of its clause turns, or a decision that hangs on an "если", is dropped where that is cut off."""
    assert kept(of, f"Клиент: {quote}", quote) == []


ITEMS = Minutes(
    "",
    "glm",
    pains=[Point("", "приёмка у вас идёт по три дня", 1), Point("", LOST, 8)],
    tariffs=[Point("", STORAGE, 4)],
    competitors=[Point("", BETAPRO, 3)],
    decisions=[Point("", DISCOUNT, 6)],
    actions=[
        Action("", UNKNOWN, UNKNOWN, "разберусь с коробками до среды", 9),
        Action("", UNKNOWN, UNKNOWN, "Оплатим счёт в понедельник", 7),
    ],
    conflicts=[Point("", "если цена вырастет, придётся искать другой склад", 5)],
)


def summary(sentence: str) -> str:
    """What is left of a summary of one sentence."""
    minutes = Minutes(sentence, "glm", **{name: getattr(ITEMS, name) for name in LISTS})
    return verified(minutes, TALK, (), SAID_ON).summary


@pytest.mark.parametrize(
    "sentence",
    [
        "Клиент недоволен: приёмка идёт три дня, десять коробок потеряли.",
        "С января хранение будет 36 рублей вместо 28.",
        "Договорились о скидке 5 % при объёме от 3000 заказов.",
        "Клиент сравнивает нас с Бетапро, где 26 рублей за литр.",
        "Менеджер разберётся с коробками до среды.",
        "Если цена вырастет, клиент будет искать другой склад.",
        "Обсудили приёмку, хранение и возвраты.",
        "Счёт клиент оплатит в понедельник.",
    ],
)
def test_a_summary_says_what_items_say(sentence: str) -> None:
    """A sentence that one item supports, or several part by part, or that only names what was spoken about, stays."""
    assert summary(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Клиент оплатил счёт.",
        "Коробки нашлись.",
        "Клиент уходит в Бетапро.",
        "Скидка 10 % согласована.",
        "Приёмка идёт хорошо, три дня.",
        "Клиент переедет на другой склад.",
        "Хранение 36 рублей отменили.",
        "Договорились о переезде на другой склад.",
        "Договорились поднять цену.",
    ],
)
def test_a_summary_says_nothing_else(sentence: str) -> None:
    """Words of the talk put together to what nobody said are no summary."""
    assert summary(sentence) == UNKNOWN


def test_what_the_rules_find_is_fair() -> None:
    """Of what the rules find in the written meetings, less than one in a hundred is taken for a cut quote."""
    found, left = 0, 0
    for name in (*DEV, *HELD_OUT):
        conversation, _ = load(name)
        minutes = extract(conversation)
        checked = verified(minutes, conversation.utterances, conversation.people)
        found += sum(1 for _ in places(minutes))
        left += len(set(places(minutes)) & set(places(checked)))
    assert found > 400
    assert found - left < found / 100


def places(minutes: Minutes) -> Iterator[tuple[str, int, str]]:
    """List, utterance and words of each item, but for the marks at the ends of its quote."""
    for name in LISTS:
        items: list[Point | Action | Fact] = getattr(minutes, name)
        yield from ((name, item.segment, item.quote.strip(" .!?…")) for item in items)
