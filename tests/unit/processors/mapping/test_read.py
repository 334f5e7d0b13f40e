"""What a system sends in its own words comes out as canonical events, all of a body or none."""

import json
from typing import Any

import pytest

from processors.mapping import items_of, read_body
from processors.mapping.drafts import MOST_LINES
from processors.mapping.read import MOST_FAULTS
from processors.wms_event import Good
from schemas.codec import Rejected
from schemas.sources import ClientRef
from schemas.wms import WmsDoc, WmsLine
from tests.unit.processors.mapping.samples import HOOK, NOW, REQUEST, body, goods, mapping

ROWS = """
version: 1
zone: Europe/Moscow
group: [{column: Номер}]
type: {column: Вид, map: {Отгрузка: shipment, Приход: inbound}}
ts: {column: Дата, format: "%d.%m.%Y"}
client: {value: {column: Клиент}}
doc: {id: {column: Номер}}
id: {column: Номер}
lines: {sku: {column: Артикул}, qty: {column: Штук}}
"""


def read(*requests: dict[str, Any], text: str = HOOK) -> list[Good] | Rejected:
    """What a body comes to."""
    return read_body(mapping(text), body(*requests), NOW)


def row(**changed: object) -> dict[str, object]:
    """A row of a table."""
    return {
        "Номер": "17",
        "Вид": "Отгрузка",
        "Дата": "20.11.2026",
        "Клиент": "1066",
        "Артикул": "A",
        "Штук": "2",
    } | changed


def rows(*given: dict[str, object], text: str = ROWS) -> list[Good] | Rejected:
    """What a table comes to."""
    return read_body(mapping(text), json.dumps(given).encode(), NOW)


@pytest.mark.parametrize("word", ["'done'", "`done`", '`"done"`'])
def test_a_word_in_a_condition(word: str) -> None:
    """In any of JMESPath's spellings, the one of its first version among them."""
    text = HOOK.replace('"!archived"', json.dumps(f"stage.code == {word}"))
    assert [len(goods(read(REQUEST | {"stage": {"code": code}}, text=text))) for code in ("done", "new")] == [1, 0]


def test_every_field_is_where_the_mapping_says() -> None:
    """Paths, fallbacks, maps, constants, conditions of lines, the zone."""
    [good] = goods(read(REQUEST))
    event = good.payload
    assert (event.id, event.type, event.ts) == ("69404/done/shipment", "shipment", 1_795_165_200_000)
    assert (event.client, event.doc) == (ClientRef("wms_customer", "1066"), WmsDoc("69404", "WH-R-69404"))
    assert event.lines == [WmsLine("A-1", 10, "460")]
    assert (event.warehouse, event.purpose, good.qty) == ("MSK-1", "client_withdrawal", 10)


def test_what_is_no_event_is_passed_over_on_purpose() -> None:
    """A type that is `skip`, and items for which the condition does not hold; the others come."""
    draft, archived = REQUEST | {"stage": {"code": "draft"}}, REQUEST | {"archived": 1, "createdAt": "?"}
    assert [good.payload.doc.id for good in goods(read(draft, REQUEST, archived))] == ["69404"]
    assert goods(read()) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"stage": {"code": "lost"}}, "type: значения «lost» нет в map; там есть: back, done, draft, new"),
        ({"stage": None}, "type: нет значения (stage.code)"),
        ({"createdAt": "2026-11-20"}, "ts: нужно время вида %d.%m.%Y %H:%M:%S, а здесь «2026-11-20»"),
        ({"createdAt": None}, "ts: нет значения (changedAt, createdAt)"),
        ({"createdAt": "20.11.2020 12:00:00"}, "ts: событие старше трёх лет"),
        ({"customer": {"id": []}}, "client.value: нужен текст или число, а здесь список или объект"),
        ({"customer": {"id": " "}}, "client.value: нет значения (customer.id)"),
        ({"id": None}, "doc.id: нет значения (id)"),
        ({"products": [{"vendorCode": "A", "amount": "два"}]}, "lines[0].qty: нужно целое число штук, а здесь «два»"),
        ({"products": [REQUEST["products"][0], {"amount": 1}]}, "lines[1].sku: нет значения (vendorCode)"),
        ({"products": [{"vendorCode": "A", "amount": -1}]}, "lines: меньше нуля, а у события shipment так не бывает"),
        ({"products": []}, "qty: нет ни штук, ни артикулов, а событию shipment они нужны"),
        ({"products": 5}, "lines: нужен список артикулов, а здесь «5»"),
    ],
)
def test_a_bad_item_is_named_by_index_field_and_reason(changed: dict[str, object], wanted: str) -> None:
    """And nothing of the body is taken."""
    found = read(REQUEST | {"id": 1}, REQUEST | changed)
    assert isinstance(found, Rejected)
    assert "запись 1: " in found.reason
    assert wanted in found.reason


def test_all_faults_are_told_but_not_without_end() -> None:
    """Several of one item, those of several items, and how many more there are."""
    found = read(REQUEST | {"id": None, "createdAt": "x", "customer": {}})
    assert isinstance(found, Rejected)
    assert [line.split(":")[1].strip() for line in found.reason.split("; ")] == ["client.value", "ts", "doc.id", "id"]
    many = read(*[REQUEST | {"customer": {}}] * 1000)
    assert isinstance(many, Rejected)
    assert many.reason.endswith(f"и ещё {1000 - MOST_FAULTS}")


@pytest.mark.parametrize("sent", [b"", b"{", b'{"data": tru}', b'{"other": 1}', b"[]", b"5"])
def test_a_body_without_items_is_refused(sent: bytes) -> None:
    """Broken JSON, and JSON that has nothing where the items should be."""
    assert isinstance(items_of(mapping(), sent), Rejected)


def test_the_same_body_gives_the_same_ids() -> None:
    """With an id of the system's, and with one made of the content; another content is another event."""
    for text in (HOOK, HOOK.replace("id: [id, stage.code]\n", "")):
        first, again = (goods(read(REQUEST, text=text))[0].payload.id for _ in range(2))
        assert first == again
    changed = goods(read(REQUEST | {"number": "other"}, text=text))[0].payload.id
    assert changed != first


def test_two_equal_items_without_an_id_are_two_events() -> None:
    """The second has a number behind it, the same one when the body comes again."""
    text = HOOK.replace("id: [id, stage.code]\n", "")
    first, second = (good.payload.id for good in goods(read(REQUEST, REQUEST, text=text)))
    assert second == first + "#1"


def test_one_id_with_two_contents_is_a_fault_and_a_repeat_is_none() -> None:
    """The second would be lost as a repeat of the first."""
    assert len(goods(read(REQUEST, REQUEST))) == 1
    found = read(REQUEST, REQUEST | {"number": "other"})
    assert isinstance(found, Rejected)
    assert "запись 1: id: «69404/done/shipment» уже был (место 0), а содержимое другое" in found.reason


def test_rows_of_one_document_are_one_event() -> None:
    """While they follow each other; another type or client under the same number is another document."""
    found = goods(rows(row(), row(Артикул="B", Штук=3), row(Номер="18"), row(Номер="18", Вид="Приход", Штук="1 000")))
    assert [(good.payload.id, good.qty, len(good.payload.lines)) for good in found] == [
        ("17/shipment", 5, 2),
        ("18/shipment", 2, 1),
        ("18/inbound", 1000, 1),
    ]


def test_a_document_in_two_places_is_told_not_halved() -> None:
    """Its second half would be taken for a repeat."""
    found = rows(row(), row(Номер="18"), row(Артикул="B"))
    assert isinstance(found, Rejected)
    assert "запись 2: id: «17/shipment» уже был (место 0)" in found.reason


def test_a_fault_in_a_row_names_that_row() -> None:
    """Not the first one of its document."""
    found = rows(row(), row(Штук="x"))
    assert isinstance(found, Rejected)
    assert found.reason.startswith("запись 1: lines[1].qty")


def test_one_item_may_be_several_events() -> None:
    """Each with its own condition, sign and purpose; what all have in common stands once."""
    text = """
version: 1
ts: {path: at, format: unix}
client: {kind: {value: lead}, value: lead}
doc: {id: n}
id: n
events:
  - when: reserved
    type: {value: reservation_created}
    qty: reserved
  - when: "lost && lost != `0`"
    type: {value: adjustment}
    qty: lost
    sign: negative
    purpose: {value: disposal}
"""
    item = b'{"at": 1795165200, "lead": 12345, "n": "D-1", "reserved": 7, "lost": 2}'
    found = goods(read_body(mapping(text), item, NOW))
    assert [(good.payload.id, good.qty, good.payload.purpose) for good in found] == [
        ("D-1/reservation_created", 7, ""),
        ("D-1/adjustment", -2, "disposal"),
    ]
    assert goods(read_body(mapping(text), item.replace(b"7", b"0").replace(b": 2", b": 0"), NOW)) == []


def test_a_snapshot_has_what_is_reserved_and_available() -> None:
    """And says whether it is all of the client's stock."""
    text = ROWS.replace("Отгрузка: shipment", "Отгрузка: stock_snapshot").replace(
        "qty: {column: Штук}}", "qty: {column: Штук}, reserved: {column: Резерв}, available: {column: Свободно}}"
    )
    [good] = goods(rows(row(Резерв="1", Свободно=1.0, Всё="да"), text=text + "complete: {column: Всё}\n"))
    assert good.payload.lines == [WmsLine("A", 2, None, 1, 1)]
    assert good.payload.complete


def test_a_document_is_bounded() -> None:
    """An event must fit into a record of its topic."""
    found = read(REQUEST | {"products": [{"vendorCode": "A", "amount": 1}] * (MOST_LINES + 1)})
    assert isinstance(found, Rejected)
    assert f"больше {MOST_LINES} артикулов" in found.reason


@pytest.mark.parametrize("expression", ["sum(products)", "sort_by(products, &amount)", "abs(number)", "length(`1`)"])
def test_an_expression_that_does_not_fit_the_data_is_a_fault(expression: str) -> None:
    """Functions of the language raise for a wrong kind."""
    broken = HOOK.replace("warehouse: {value: MSK-1}", f'warehouse: "{expression}"')
    found = read(REQUEST | {"products": [{"amount": 1}, {"amount": "x"}, 5]}, text=broken)
    assert isinstance(found, Rejected)
    assert "не подходит к этим данным" in found.reason


def test_the_events_time_may_be_part_of_its_id() -> None:
    """Numbers of documents begin anew each year; in a sheet the same time has another form than in a text."""
    text = ROWS.replace("id: {column: Номер}\nlines", "id: [{column: Номер}, {event: ts}]\nlines")
    [good] = goods(rows(row(), text=text))
    assert good.payload.id == f"17/{good.ts}/shipment"
