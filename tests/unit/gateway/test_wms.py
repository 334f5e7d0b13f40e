"""`streams.gateway.wms`: what is accepted, and what becomes of it."""

import hashlib
import hmac
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.wms_event import KEPT_MS
from schemas.codec import Rejected
from schemas.sources import Inbound
from streams.gateway.wms import MOST_FAULTS, split, wrap
from tests.unit.gateway.door import ADDRESS, NOW, Door

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


def items(body: bytes) -> list[msgspec.Raw]:
    """The events of a body that can be split."""
    found = split(body)
    assert not isinstance(found, Rejected)
    return found


def test_a_record_carries_the_very_bytes_that_came() -> None:
    """Unknown fields, spaces and order survive: the payload is not decoded and written anew."""
    spaced = b'{ "id":"e2" ,' + event()[1:].replace(b'"id": "e1",', b"")
    outputs = wrap("main", items(b" [" + event() + b" , " + spaced + b"]"), NOW)
    assert not isinstance(outputs, Rejected)
    inbound = [msgspec.json.decode(output.value or b"", type=Inbound) for output in outputs]
    assert [bytes(item.payload) for item in inbound] == [event(), spaced]
    assert {(output.topic, output.key) for output in outputs} == {("source.wms", b"wms_customer:1066")}
    assert inbound[0].source == "main"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ts": "2026-11-20T12:03:11"}, "`ts` must have a time zone"),
        ({"ts": "yesterday"}, "`ts` must be ISO 8601"),
        ({"ts": "1969-12-31T23:59:59Z"}, "`ts` must be between 1970 and 2100"),
        ({"ts": "9999-12-31T23:59:59Z"}, "2100"),
        ({"ts": "2023-11-01T12:00:00Z"}, "`ts` must not be older than three years"),
        ({"ts": NOW - KEPT_MS - 1}, "`ts` must not be older than three years"),
        ({"ts": -1}, ">= 0"),
        ({"ts": None}, "`ts`"),
        ({"type": "unheard_of"}, "`type`"),
        ({"id": ""}, "`id` must not be empty"),
        ({"id": 5}, "`id`"),
        ({"client": {"kind": "lead", "value": ""}}, "`client.value` must not be empty"),
        ({"client": {"kind": "lead", "value": "Иванов"}}, "`client.value` must be a lead id"),
        ({"client": {"kind": "lead", "value": "12345\n"}}, "`client.value` must be a lead id"),
        ({"lines": [{"sku": "A", "qty": "10"}]}, "`lines[0].qty`"),
        ({"lines": []}, "`qty` or `lines` must be there"),
        ({"qty": -5}, "`qty` must not be negative"),
        ({"lines": [{"sku": "A", "qty": 9_000_000}] * 2}, "`lines` must add up to at most 10 000 000"),
        ({"doc": None}, "`doc`"),
        ({"deep": json.loads("[" * 930 + "]" * 930)}, "is nested too deeply"),
    ],
)
def test_a_bad_event_is_named_by_index_and_place(changed: dict[str, object], reason: str) -> None:
    """The sender learns which event of the list is wrong and why; nothing of the list is taken."""
    found = wrap("main", items(b"[" + event() + b"," + event(**changed) + b"]"), NOW)
    assert isinstance(found, Rejected)
    assert found.reason.startswith("event 1: ")
    assert reason in found.reason


def test_all_faults_are_named_at_once_but_not_without_end() -> None:
    """Several of one event, those of several events, and how many more there are."""
    found = wrap("main", items(b"[" + event(id="", qty=-1) + b"," + event() + b"," + event(ts="x") + b"]"), NOW)
    assert isinstance(found, Rejected)
    assert [line.partition(" `")[0] for line in found.reason.split("; ")] == ["event 0:", "event 0:", "event 2:"]
    many = wrap("main", [msgspec.Raw(event(id="")) for _ in range(1000)], NOW)
    assert isinstance(many, Rejected)
    lines = many.reason.split("; ")
    assert (len(lines), lines[-1]) == (MOST_FAULTS + 1, f"and {1000 - MOST_FAULTS} more")


@pytest.mark.parametrize("ts", ["2026-11-20T12:03:11Z", "2026-11-20 12:03:11.5+03:00", 1_795_000_000_000])
def test_time_may_be_iso_with_a_zone_or_ms(ts: object) -> None:
    """Both forms of the contract pass."""
    assert not isinstance(wrap("main", [msgspec.Raw(event(ts=ts))], NOW), Rejected)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | st.just(b"[" * 5000))
def test_no_body_raises(body: bytes) -> None:
    """Whatever comes, the answer is a value."""
    found = split(body)
    if not isinstance(found, Rejected):
        assert isinstance(wrap("main", found, NOW), list | Rejected)


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
    paths = ("main", "signed", "empty", "nobody", "signed/a-wrong-address-of-it", f"main/{ADDRESS}")
    async with Door() as door:
        answers = [
            await door.post(f"/hooks/wms/{path}", event(), **headers)
            for path in paths
            for headers in (wrong, forged, {}, {"Authorization": "Bearer "})
        ]
        assert answers == [(401, {"error": "unknown source, or wrong token, signature or address"})] * 24
        assert not door.shelf.outputs


async def test_a_signed_body_is_accepted_at_its_address() -> None:
    """HMAC over the raw body admits; over another body, or at another address, it does not."""
    path = f"/hooks/wms/signed/{ADDRESS}"
    async with Door() as door:
        assert (await door.post(path, event(), X_Leadpulse_Signature=signature(event())))[0] == 200
        assert (await door.post(path, event(id="e9"), X_Leadpulse_Signature=signature(event())))[0] == 401
        assert (await door.post(path, event(), Authorization="Bearer key"))[0] == 401
        for other in ("signed", "main", f"main/{ADDRESS}", f"signed/{ADDRESS}x", f"nobody/{ADDRESS}"):
            answer = await door.post(f"/hooks/wms/{other}", event(), X_Leadpulse_Signature=signature(event()))
            assert (other, answer[0]) == (other, 401)
        assert len(door.shelf.outputs) == 1


async def test_a_token_and_a_signature_must_both_be_right() -> None:
    """Who proves himself by a token may sign as well; a wrong signature is a broken body."""
    async with Door() as door:
        for signed, status in ((signature(event()), 200), (signature(b"other"), 401)):
            answer = await door.post(
                "/hooks/wms/both", event(), Authorization="Bearer right", X_Leadpulse_Signature=signed
            )
            assert answer[0] == status


def signature(body: bytes) -> str:
    """The header's value for the source `signed`."""
    return "sha256=" + hmac.new(b"key", body, hashlib.sha256).hexdigest()


async def test_too_many_events_are_refused() -> None:
    """A request is bounded by events, not only by bytes."""
    async with Door() as door:
        status, answer = await door.wms(b"[1,2,3,4]")
        assert (status, answer["error"]) == (413, "4 events; at most 3 in a request")
