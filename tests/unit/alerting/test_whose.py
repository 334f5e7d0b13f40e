"""The question whose a chat is."""

import pytest
from msgspec.structs import replace

from alerting.clients import Client
from alerting.foreign import plain
from alerting.replies import answered, linked, pressed
from alerting.whose import render_whose
from processors.asked_chats import chat_asked_about
from schemas.bot import BotCommand, Question
from tests.fakes.botapi import parse_html


def test_chats_without_a_title_are_told_apart() -> None:
    """By their numbers: two of them may hold the same words."""
    one, other = (render_whose(chat, "", "мы уходим", []).text for chat in ("-1001", "-1002"))
    assert one != other
    assert "Чей это чат -1001 (без названия)?" in one


def test_a_title_is_foreign_text_and_likely_clients_are_buttons() -> None:
    """Its tags are shown and do nothing."""
    asked = render_whose("-1001", "<b>Ромашка", "", [Client("12345", "ООО «Ромашка»")])
    assert "«&lt;b&gt;Ромашка»" in asked.text
    assert asked.buttons[0][0].text == "12345 ООО «Ромашка»"


@pytest.mark.parametrize(("title", "named"), [("<b>Ромашка & Ко", "«<b>Ромашка & Ко»"), ("", "-1001 (без названия)")])
def test_an_answered_question_says_whose_the_chat_is(title: str, named: str) -> None:
    """By the chat's name, in all three places; the question has no buttons any more, and keeps what was said."""
    client = Client("12345", "ООО «Ромашка»")
    asked = plain(render_whose("-1001", title, "Пётр: где товар?", [client]).text)
    assert chat_asked_about(asked) == named
    command = BotCommand(
        command_id="0" * 16,
        chat_id="-1001",
        command="link",
        ts=1,
        lead_id="12345",
        callback_id="q",
        name="Анна <3",
        question=Question(-1009, 7, asked),
    )
    told = f"Чат {named} привязан к клиенту 12345 (ООО «Ромашка»)"
    assert pressed(command, lambda _: client) == told
    assert plain(linked(command, lambda _: client)) == f"{told}."
    message = answered(command, lambda _: client)
    assert message is not None
    assert message.buttons == ()
    assert parse_html(message.text) == f"✅ Чей это чат {named}?\nПётр: где товар?\n\n{told}.\nОтвет: Анна <3"
    assert answered(replace(command, fault="unknown"), lambda _: client) is None


def test_a_text_that_is_no_question_names_no_chat() -> None:
    """A button may stand under anything that an older version wrote."""
    assert chat_asked_about("Чат привязан") == ""
