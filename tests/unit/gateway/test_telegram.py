"""`streams.gateway.telegram`."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.identity import Identities
from processors.normalize.contract import Options
from processors.normalize.telegram import normalize
from schemas.codec import Rejected
from schemas.sources import Inbound
from schemas.types import Meta
from streams.gateway.telegram import LARGEST, wrap
from tests.unit.gateway.door import SETTINGS, Door

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
    assert (output.topic, output.key) == ("source.telegram", key)


BAD = [b"", b"[]", b"{}", b'{"update_id": "7"}', b'{"update_id": null}', b'{"update_id": 7', b"<html>", b"\xff{}"]


@pytest.mark.parametrize("body", BAD)
async def test_what_is_no_update_is_taken_all_the_same(body: bytes) -> None:
    """Telegram would send a refused update for ever and hold back those behind it: 200, and a dead letter later."""
    async with Door() as door:
        assert await door.post(PATH, body, X_Telegram_Bot_Api_Secret_Token="s3cret") == (200, {})
        (output,) = door.shelf.outputs
    inbound = msgspec.json.decode(output.value or b"", type=Inbound)
    payload = msgspec.json.decode(inbound.payload)
    assert inbound.source == "curator"
    assert bytes(inbound.payload) == body or payload == body.decode(errors="replace")
    meta = Meta(output.topic, 0, 0, 1_795_000_000_000)
    assert isinstance(normalize(meta, output.value or b"", Identities(), Options()), Rejected)


async def test_an_update_may_be_larger_than_other_bodies() -> None:
    """`gateway.max_body` is for those who can be told to send less."""
    async with Door() as door:
        long = b'{"update_id": 7, "message": "' + b"x" * SETTINGS.max_body + b'"}'
        assert await door.post(PATH, long, X_Telegram_Bot_Api_Secret_Token="s3cret") == (200, {})


@given(st.binary(max_size=60) | st.just(b'{"update_id":1,"m":' + b"[" * 5000))
def test_no_body_raises(body: bytes) -> None:
    """Whatever comes, there is a record that can be read again."""
    output = wrap("curator", body)
    assert msgspec.json.decode(output.value or b"", type=Inbound).source == "curator"


def test_what_grows_in_the_topic_is_cut() -> None:
    """Bytes that are no UTF-8 are three each in a string: refused, such an update would come again for ever."""
    output = wrap("curator", b"\xff" * LARGEST)
    assert len(output.value or b"") < LARGEST
    assert msgspec.json.decode(output.value or b"", type=Inbound).source == "curator"


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
