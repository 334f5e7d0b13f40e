"""Callback data of alert buttons."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import callback
from schemas.callback import Action, Callback
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
    found = callback.decode(text)
    assert found is None or callback.encode(found.lead_id, found.alert_id, found.action) == text


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
