"""What the store tells, in words of a page."""

from datetime import date
from typing import Any

import pytest

from processors.pages import Row
from schemas.answers import Claim, Counted, Figure, Item, Source, ToolCall
from schemas.commands import Trigger
from streams.web.told.anchors import anchor
from streams.web.told.answers import part
from streams.web.told.commands import occasion_link
from streams.web.told.rows import row
from streams.web.told.times import ago
from tests.unit.processors.assistant.commands import alert
from tests.unit.processors.commands.office import NOON, NOTE, command

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


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        ("alert", "/leads/1003/timeline?before=1796029260000#alert-00000000000000a1"),
        ("silence", "/leads/1003/timeline?before=1796029260000#alert-00000000000000a1"),
        ("event", "/leads/1003/timeline?before=1796029260000#event-00000000000000a1"),
        ("promise", "/leads/1003#promise-00000000000000a1"),
        ("meeting", "/leads/1003/timeline?before=1796029260000"),
        ("command", "/commands/00000000000000a1"),
        ("asked", ""),
        ("person", ""),
    ],
)
def test_an_occasion_is_opened_itself(kind: Any, link: str) -> None:
    """The very row, in a time line that begins just behind it; of a command about no client only another command."""
    made = command(*NOTE, trigger=Trigger(kind=kind, id="00000000000000a1"))
    assert occasion_link(made) == link
    nobodys = command("report.send", {}, lead_id="", trigger=made.trigger)
    assert occasion_link(nobodys) == (link if kind == "command" else "")


def test_rows_have_the_anchors_that_links_name() -> None:
    """An alert by its own id, all else by the event's."""
    ring = Row("1", NOON, "alert", "alert", event_id="00000000000000a2", alert=alert())
    assert row("1003", ring, NOON).anchor == anchor("alert", "00000000000000a1")
    assert row("1003", Row("1", NOON, "note", "note", event_id="00000000000000b1"), NOON).anchor == (
        anchor("event", "00000000000000b1")
    )
    assert row("1003", Row("1", NOON, "wms", "day"), NOON).anchor == ""
