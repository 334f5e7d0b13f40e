"""`POST /hooks/bitrix`: an outgoing webhook comes once, so it is on Kafka before it is answered."""

import asyncio
import logging
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from schemas.bitrix import FROM_BITRIX, Hook
from schemas.errors import TooLarge, Transient
from schemas.sources import Inbound
from tests.unit.gateway.door import Door

TOKEN = "app-t0ken-of-the-webhook"
HOOK = {"event": "ONCRMLEADUPDATE", "data[FIELDS][ID]": "12345", "ts": "1795300000"}


def body(token: str = TOKEN, **changed: str) -> bytes:
    """As the portal posts it."""
    return urlencode(HOOK | changed | {"auth[domain]": "x", "auth[application_token]": token}).encode()


def door() -> Door:
    """A gateway that knows the token."""
    return Door(bitrix_token=SecretStr(TOKEN), ack_timeout=5.0, read_timeout=5.0)


async def test_a_hook_is_answered_after_the_ack() -> None:
    """And stands on Kafka under its object, with the portal's words and without its token."""
    async with door() as open_door:
        open_door.shelf.gate.clear()
        asked = asyncio.ensure_future(open_door.post("/hooks/bitrix", body()))
        while not open_door.shelf.asked:
            await asyncio.sleep(0.01)
        assert not asked.done()
        open_door.shelf.gate.set()
        assert await asked == (200, {})
        [output] = open_door.shelf.outputs
        assert (output.topic, output.key) == ("source.bitrix", b"lead:12345")
        inbound = msgspec.json.decode(output.value or b"", type=Inbound)
        hook = FROM_BITRIX.decode(bytes(inbound.payload))
        assert isinstance(hook, Hook)
        assert hook.fields == {"event": "ONCRMLEADUPDATE", "data[fields][id]": "12345", "ts": "1795300000"}
        assert TOKEN.encode() not in (output.value or b"")


async def test_who_does_not_know_the_token_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a wrong token nor none at all, nor a gateway without one lets anybody in; no log names a token."""
    caplog.set_level(logging.DEBUG)
    async with door() as open_door:
        for wrong in ("", "wr0ng", TOKEN + " "):
            assert (await open_door.post("/hooks/bitrix", body(wrong)))[0] == 401
        assert (await open_door.post("/hooks/bitrix", urlencode(HOOK).encode()))[0] == 401
        assert open_door.shelf.outputs == []
    async with Door() as closed:
        for token in ("", TOKEN):
            assert (await closed.post("/hooks/bitrix", body(token)))[0] == 401
    assert "wr0ng" not in caplog.text
    assert TOKEN not in caplog.text


async def test_without_kafka_the_portal_reads_503() -> None:
    """The next round finds what it told."""
    async with door() as open_door:
        open_door.shelf.fault = Transient("away")
        assert (await open_door.post("/hooks/bitrix", body()))[0] == 503


async def test_what_its_topic_does_not_take_is_413() -> None:
    """A form may be some times as long in the record: trying again would not help, and it is no fault of ours."""
    async with door() as open_door:
        open_door.shelf.fault = TooLarge("a record of 9 bytes")
        assert (await open_door.post("/hooks/bitrix", body()))[0] == 413


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=10))
def test_no_body_is_a_fault_of_ours(bodies: list[bytes]) -> None:
    """Whatever comes after the token: 200, 400, 401 or 413, never 500."""

    async def post() -> set[int]:
        async with door() as open_door:
            sent = [one for each in bodies for one in (each, body() + b"&" + each)]
            return {(await open_door.post("/hooks/bitrix", one))[0] for one in sent}

    assert asyncio.run(post()) <= {200, 400, 401, 413}
