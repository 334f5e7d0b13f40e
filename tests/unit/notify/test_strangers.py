"""Whose is a chat that nobody has linked: asked once, with the clients that are called like it."""

import msgspec
import pytest
from msgspec.structs import replace

from alerting.clients import Client
from processors.cards import Cards
from schemas.callback import Whose, decode
from schemas.cards import ClientCard
from schemas.sources import ClientRef, Unassigned
from streams.notify.strangers import Strangers
from tests.fakes.botapi import parse_html
from tests.unit.notify.shelf import Shelf
from tests.unit.store.records import DAY, NOW, batch

MESSAGE = {
    "chat": {"id": -1005, "title": "Ромашка <3 склад", "type": "supergroup"},
    "from": {"first_name": "Пётр"},
    "text": "где наш <товар>",
}
RAW = msgspec.Raw(msgspec.json.encode({"source": "b", "payload": {"update_id": 1, "message": MESSAGE}}))
WAITS = Unassigned("0" * 16, NOW, "telegram:b", ClientRef("tg_chat", "-1005"), "source.telegram", RAW)


def name_of(lead: str) -> Client:
    """As his card says."""
    return Client(lead, "ООО «Ромашка»")


async def asked(shelf: Shelf, *events: Unassigned) -> None:
    """What comes of records of `lead.unassigned`."""
    cards = Cards()
    for lead, name in (("12345", "ООО «Ромашка»"), ("7", "Гвоздь")):
        cards.apply(f"{lead}/hand", ClientCard(lead_id=lead, source="hand", ts=1, name=name))
    await Strangers(shelf, cards, name_of, lambda: NOW)(batch("lead.unassigned", map(msgspec.json.encode, events)))  # type: ignore[arg-type]


async def test_a_chat_is_asked_about_once() -> None:
    """With its title, what was said, and a button for who is called like it; a second message asks nothing."""
    shelf = Shelf()
    await asked(shelf, WAITS, replace(WAITS, event_id="1" * 16))
    [wish] = shelf.wishes
    assert (wish.key, wish.to, wish.version) == ("whose:-1005", "shared", 1)
    assert "Ромашка <3 склад" in parse_html(wish.message.text)
    assert "Пётр: где наш <товар>" in parse_html(wish.message.text)
    [[button]] = wish.message.buttons
    assert button.text == "12345 ООО «Ромашка»"
    assert decode(button.callback) == Whose("12345", "-1005")
    known = Shelf("whose:-1005")
    await asked(known, WAITS)
    assert not known.wishes


async def test_a_group_with_topics_is_asked_about_once_as_a_whole() -> None:
    """Two topics wait under names of their own; the button links the group."""
    shelf = Shelf()
    topics = [ClientRef("tg_topic", f"-1005/{number}") for number in (5, 6)]
    await asked(shelf, *(replace(WAITS, event_id=str(n) * 16, client=topic) for n, topic in enumerate(topics)))
    [wish] = shelf.wishes
    [[button]] = wish.message.buttons
    assert decode(button.callback) == Whose("12345", "-1005")


@pytest.mark.parametrize(
    "event",
    [
        replace(WAITS, client=ClientRef("tg_chat", "501")),
        replace(WAITS, client=ClientRef("wms_customer", "-1")),
        replace(WAITS, topic="lead.events"),
        replace(WAITS, ts=NOW - DAY - 1),
        replace(WAITS, source="telegram:export"),
    ],
)
async def test_what_is_not_asked(event: Unassigned) -> None:
    """A stranger in private, another source, what was unlinked, and history: there may be hundreds."""
    shelf = Shelf()
    await asked(shelf, event)
    assert not shelf.wishes


async def test_nobody_is_called_like_it() -> None:
    """The question is asked all the same, and says how to answer."""
    shelf = Shelf()
    raw = bytes(WAITS.record).replace("Ромашка <3 склад".encode(), "Бублик".encode())
    await asked(shelf, replace(WAITS, record=msgspec.Raw(raw)))
    [wish] = shelf.wishes
    assert not wish.message.buttons
    assert "Похожих имён нет" in wish.message.text
