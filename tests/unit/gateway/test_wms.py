"""`streams.gateway.wms`: what is accepted, and what becomes of it."""

import hashlib
import hmac
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import Rejected
from schemas.sources import Inbound
from streams.gateway.wms import split, wrap
from tests.unit.gateway.door import Door

EVENT: dict[str, Any] = {
    "id": "e1",
    "type": "reservation_created",
    "ts": "2026-11-20T12:03:11+03:00",
    "client": {"kind": "wms_customer", "value": "1066"},
    "doc": {"id": "R-1"},
    "lines": [{"sku": "A", "qty": 10}],
    "colour": "красный",
}


def event(**changed: object) -> bytes:
    return json.dumps(EVENT | changed, ensure_ascii=False).encode()


def test_a_record_carries_the_very_bytes_that_came() -> None:
    """Unknown fields, spaces and order survive: the payload is not decoded and written anew."""
    spaced = b'{ "id":"e2" ,' + event()[1:].replace(b'"id": "e1",', b"")
    outputs = wrap("main", split(b" [" + event() + b" , " + spaced + b"]"))  # type: ignore[arg-type]
    assert not isinstance(outputs, Rejected)
    inbound = [msgspec.json.decode(output.value or b"", type=Inbound) for output in outputs]
    assert [bytes(item.payload) for item in inbound] == [event(), spaced]
    assert {(output.topic, output.key) for output in outputs} == {("source.wms", b"wms_customer:1066")}
    assert inbound[0].source == "main"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ts": "2026-11-20T12:03:11"}, "zone"),
        ({"ts": "yesterday"}, "ISO 8601"),
        ({"ts": "1969-12-31T23:59:59Z"}, "1970"),
        ({"ts": "9999-12-31T23:59:59Z"}, "2100"),
        ({"ts": -1}, ">= 0"),
        ({"ts": None}, "$.ts"),
        ({"type": "unheard_of"}, "$.type"),
        ({"id": ""}, "empty"),
        ({"id": 5}, "$.id"),
        ({"client": {"kind": "lead", "value": ""}}, "empty"),
        ({"lines": [{"sku": "A", "qty": "10"}]}, "$.lines[0].qty"),
        ({"doc": None}, "$.doc"),
    ],
)
def test_a_bad_event_is_named_by_index_and_place(changed: dict[str, object], reason: str) -> None:
    """The sender learns which event of the list is wrong and why; nothing of the list is taken."""
    found = wrap("main", split(b"[" + event() + b"," + event(**changed) + b"]"))  # type: ignore[arg-type]
    assert isinstance(found, Rejected)
    assert found.reason.startswith("event 1: ")
    assert reason in found.reason


@pytest.mark.parametrize("ts", ["2026-11-20T12:03:11Z", "2026-11-20 12:03:11.5+03:00", 1_795_000_000_000])
def test_time_may_be_iso_with_a_zone_or_ms(ts: object) -> None:
    """Both forms of the contract pass."""
    assert not isinstance(wrap("main", [msgspec.Raw(event(ts=ts))]), Rejected)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | st.just(b"[" * 5000))
def test_no_body_raises(body: bytes) -> None:
    """Whatever comes, the answer is a value."""
    items = split(body)
    if not isinstance(items, Rejected):
        assert isinstance(wrap("main", items), list | Rejected)


async def test_one_event_and_a_list_are_accepted() -> None:
    """200 says how many events stand in Kafka."""
    async with Door() as door:
        assert await door.wms(event()) == (200, {"accepted": 1})
        assert await door.wms(b"[" + event() + b"," + event() + b"]") == (200, {"accepted": 2})
        assert await door.wms(b"[]") == (200, {"accepted": 0})
        assert len(door.shelf.outputs) == 3


async def test_one_bad_event_refuses_the_whole_request() -> None:
    """A sender may repeat the whole request: nothing of it was taken."""
    async with Door() as door:
        status, answer = await door.wms(b"[" + event() + b"," + event(ts=None) + b"]")
        assert status == 400
        assert "event 1" in answer["error"]
        assert not door.shelf.outputs


async def test_broken_json_is_answered_with_its_place() -> None:
    """400 names the byte."""
    async with Door() as door:
        assert await door.wms(b'{"id": tru}') == (400, {"error": "JSON is malformed: invalid character (byte 8)"})
        assert (await door.wms(b""))[0] == 400
        assert await door.wms(b'{"id": "\xff"}') == (400, {"error": "the body is not UTF-8 (byte 8)"})


async def test_unknown_source_and_wrong_token_answer_the_same() -> None:
    """Nobody can find out by asking which sources exist or how they prove themselves."""
    wrong = {"Authorization": "Bearer wrong"}
    forged = {"X_Leadpulse_Signature": "sha256=" + "0" * 64}
    async with Door() as door:
        answers = [
            await door.post(f"/hooks/wms/{source}", event(), **headers)
            for source in ("main", "signed", "empty", "nobody")
            for headers in (wrong, forged, {}, {"Authorization": "Bearer "})
        ]
        assert answers == [(401, {"error": "unknown source, or wrong token or signature"})] * 16
        assert not door.shelf.outputs


async def test_a_signed_body_is_accepted() -> None:
    """HMAC over the raw body admits; over another body it does not."""
    proof = "sha256=" + hmac.new(b"key", event(), hashlib.sha256).hexdigest()
    async with Door() as door:
        assert (await door.post("/hooks/wms/signed", event(), X_Leadpulse_Signature=proof))[0] == 200
        assert (await door.post("/hooks/wms/signed", event(id="e9"), X_Leadpulse_Signature=proof))[0] == 401
        assert (await door.post("/hooks/wms/main", event(), X_Leadpulse_Signature=proof))[0] == 401


async def test_too_many_events_are_refused() -> None:
    """A request is bounded by events, not only by bytes."""
    async with Door() as door:
        status, answer = await door.wms(b"[1,2,3,4]")
        assert (status, answer["error"]) == (413, "4 events; at most 3 in a request")
