"""A mapping file: what is read, and how its faults are told."""

import pytest
from jsonschema import Draft202012Validator

from processors.mapping.drafts import TYPES
from processors.mapping.faults import SCHEMA
from tests.unit.processors.mapping.samples import HOOK, faults, mapping

REST = """
ts: at
client: {value: c}
doc: {id: d}
qty: n
"""
"""What an event needs beside its type."""


def test_the_schema_is_one_and_knows_our_types() -> None:
    """It is a right JSON Schema, and the types in it are those of the contract."""
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["$defs"]["kind"]["enum"]) == {*TYPES, "skip"}
    assert set(SCHEMA["$defs"]["rule"]["properties"]) <= set(SCHEMA["properties"])


def test_a_good_file_is_read() -> None:
    """With a digest that changes with its text."""
    assert mapping().digest != mapping(HOOK + "\n# слова\n").digest
    assert [mapping().name, len(mapping().rules)] == ["hook.yaml", 1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "файл пуст"),
        ("- a\n- b\n", "строка 1: нужно: таблица"),
        ("version: 2\n", "строка 1, version: нужно: 1"),
        ("version: 1\nitms: data\n", "строка 2, itms: такого поля здесь нет; вы имели в виду items?; бывают: about"),
        (
            "version: 1\ntype: {path: a, map: {x: shipmnt}}\n",
            "строка 2, type.map.x: нужно одно из: reserv",
        ),
        ("version: 1\ntype: {path: a, map: {x: shipmnt}}\n", "вы имели в виду shipment?"),
        ("version: 1\nid: [{event: qty}]\n", "строка 2, id[0].event: нужно одно из: ts"),
        ("version: 1\nlines: {sku: a}\n", "строка 2, lines: не указано «qty»"),
        ("version: 1\ndoc: 5\n", "строка 2, doc: нужно: таблица"),
        ("version: 1\nwarehouse: ''\n", "строка 2, warehouse: не должно быть пустым"),
        ("version: 1\nevents: []\n", "строка 2, events: не должно быть пустым"),
        ("version: 1\nversion: 1\n", "строка 2: «version» здесь уже было"),
        ("version: 1\n\tx: 1\n", "строка 2: ошибка в записи YAML (отступ сделан табуляцией, а нужны пробелы)"),
        ("version: 1\nabout: a: b\n", "строка 2: ошибка в записи YAML (лишнее двоеточие"),
        ("version: 1\nabout: 'a\n", "ошибка в записи YAML (не закрыта кавычка или скобка)"),
        ("version: 1\n---\nversion: 1\n", "ошибка в записи YAML (в файле несколько документов"),
        ("a: &x [1]\nb: *x\n", "строка 1: якоря (& и *) не нужны"),
        ("version: !!python/object:os.system 1\n", "строка 1: метки вида"),
        ("a: " + "[" * 20, "не закрыта кавычка или скобка"),
        ("a: " + "[" * 5000 + "]" * 5000, "слишком много вложенных уровней"),
        ("a: " + "[" * 100 + "]" * 100, "слишком много вложенных уровней"),
        ("a: \x00", "знаки, которых в YAML быть не может"),
        ("{a}: 1\n? [a]\n: 1\n", "имя должно быть словом"),
        ("x" * 200_001, "файл больше 200000 знаков"),
        ("version: 1\ntype: a" + REST, "строка 2, type: нужно map"),
        (
            "version: 1\ntype: {path: 'a b', map: {x: inbound}}" + REST,
            "type.path: выражение «a b» не читается",
        ),
        ("version: 1\ntype: {value: inbound}\nwarehouse: Склад" + REST, "column: имя"),
        ("version: 1\ntype: {value: inbound}\nzone: Mars" + REST, "строка 3, zone: часового пояса «Mars» нет"),
        ("version: 1\ntype: {value: inbound}\nzone: ../etc/passwd" + REST, "часового пояса"),
        ("version: 1\ntype: {value: inbound}\nzone: +25:99" + REST, "часового пояса"),
        ("version: 1\ntype: {value: inbound}\nwarehouse: {default: a}" + REST, "нужно одно из трёх: path"),
        ("version: 1\ntype: {value: inbound}\nwarehouse: {path: a, column: b}" + REST, "нужно одно из трёх: path"),
        ("version: 1\ntype: {value: inbound}\nwarehouse: {value: a, default: b}" + REST, "только вместе с path"),
        ("version: 1\ntype: {value: inbound}\nwarehouse: {path: a, otherwise: b}" + REST, "только вместе с map"),
        (
            "version: 1\ntype: {value: inbound}\nts: {path: a, format: '%d.%m'}\nclient: {value: c}\n",
            "строка 3, ts.format",
        ),
        ("version: 1\ntype: {value: inbound}\nts: {path: a, format: '%d %B %Y'}\nclient: {value: c}\n", "ts.format"),
        ("version: 1\ntype: {value: inbound}\nts: {path: a, format: 'dd.mm.yyyy'}\nclient: {value: c}\n", "ts.format"),
        (
            "version: 1\ntype: {value: inbound}\nts: {path: a, format: '%d.%m.%Y %H:%M:%d'}\nclient: {value: c}\n",
            "ts.format",
        ),
        ("version: 1\ntype: {value: inbound}\n", "не указано «ts»"),
        ("version: 1\ntype: {value: inbound}\n", "ни «lines» (артикулы), ни «qty» (штуки)"),
        (
            "version: 1\nevents: [{type: {value: inbound}}]\nclient: {value: c}\n",
            "events[0]: не указано «doc»",
        ),
        ("version: 1\nevents: [{when: 'a ='}]\n", "строка 2, events[0].when: выражение «a =»"),
    ],
)
def test_a_fault_has_its_line_its_place_and_what_is_allowed(text: str, wanted: str) -> None:
    """In Russian, for a person who wrote the file."""
    assert any(wanted in fault for fault in faults(text)), faults(text)


def test_all_faults_are_told_at_once_and_once() -> None:
    """In the order of the file; a common field that several events share is told once."""
    text = "version: 1\nwarehouse: 'a b'\nts: {path: t, format: x}\nclient: {value: c}\ndoc: {id: d}\nqty: n\n"
    text += "events:\n  - type: {value: inbound}\n  - type: {value: shipment}\n    zone: Mars\n"
    assert [fault.split(":")[0] for fault in faults(text)] == ["строка 10, events[1].zone"]
    told = faults(text.replace("    zone: Mars\n", ""))
    assert [fault.split(":")[0] for fault in told] == ["строка 2, warehouse", "строка 3, ts.format"]


@pytest.mark.parametrize(("written", "value"), [("no", "no"), ("007", "007"), ("12:30", "12:30"), ("2026-11-20", None)])
def test_words_stay_words(written: str, value: str | None) -> None:
    """YAML 1.1 would make false, 7, 750 and a date of them."""
    text = "version: 1\ntype: {value: inbound}\nwarehouse: {value: " + written + "}" + REST
    assert mapping(text).rules[0].texts["warehouse"].default == (value or written)


def test_zones_may_be_distances_and_formats_several() -> None:
    """Each is tried in its turn."""
    text = "version: 1\nzone: '+05:00'\ntype: {value: inbound}\nts: {path: t, format: [iso, unix, '%d.%m.%y']}\n"
    rule = mapping(text + "client: {value: c}\ndoc: {id: d}\nqty: n\n").rules[0]
    assert (rule.ts.read("20.11.26"), rule.ts.read(1_795_114_800)) == (1_795_114_800_000, 1_795_114_800_000)
