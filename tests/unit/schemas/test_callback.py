"""Callback data of alert buttons."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import callback
from schemas.callback import Action, Callback, Choice, CommandButton, LoginNumber, Whose
from schemas.events import AlertAction

ACTIONS: tuple[Action, ...] = get_args(Action)


@given(st.from_regex(r"[0-9]{1,12}", fullmatch=True), st.from_regex(r"[0-9a-f]{16}", fullmatch=True))
def test_every_button_survives_the_way_and_fits(lead_id: str, alert_id: str) -> None:
    """Decoding undoes encoding for each action, in at most the 64 bytes that Telegram takes."""
    for action in ACTIONS:
        text = callback.encode(lead_id, alert_id, action)
        assert callback.decode(text) == Callback(lead_id, alert_id, action)
        assert len(text.encode()) <= 64


@given(st.text())
def test_decode_takes_any_text(text: str) -> None:
    """Any member of a chat may send any data: what is not ours is None, never an exception."""
    assert callback.decode(text) is None or encoded_again(text) == text


@given(st.from_regex(r"[0-9a-f]{20}", fullmatch=True), st.from_regex(r"[0-9A-Za-z_-]{1,40}", fullmatch=True))
def test_answers_and_options_survive_the_way_and_fit(digest: str, said_id: str) -> None:
    """Each answer to a command, and an option of a question."""
    for answer in callback.ANSWERS:
        text = callback.encode_command(digest, answer)
        assert callback.decode(text) == CommandButton(digest, answer)
        assert len(text) <= 21
    text = callback.encode_choice(said_id, 9)
    assert callback.decode(text) == Choice(said_id, 9)
    assert len(text) <= 64


def encoded_again(text: str) -> str:
    """What was decoded, encoded."""
    match callback.decode(text):
        case Callback(lead_id, alert_id, action):
            return callback.encode(lead_id, alert_id, action)
        case Whose(lead_id, chat_id):
            return callback.encode_whose(lead_id, chat_id)
        case LoginNumber(login, number):
            return callback.encode_login(login, number) if text.endswith(f":{number}") else text
        case CommandButton(digest, answer):
            return callback.encode_command(digest, answer)
        case Choice(said_id, option):
            return callback.encode_choice(said_id, option) if text.endswith(f":{option}") else text
        case _:
            return ""


@pytest.mark.parametrize(
    "text",
    ["", "a:1:0123456789abcdef:x", "a:1:0123456789abcdef:k\n", "a:1:0123456789ABCDEF:k", "a::0123456789abcdef:k"],
)
def test_near_misses_are_not_ours(text: str) -> None:
    """Unknown key, trailing line, capitals, no lead."""
    assert callback.decode(text) is None


def test_actions_are_those_of_the_event() -> None:
    """The buttons and `AlertAction` name the same actions."""
    assert set(callback.KEYS) == set(get_args(AlertAction.__annotations__["action"]))
