"""Quotes from which the word that turns them was cut."""

import pytest

from processors.minutes.whole import conditional, whole


@pytest.mark.parametrize(
    ("text", "quote", "entire"),
    [
        ("мы не согласны на новый тариф", "согласны на новый тариф", "не согласны на новый тариф"),
        ("мы точно не будем поднимать объём", "поднимать объём", "не будем поднимать объём"),
        ("не хотим в этом году переезжать", "переезжать", "не хотим в этом году переезжать"),
        ("отгружать ночью мы не станем", "отгружать ночью", "отгружать ночью мы не станем"),
        ("без маркировки товар не принимайте", "без маркировки товар", "без маркировки товар не принимайте"),
        ("переносить склад нельзя", "переносить склад", "переносить склад нельзя"),
        ("нельзя завтра отгружать", "отгружать", "нельзя завтра отгружать"),
    ],
)
def test_a_negation_belongs_to_the_quote(text: str, quote: str, entire: str) -> None:
    """Before it or behind it, next to it or through an auxiliary."""
    start = text.index(quote)
    first, last = whole(text, start, start + len(quote))
    assert text[first:last] == entire


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("нам не нравится что короба мнут", "короба мнут"),
        ("я такого не подписывал честно я уже смотрю других", "я уже смотрю других"),
        ("там не хватило упаковщиков вышло двенадцать человек", "вышло двенадцать человек"),
        ("я не готова сейчас ответить спрошу у директора", "спрошу у директора"),
        ("пришлю расчёт до пятницы не позже", "пришлю расчёт до пятницы"),
        ("ребята перепутали цвета я не хочу ругаться", "ребята перепутали цвета"),
        ("счёт выставьте на меня лично не надо на ип", "счёт выставьте на меня лично"),
        ("вы не против давайте с первого", "давайте с первого"),
        ("нет поднимем с первого", "поднимем с первого"),
        ("не было звонка. Пришлю расчёт", "Пришлю расчёт"),
    ],
)
def test_a_negation_with_a_word_of_its_own(text: str, quote: str) -> None:
    """It turns that word, and the quote is whole as it is."""
    start = text.index(quote)
    assert whole(text, start, start + len(quote)) == (start, start + len(quote))


@pytest.mark.parametrize(
    ("text", "quote", "hangs"),
    [
        ("Если поднимете цену, мы уйдём к другому складу.", "мы уйдём к другому складу", True),
        ("если поднимете цену мы уйдём", "мы уйдём", True),
        ("Если поднимете цену, мы уйдём.", "Если поднимете цену, мы уйдём", False),
        ("если что звоните мы поднимем тариф", "мы поднимем тариф", False),
        ("Если дорого, скажите. Тариф поднимем с первого.", "Тариф поднимем с первого", False),
        ("если не сломается реклама ждём девять тысяч заказов нужен второй стол", "нужен второй стол", False),
    ],
)
def test_a_condition(text: str, quote: str, hangs: bool) -> None:
    """It is the "если" of the same sentence that stands before the quote and not in it."""
    start = text.index(quote)
    assert conditional(text, start, start + len(quote)) is hangs
