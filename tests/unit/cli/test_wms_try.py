"""`leadpulse wms try`, and the example mappings that we hand out."""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Line
from tests.unit.tables.books import write

EXAMPLES = Path(__file__).parents[3] / "deploy" / "mappings"


def tried(line: Line, mapping: Path, sample: Path) -> dict[str, Any]:
    """What a program reads."""
    result = line("wms", "try", str(mapping), str(sample), "--json")
    found: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (1 if found["faults"] else 0)
    return found


def brief(event: dict[str, Any]) -> tuple[object, ...]:
    """What matters of an event."""
    qty = sum(line["qty"] for line in event["lines"])
    return event["type"], event["doc"]["number"] or event["doc"]["id"], event["client"]["value"], qty, event["purpose"]


@pytest.mark.parametrize(
    ("name", "sample", "wanted", "passed"),
    [
        ("skladbot", "skladbot.json", [("shipment", "WH-R-69404", "1066", 45, "")], 0),
        (
            "moysklad",
            "moysklad.json",
            [
                ("shipment", "00017", "a1c50d10-0000-11f0-0a80-000000000001", 15, ""),
                ("reservation_created", "00018", "a1c50d10-0000-11f0-0a80-000000000001", 2, ""),
            ],
            1,
        ),
        ("moysklad", "moysklad-stock.json", [("stock_snapshot", "остатки", "ООО Ромашка", 10, "")], 1),
        (
            "1c",
            "1c.csv",
            [
                ("shipment", "УТ-000017", "1066", 1024, "Вывоз клиентом"),
                ("inbound", "УТ-000018", "1066", 50, ""),
                ("reservation_created", "УТ-000020", "2088", 7, "FBO"),
            ],
            2,
        ),
        (
            "table",
            "table.csv",
            [("reservation_created", "R-1", "1066", 15, "order"), ("shipment", "R-2", "1066", 10, "FBO")],
            0,
        ),
    ],
)
def test_the_examples_do_what_they_say(
    line: Line, name: str, sample: str, wanted: list[tuple[object, ...]], passed: int
) -> None:
    """Each with its sample: every event, nothing wrong, no column that is not there."""
    found = tried(line, EXAMPLES / f"{name}.yaml", EXAMPLES / "samples" / sample)
    assert ([brief(event) for event in found["events"]], found["passed"]) == (wanted, passed)
    assert (found["faults"], found["notes"]) == ([], [])


def test_the_examples_are_all_tried() -> None:
    """A new one needs a sample."""
    samples = {file.stem.partition("-")[0] for file in (EXAMPLES / "samples").iterdir()}
    assert {file.stem for file in EXAMPLES.glob("*.yaml")} == samples


def test_a_workbook_gives_what_the_same_csv_gives(line: Line, tmp_path: Path) -> None:
    """Numbers and dates of a sheet are the same as their texts."""
    text = (EXAMPLES / "samples" / "1c.csv").read_text("cp1251")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    cells = [[_number(cell) if cell else None for cell in row] for row in rows]
    book = write(tmp_path / "a.xlsx", cells)
    mapping = EXAMPLES / "1c.yaml"
    from_csv, from_book = (tried(line, mapping, file)["events"] for file in (EXAMPLES / "samples" / "1c.csv", book))
    assert from_book == from_csv


def _number(cell: str) -> object:
    """As Excel has it: pieces and barcodes are numbers, times are moments."""
    bare = cell.replace(" ", "").replace(",000", "")
    if bare.isdigit():
        return int(bare)
    return datetime.strptime(cell, "%d.%m.%Y %H:%M:%S") if cell[:1].isdigit() and ":" in cell else cell  # noqa: DTZ007


def test_a_person_sees_a_table_and_every_fault(line: Line, tmp_path: Path) -> None:
    """With the row of the file; the exit code says that something is wrong."""
    sample = tmp_path / "a.csv"
    sample.write_text(
        "Дата;Номер;Вид документа;Клиент;Артикул;Количество\n"
        "20.11.2026;1;Отгрузка;1066;A;2\n"
        "20.11.2026;2;Отгрузка;1066;A;два\n"
        "вчера;3;Перенос;;A;1\n"
    )
    result = line("wms", "try", str(EXAMPLES / "1c.yaml"), str(sample))
    assert result.exit_code == 1
    said = result.stdout.replace("\u00a0", " ")
    assert "shipment  20.11.2026 00:00:00  1066" in said
    assert "✗ строка 3: lines[0].qty: нужно целое число штук, а здесь «два»" in said
    assert "✗ строка 4: type: значения «Перенос» нет в map; там есть: возврат, заказ клиента" in said
    assert "✗ строка 4: client.value: нет значения (Клиент)" in said
    assert "✗ строка 4: ts: нужно время вида %d.%m.%Y %H:%M:%S, %d.%m.%Y, а здесь «вчера»" in said
    assert said.endswith("1 событие, 1 клиент, с 20.11.2026 00:00:00 по 20.11.2026 00:00:00; с ошибками: 2.\n")
    assert result.stderr == "В файле нет столбцов разметки: «Назначение», «Склад», «Штрихкод».\n"


@pytest.mark.parametrize(
    ("mapping", "sample", "why"),
    [
        ("none.yaml", "a.json", "none.yaml: такого файла или папки нет"),
        ("bad.yaml", "a.json", "bad.yaml: строка 1, version: нужно: 1"),
        (str(EXAMPLES / "skladbot.yaml"), "none.json", "none.json: такого файла"),
        (str(EXAMPLES / "skladbot.yaml"), "a.json", "a.json: items: в теле ничего нет по выражению data"),
        (str(EXAMPLES / "1c.yaml"), "a.csv", "a.csv: не нашлось строки со столбцами разметки"),
    ],
)
def test_what_cannot_be_read_is_one_line(line: Line, tmp_path: Path, mapping: str, sample: str, why: str) -> None:
    """Without a traceback."""
    (tmp_path / "bad.yaml").write_text("version: 5\n")
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "a.csv").write_text("x;y\n1;2\n")
    result = line("wms", "try", mapping, sample)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Ошибка: {why}"), result.stderr
