"""`streams.gateway.telegram`."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import Rejected
from schemas.sources import Inbound
from streams.gateway.telegram import wrap
from tests.unit.gateway.door import Door

PATH = "/hooks/telegram/curator"
UPDATE = '{"update_id": 7, "message": {"chat": {"id": -1001, "type": "group"}, "text": "мы уходим"}}'.encode()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"message": {"chat": {"id": 5}}}, b"5"),
        ({"edited_message": {"chat": {"id": -1001}}}, b"-1001"),
        ({"business_message": {"chat": {"id": 6}, "business_connection_id": "b"}}, b"6"),
        ({"edited_business_message": {"chat": {"id": 6}}}, b"6"),
        ({"deleted_business_messages": {"chat": {"id": 6}, "message_ids": [1]}}, b"6"),
        ({"callback_query": {"id": "c", "data": "a", "message": {"chat": {"id": 8}}}}, b"8"),
        ({"callback_query": {"id": "c", "inline_message_id": "i"}}, b"7"),
        ({"inline_query": {"id": "q"}}, b"7"),
        ({"message": {"chat": {"id": "text"}}}, b"7"),
        ({"message": "text"}, b"7"),
        ({}, b"7"),
    ],
)
def test_the_key_is_the_chat(content: dict[str, object], key: bytes) -> None:
    """Updates of a chat share a partition, whatever their kind; what belongs to no chat goes by its own id."""
    output = wrap("curator", json.dumps({"update_id": 7} | content).encode())
    assert not isinstance(output, Rejected)
    assert (output.topic, output.key) == ("source.telegram", key)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"update_id": "7"}', b'{"update_id": null}', b'{"update_id": 7'])
def test_what_is_no_update_is_rejected(body: bytes) -> None:
    """An object with an integer update_id, nothing less."""
    assert isinstance(wrap("curator", body), Rejected)


@given(st.binary(max_size=60) | st.just(b'{"update_id":1,"m":' + b"[" * 5000))
def test_no_body_raises(body: bytes) -> None:
    """Whatever comes, the answer is a value."""
    wrap("curator", body)


async def test_an_update_is_kept_as_it_came() -> None:
    """200 `{}` and the very bytes in the record."""
    async with Door() as door:
        assert await door.post(PATH, UPDATE, X_Telegram_Bot_Api_Secret_Token="s3cret") == (200, {})
        inbound = msgspec.json.decode(door.shelf.outputs[0].value or b"", type=Inbound)
        assert (inbound.source, bytes(inbound.payload)) == ("curator", UPDATE)


async def test_a_wrong_secret_or_bot_is_refused() -> None:
    """Unknown bot, wrong, empty and missing secret answer the same."""
    async with Door() as door:
        answers = [
            await door.post(f"/hooks/telegram/{bot}", UPDATE, **headers)
            for bot in ("curator", "empty", "nobody")
            for headers in ({"X_Telegram_Bot_Api_Secret_Token": "wrong"}, {"X_Telegram_Bot_Api_Secret_Token": ""}, {})
        ]
        assert answers == [(401, {"error": "unknown bot or wrong secret token"})] * 9
        assert not door.shelf.outputs
