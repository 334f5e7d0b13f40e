"""`/link 12345` in a client's chat: who may say it, and what comes of it."""

from typing import Any

import pytest

from schemas.bot import BotCommand
from schemas.codec import Rejected
from schemas.events import Message
from schemas.sources import Identity
from tests.unit.processors.normalize.test_telegram import CLIENT, CURATORS, STAFF, found, message

NEW = {"id": -1005, "type": "supergroup", "title": "Ромашка × склад"}


def said(text: str, chat: dict[str, Any] = NEW, who: dict[str, Any] = STAFF) -> Any:
    """What comes of it."""
    return found(message=message(chat, who, text=text))


@pytest.mark.parametrize("text", ["/link 12345", "/link@lead_bot lead-12345 ", "/link\n12345"])
def test_one_of_us_says_whose_chat_it_is(text: str) -> None:
    """A link with who said so and when, an answer with the chat's name, and no message of the client's history."""
    link, told = said(text)
    assert link == Identity("tg_chat", "-1005", "12345", "Анна", source="telegram:bot", confirmed_at=1_795_165_391_000)
    assert isinstance(told, BotCommand)
    assert (told.command, told.lead_id, told.chat_title, told.before) == ("link", "12345", "Ромашка × склад", "")


def test_a_guest_and_a_client_link_nothing() -> None:
    """His words are words."""
    [waits] = said("/link 12345", who=CLIENT)
    assert waits.client.value == "-1005"
    [event] = said("/link 777", chat={"id": -1001234567890, "type": "supergroup"}, who=CLIENT)
    assert isinstance(event, Message)


def test_a_chat_changes_hands_and_says_whose_it_was() -> None:
    """The same client again writes nothing; a number that is none is told."""
    known = {"id": -1001234567890, "type": "supergroup"}
    link, told = said("/link 777", chat=known)
    assert (link.lead_id, told.before) == ("777", "12345")
    [again] = said("/link 12345", chat=known)
    assert (again.before, again.fault) == ("12345", "")
    [nobody] = said("/link Ромашка")
    assert (nobody.fault, nobody.lead_id) == ("no_lead", "")
    [help_] = said("/link 12345", chat=CURATORS)
    assert help_.command == "help", "the curators' own chat is no client's"


def press(data: str, who: dict[str, Any] = STAFF) -> Any:
    """A button under the question whose a chat is."""
    return found(callback_query={"id": "q1", "from": who, "data": data})


def test_a_button_says_whose_a_chat_is() -> None:
    """By one of us; what is linked by then is not taken from him by an old button."""
    link, told = press("l:12345:-1005")
    assert (link.kind, link.value, link.lead_id, link.confirmed_by) == ("tg_chat", "-1005", "12345", "Анна")
    assert (told.command, told.callback_id, told.fault) == ("link", "q1", "")
    [taken] = press("l:777:-1001234567890")
    assert (taken.fault, taken.before) == ("taken", "12345")
    [again] = press("l:12345:-1001234567890")
    assert (again.fault, again.before) == ("", "12345")
    assert isinstance(press("l:12345:-1005", who=CLIENT), Rejected)
    assert isinstance(press("l:12345:Ромашка"), Rejected)
