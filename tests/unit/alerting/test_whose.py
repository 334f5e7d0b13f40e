"""The question whose a chat is."""

from alerting.clients import Client
from alerting.whose import render_whose


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
