"""What the store tells, in words of a page."""

from datetime import date

import pytest

from schemas.answers import Claim, Counted, Figure, Item, Source, ToolCall
from streams.web.told.answers import part
from streams.web.told.times import ago

NOW = 1_790_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (0, "0 мин назад"),
        (5 * MINUTE, "5 мин назад"),
        (3 * HOUR, "3 ч назад"),
        (DAY, "вчера"),
        (2 * DAY, "2 дня назад"),
        (5 * DAY, "5 дней назад"),
        (40 * DAY, "12.08"),
    ],
)
def test_how_long_ago(past: int, words: str) -> None:
    """In words that need no legend, with the grammar of the number; what is long ago by its date."""
    assert ago(NOW - past, NOW).replace("\u00a0", " ") == words


def test_a_list_is_told_once() -> None:
    """An item names where the list is seen, and does not tell the list again; another claim tells its figure."""
    items = [Item(0, "ждёт акт сверки", quote="пришлите акт")]
    figure = Figure("7", ToolCall("problems"), 1.0, "", 1, NOW, items=items)
    known: dict[int, Source] = {1: Counted(1, figure, "1 проблема.")}
    today = date(2026, 11, 29)
    [head] = part("7", Claim("1 проблема.", [1]), known, today).sources
    [item] = part("7", Claim("ждёт акт сверки", [1], "пришлите акт"), known, today).sources
    [other] = part("7", Claim("Клиент недоволен", [1]), known, today).sources
    assert (head.words, item.words, other.words) == ("", "", "1 проблема.")
    assert (item.link, item.link_words) == ("/leads/7#history-head", "история")
