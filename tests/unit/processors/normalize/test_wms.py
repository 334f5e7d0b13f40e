"""Canonical WMS events."""

import json
from typing import Any

import pytest

from processors.normalize import Options
from processors.normalize.contract import Found
from processors.normalize.wms import normalize
from processors.wms_event import KEPT_MS, Fault, read
from schemas.codec import Rejected, event_id
from schemas.events import Inbound, Pick, Reservation, Shipment, StockSnapshot
from schemas.sources import Unassigned
from tests.golden.examples import accepted, known, meta

ARRIVED = meta("source.wms").ts


def sent(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload; what is left out is a reservation of 3 pieces by a known client."""
    usual = {
        "id": "e1",
        "type": "reservation_created",
        "ts": "2026-11-20T12:00:00+03:00",
        "client": {"kind": "wms_customer", "value": "1066"},
        "doc": {"id": "69404"},
        "qty": 3,
    }
    return {key: value for key, value in (usual | payload).items() if value is not None}


def faults(**payload: Any) -> list[Fault]:
    """What is wrong with a payload."""
    read_ = read(json.dumps(sent(payload)).encode(), ARRIVED)
    return read_ if isinstance(read_, list) else []


def found(**payload: Any) -> Found:
    """What comes of a payload."""
    record = json.dumps({"source": "main", "payload": sent(payload)}).encode()
    return normalize(meta("source.wms"), record, known(), Options())


def one(**payload: Any) -> Any:
    """The only event of a payload."""
    [event] = accepted(found(**payload))
    return event


def test_the_id_is_the_warehouse_systems_own() -> None:
    """The same id again is the same event, in another system another one."""
    assert one().event_id == event_id("wms", "main", "e1")
    assert one().source == "wms:main"


@pytest.mark.parametrize(
    "ts", ["2026-11-20T12:00:00+03:00", "2026-11-20T09:00:00Z", "2026-11-20T09:00:00.000Z", 1_795_165_200_000]
)
def test_times_with_a_zone_are_the_same_moment(ts: object) -> None:
    """ISO 8601 with any zone, or milliseconds UTC."""
    assert one(ts=ts).ts == 1_795_165_200_000


@pytest.mark.parametrize(
    "ts", ["2026-11-20T12:00:00", "2026-11-20", "yesterday", "", "1969-12-31T23:59:59Z", "2100-01-02T00:00:00Z", -1]
)
def test_times_without_a_zone_or_out_of_range_are_rejected(ts: object) -> None:
    """A guessed zone would put events into a wrong day."""
    assert isinstance(found(ts=ts), Rejected)


def test_a_cancelled_reservation_takes_back_what_it_had() -> None:
    """Whatever sign the source gives; without a quantity it counts as nothing."""
    for qty in (3, -3):
        event = one(type="reservation_cancelled", qty=qty, lines=[{"sku": "A", "qty": qty}])
        assert isinstance(event, Reservation)
        assert (event.action, event.qty, event.lines[0].qty) == ("cancelled", -3, -3)
    empty = one(type="reservation_cancelled", qty=None)
    assert isinstance(empty, Reservation)
    assert empty.qty == 0


def test_a_changed_reservation_keeps_its_sign() -> None:
    """`qty` is the difference."""
    event = one(type="reservation_changed", qty=-4)
    assert isinstance(event, Reservation)
    assert (event.action, event.qty) == ("changed", -4)


def test_only_a_completed_pick_is_a_pick() -> None:
    """A started one gives nothing, so that no pick counts twice."""
    assert found(type="pick_started") == []
    assert isinstance(one(type="pick_completed"), Pick)


def test_the_rest_of_the_types() -> None:
    """Announced goods are marked; a snapshot may be empty and complete; the number of a document is shown first."""
    planned = one(type="inbound_planned", doc={"id": "1", "number": "IN-1"})
    assert isinstance(planned, Inbound)
    assert (planned.planned, planned.doc) == (True, "IN-1")
    snapshot = one(type="stock_snapshot", qty=None, complete=True)
    assert isinstance(snapshot, StockSnapshot)
    assert (snapshot.complete, snapshot.qty) == (True, 0)


def test_pieces_are_the_sum_of_the_lines() -> None:
    """Unless the payload names them, which then count."""
    lines = [{"sku": "A", "qty": 10}, {"sku": "B", "qty": 5}]
    assert getattr(one(qty=None, lines=lines), "qty", None) == 15
    assert getattr(one(qty=14, lines=lines), "qty", None) == 14


def test_an_unknown_client_is_kept_whole() -> None:
    """Id, time and name are there to list it, the record to send it again."""
    lost = one(client={"kind": "wms_customer", "value": "404"})
    assert isinstance(lost, Unassigned)
    assert (lost.event_id, lost.client.value) == (event_id("wms", "main", "e1"), "404")
    assert json.loads(bytes(lost.record))["payload"]["id"] == "e1"


@pytest.mark.parametrize(
    ("wrong", "field", "why"),
    [
        ({"qty": None}, "qty", "or `lines` must be there for reservation_created"),
        ({"qty": -1}, "qty", "must not be negative for reservation_created"),
        ({"qty": None, "lines": [{"sku": "A", "qty": -1}]}, "lines", "must not be negative"),
        ({"qty": None, "lines": [{"sku": "A", "qty": 6_000_000}] * 2}, "lines", "at most 10 000 000 pieces"),
        ({"qty": 10_000_001}, "qty", "10000000"),
        ({"lines": [{"sku": "A", "qty": "1"}]}, "lines[0].qty", "Expected `int`, got `str`"),
        ({"client": {"kind": "lead", "value": "A-1"}}, "client.value", "1 to 12 digits"),
        ({"client": {"kind": "lead", "value": "1234567890123"}}, "client.value", "1 to 12 digits"),
        ({"client": {"kind": " ", "value": "1"}}, "client.kind", "must not be empty"),
        ({"id": ""}, "id", "must not be empty"),
        ({"ts": "2026-11-20T12:00:00"}, "ts", "must have a time zone"),
        ({"ts": "yesterday"}, "ts", "must be ISO 8601 with a time zone, or milliseconds UTC"),
        ({"ts": "2100-01-01T00:00:00.001Z"}, "ts", "must be between 1970 and 2100"),
        ({"ts": ARRIVED - KEPT_MS - 1}, "ts", "must not be older than three years"),
        ({"type": "gift"}, "type", "Invalid enum value"),
    ],
)
def test_a_fault_names_field_and_what_is_allowed(wrong: dict[str, Any], field: str, why: str) -> None:
    """The gateway tells the sender what the normaliser would refuse, in the normaliser's words."""
    [fault] = faults(**wrong)
    assert fault.field == field
    assert why in fault.reason
    assert isinstance(found(**wrong), Rejected)


@pytest.mark.parametrize(
    "right",
    [
        {"ts": ARRIVED - KEPT_MS},
        {"ts": "2100-01-01T00:00:00Z"},
        {"qty": 10_000_000},
        {"type": "adjustment", "qty": -10_000_000},
        {"client": {"kind": "lead", "value": "012345678901"}},
        {"type": "pick_started"},
    ],
)
def test_the_bounds_themselves_are_good(right: dict[str, Any]) -> None:
    """What may be sent is used."""
    assert faults(**right) == []
    assert not isinstance(found(**right), Rejected)


def test_all_faults_of_an_event_are_told_at_once() -> None:
    """A sender mends them in one go."""
    assert [fault.field for fault in faults(id="", ts="now", qty=-5)] == ["id", "ts", "qty"]


@pytest.mark.parametrize(
    ("sent", "ours"),
    [
        ("client_withdrawal", "client_withdrawal"),
        (" Вывоз  клиентом ", "client_withdrawal"),
        ("Возврат клиенту", "client_withdrawal"),
        ("FBO", "mp_supply"),
        ("Поставка на маркетплейс", "mp_supply"),
        ("Перемещение", "transfer"),
        ("FBS", "order"),
        ("Комплектация", "Комплектация"),
        ("", ""),
    ],
)
def test_purposes_are_told_in_our_words(sent: str, ours: str) -> None:
    """What a warehouse calls a withdrawal is one for us; a word that nobody told us about stays as it is."""
    event = one(type="shipment", purpose=sent)
    assert isinstance(event, Shipment)
    assert event.purpose == ours
