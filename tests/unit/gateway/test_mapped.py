"""A warehouse with words of its own at the door: what is answered, what stands in Kafka, what the normaliser makes."""

import asyncio
import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.wms import normalize
from schemas.codec import Rejected, event_id
from schemas.events import Shipment
from schemas.sources import Inbound, Unassigned
from schemas.topics import WMS
from schemas.types import Meta
from schemas.wms import WmsPayload
from streams.engine.kafka import Output
from tests.golden.examples import known
from tests.unit.gateway.door import NOW, Door
from tests.unit.gateway.test_accepted import JSON, NAMES, PIECES, TIMES
from tests.unit.processors.mapping.samples import REQUEST, body, mapping

MAPPINGS = {"main": mapping()}


def made(output: Output, later: int = 0, identities: Identities | None = None) -> Any:
    """What the normaliser makes of a record that the gateway wrote."""
    at = Meta(WMS.name, 0, 0, NOW + later)
    return normalize(at, output.value or b"", identities or known(), Options(mappings=MAPPINGS))


async def test_the_body_stands_in_kafka_as_it_came() -> None:
    """One record with the very bytes, keyed by its client; the normaliser makes its events of it."""
    sent = b' {"data" :\n [' + json.dumps(REQUEST, ensure_ascii=False, indent=1).encode() + b'], "\xd1\x8f":[1 ,2]} '
    async with Door(MAPPINGS) as door:
        assert await door.wms(b"\xef\xbb\xbf" + sent) == (200, {"accepted": 1})
        [output] = door.shelf.outputs
    arrived = msgspec.json.decode(output.value or b"", type=Inbound)
    assert (bytes(arrived.payload).strip(), arrived.whole, arrived.source) == (sent.strip(), True, "main")
    assert (output.topic, output.key) == (WMS.name, b"wms_customer:1066")
    for later in (0, 600_000):
        [event] = made(output, later)
        assert isinstance(event, Shipment)
        assert event.event_id == event_id("wms", "main", "69404/done/shipment")
        assert (event.lead_id, event.qty, event.doc, event.source) == ("12345", 10, "WH-R-69404", "wms:main")


async def test_several_clients_in_one_body_are_one_record() -> None:
    """Keyed by the source, so that what it says stays in its order."""
    async with Door(MAPPINGS) as door:
        sent = body(REQUEST, REQUEST | {"id": 2, "customer": {"id": 5}})
        assert await door.wms(sent) == (200, {"accepted": 2})
        assert [output.key for output in door.shelf.outputs] == [b"main"]


async def test_what_the_mapping_does_not_fit_is_answered_with_item_and_field() -> None:
    """Nothing of the body is taken, and nothing of it is in the topic."""
    async with Door(MAPPINGS) as door:
        status, answer = await door.wms(body(REQUEST, REQUEST | {"createdAt": "вчера", "id": None}))
        assert status == 400
        assert answer["error"].startswith("запись 1: ts: нужно время вида %d.%m.%Y %H:%M:%S, а здесь «вчера»; ")
        assert "запись 1: doc.id: нет значения (id)" in answer["error"]
        assert (await door.wms(b'{"data": '))[0] == 400
        assert (await door.wms(b'{"items": []}'))[1]["error"] == "items: в теле ничего нет по выражению data"
        assert (await door.wms(b"[" * 900 + b"]" * 900))[1] == {"error": "the body is nested too deeply"}
        assert (await door.wms(b'{"data": [1,2,3,4]}'))[1] == {"error": "4 items; at most 3 in a request"}
        assert await door.wms(b'{"data": []}') == (200, {"accepted": 0})
        assert not door.shelf.outputs


async def test_what_is_no_event_is_kept_all_the_same() -> None:
    """A draft makes nothing today; with another mapping tomorrow the same record does."""
    async with Door(MAPPINGS) as door:
        assert await door.wms(body(REQUEST | {"stage": {"code": "draft"}})) == (200, {"accepted": 0})
        [output] = door.shelf.outputs
    assert made(output) == []


async def test_another_source_speaks_canonical() -> None:
    """A system without a mapping sends what it sent before; one with a mapping is no longer believed to."""
    event = {"id": "1", "type": "shipment", "ts": NOW, "client": {"kind": "lead", "value": "7"}, "doc": {"id": "1"}}
    async with Door({"both": mapping()}) as door:
        assert (await door.wms(json.dumps(event | {"qty": 1})))[0] == 200
        assert not msgspec.json.decode(door.shelf.outputs[0].value or b"", type=Inbound).whole
        assert (await door.wms(body(REQUEST)))[0] == 400


async def test_a_long_body_is_answered_within_a_second_and_holds_up_nobody() -> None:
    """A thousand items of ten articles in one request, and the loop breathes meanwhile."""
    many = [REQUEST | {"id": number, "products": REQUEST["products"] * 5} for number in range(1000)]
    sent = json.dumps({"data": many}).encode()
    async with Door(MAPPINGS, max_items=1000, max_body=4 << 20, read_timeout=10.0, ack_timeout=10.0) as door:
        await door.wms(body(REQUEST))
        began = time.monotonic()
        posted = asyncio.ensure_future(door.wms(sent))
        gaps = []
        while not posted.done():
            at = time.monotonic()
            await asyncio.sleep(0.001)
            gaps.append(time.monotonic() - at)
        assert await posted == (200, {"accepted": 1000})
        assert time.monotonic() - began < 10  # 0.4 s on a quiet machine
        assert len(gaps) > 5


def test_a_record_without_its_mapping_is_a_dead_letter_that_says_so() -> None:
    """It can be played again when the mapping is back."""
    record = msgspec.json.encode(Inbound("main", msgspec.Raw(body(REQUEST)), whole=True))
    found = normalize(Meta(WMS.name, 0, 0, NOW), record, known(), Options())
    assert isinstance(found, Rejected)
    assert found.reason == "нет разметки системы main (wms.mappings)"


def test_unknown_clients_of_a_body_wait_each_for_itself() -> None:
    """Each with its own event only: a body that waits whole for each of its clients would be its own square."""
    requests = [REQUEST | {"id": number, "customer": {"id": number}} for number in range(3)]
    record = msgspec.json.encode(Inbound("main", msgspec.Raw(body(*requests)), whole=True))
    waiting = made(Output(WMS.name, None, record))
    assert all(isinstance(event, Unassigned) for event in waiting)
    assert [event.event_id for event in waiting] == [event_id("wms", "main", f"{n}/done/shipment") for n in range(3)]
    again = msgspec.json.decode(waiting[1].record, type=Inbound)
    assert not again.whole
    assert msgspec.json.decode(again.payload, type=WmsPayload).client.value == "1"
    alone = made(Output(WMS.name, None, bytes(waiting[1].record)))
    assert [(event.event_id, event.ts) for event in alone] == [(waiting[1].event_id, waiting[1].ts)]


NASTY = {
    "id": NAMES | JSON,
    "number": NAMES | JSON,
    "stage": st.fixed_dictionaries({"code": st.sampled_from(["new", "done", "draft", "?"]) | JSON}) | JSON,
    "customer": st.fixed_dictionaries({"id": NAMES | PIECES | JSON}) | JSON,
    "createdAt": TIMES | st.sampled_from(["20.11.2026 12:00:00", "31.02.2026 00:00:00", "20.11.0001 00:00:00"]) | JSON,
    "changedAt": TIMES | JSON,
    "products": st.lists(
        st.fixed_dictionaries({"vendorCode": NAMES | JSON, "amount": PIECES | NAMES | JSON}) | JSON, max_size=3
    )
    | JSON,
    "target": NAMES | JSON,
    "archived": JSON,
}


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Requests, some with a field or two that are nasty or gone; sometimes a body that is broken in its bytes."""
    requests = []
    for _ in range(draw(st.integers(0, 3))):
        request = dict(REQUEST)
        for field in draw(st.lists(st.sampled_from(sorted(NASTY)), max_size=2)):
            request[field] = draw(NASTY[field])
        requests.append(request)
    whole: object = {"data": requests} if draw(st.integers(0, 9)) else draw(JSON)
    sent = json.dumps(whole, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if not draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(sent)))
        sent = sent[:at] + draw(st.binary(max_size=3)) + sent[at + draw(st.integers(0, 3)) :]
    return sent


async def judged(door: Door, sent: bytes, later: int) -> int:
    """Post a body: its status. 200 if and only if the normaliser can use it, also some minutes later."""
    door.shelf.outputs.clear()
    status, answer = await door.wms(sent)
    assert status in (200, 400), answer
    record = b'{"source":"main","payload":' + sent.removeprefix(b"\xef\xbb\xbf") + b',"whole":true}'
    if status == 400:
        assert answer["error"]
        assert not door.shelf.outputs
        try:
            record.decode()
        except UnicodeDecodeError:
            return status
        assert isinstance(made(Output(WMS.name, None, record), 600_000), Rejected)
        return status
    found = [event for output in door.shelf.outputs for event in made(output, later)]
    assert len(found) == answer["accepted"]
    for event in found:
        if not isinstance(event, Unassigned):
            assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event
    return status


@given(bodies(), st.integers(0, 600_000))
@settings(max_examples=300, deadline=None)
def test_no_body_is_a_500_and_no_good_one_is_lost(sent: bytes, later: int) -> None:
    """Whatever comes: 200 exactly if the normaliser uses it. `tests/proof` has the count over one open door."""

    async def one() -> None:
        async with Door(MAPPINGS) as door:
            await judged(door, sent, later)

    asyncio.run(one())


@pytest.mark.parametrize("value", [10**400, 1e308, 1 << 63, -(1 << 63) - 1, 2**53 + 1])
async def test_numbers_that_no_machine_has_are_answered(value: float) -> None:
    """In every place of a request."""
    async with Door(MAPPINGS) as door:
        for field in ("id", "customer", "createdAt", "products"):
            sent = body(REQUEST | {field: {"id": value} if field == "customer" else value})
            assert (await door.wms(sent))[0] in (200, 400)
