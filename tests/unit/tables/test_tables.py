"""Tables as people export them."""

from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.mapping import Table
from schemas.errors import ConfigError
from streams.tables import csv_file, opened
from streams.tables.rows import head_of, named
from tests.unit.tables.books import write

WANTED = Table(columns=frozenset({"Номер", "Штук", "Клиент"}))
TEXT = "Номер;Клиент;Штук\r\n17;ООО «Ёж; сын»;2\r\n"


def read(file: Path, table: Table = WANTED) -> list[tuple[int, dict[str, object]]]:
    """All rows, twice the same."""
    with opened(file, table) as sheet:
        rows = list(sheet.rows())
        assert list(sheet.rows()) == rows
        assert sheet.position() == sheet.size
        return rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """With quotes where a cell has the delimiter, its line break or a quote in it."""
    text = f'Номер{delimiter}Клиент{delimiter}Штук\r\n17{delimiter}"Ё{delimiter}ж\n""сын"""{delimiter}2\r\n'
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert read(tmp_path / "a.csv") == [(2, {"Номер": "17", "Клиент": f'Ё{delimiter}ж\n"сын"', "Штук": "2"})]


def test_the_head_is_below_the_title_and_the_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Reports have a title, filters and empty lines; two columns of one name are told apart."""
    text = "Движение товаров, «Номер»\n\nПериод;ноябрь\n; Номер ;Клиент;Штук;Штук;\n\n;17;Ёж;2;3;лишнее\nИтого;;;2\n"
    (tmp_path / "a.csv").write_text(text, encoding="cp1251")
    assert read(tmp_path / "a.csv") == [
        (6, {"Номер": "17", "Клиент": "Ёж", "Штук": "2", "Штук (2)": "3"}),
        (7, {"Номер": "", "Клиент": "", "Штук": "2"}),
    ]


def test_missing_columns_are_known_and_a_table_without_any_is_refused(tmp_path: Path) -> None:
    """The rest may still be of use; a file of something else is not."""
    (tmp_path / "a.csv").write_text("Номер;Штук\n1;2\n")
    with opened(tmp_path / "a.csv", WANTED) as sheet:
        assert list(sheet.head.missing) == ["Клиент"]
    (tmp_path / "b.csv").write_text("a;b\n1;2\n")
    for name, why in (("b.csv", "не нашлось строки со столбцами"), ("none.csv", "такого файла"), (".", "обычный файл")):
        with pytest.raises(ConfigError, match=why), opened(tmp_path / name, WANTED):
            pass


def test_cells_are_filled_from_above_but_not_into_a_new_document(tmp_path: Path) -> None:
    """A client is written once for all its documents, a document once for all its rows; one without a client has none,
    and not that of the former one.
    """
    table = Table(columns=WANTED.columns, fill_down=("Номер", "Клиент"))
    (tmp_path / "a.csv").write_text("Номер;Клиент;Штук\n17;Ёж;1\n;;2\n18;;3\n;;4\n")
    assert [(row["Номер"], row["Клиент"]) for _, row in read(tmp_path / "a.csv", table)] == [
        ("17", "Ёж"),
        ("17", "Ёж"),
        ("18", ""),
        ("18", ""),
    ]
    table = Table(columns=WANTED.columns, fill_down=("Клиент", "Номер"))
    (tmp_path / "a.csv").write_text("Номер;Клиент;Штук\n;Ёж;\n17;;1\n18;;2\n;;3\n;Уж;\n;;4\n")
    assert [(row["Клиент"], row["Номер"]) for _, row in read(tmp_path / "a.csv", table)][1:] == [
        ("Ёж", "17"),
        ("Ёж", "18"),
        ("Ёж", "18"),
        ("Уж", ""),
        ("Уж", ""),
    ]


@pytest.mark.parametrize(
    ("content", "table", "why"),
    [
        (TEXT.encode("cp1251") + b"\x98;;\r\n", WANTED, "стоит байт, которого в cp1251 нет"),
        (TEXT.encode("cp1251"), Table(encoding="utf-8", columns=WANTED.columns), "которого в utf-8 нет"),
        (TEXT.encode() + b'18;"' + b"x" * (csv_file.LONGEST_CELL + 1), WANTED, "строка 3: не закрыта кавычка"),
        (b"", WANTED, "не нашлось строки"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(tmp_path: Path, content: bytes, table: Table, why: str) -> None:
    """And what to do about it."""
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ConfigError, match=why):
        read(tmp_path / "a.csv", table)


def test_a_workbook_has_numbers_and_dates_of_its_own(tmp_path: Path) -> None:
    """Cells keep their kind; rows have the sheet's numbers."""
    at = datetime(2026, 11, 20, 12)  # noqa: DTZ001 — a sheet has no zones
    rows: list[list[object]] = [
        [],
        ["Отчёт"],
        ["Номер", "Клиент", "Штук", "Когда"],
        ["17", 1066, 2.0, at],
        [],
        [None, "Уж", 3],
    ]
    file = write(tmp_path / "a.xlsx", rows)
    assert read(file) == [
        (4, {"Номер": "17", "Клиент": 1066.0, "Штук": 2.0, "Когда": at}),
        (6, {"Номер": "", "Клиент": "Уж", "Штук": 3.0, "Когда": ""}),
    ]
    with pytest.raises(ConfigError, match="листа «Лист2» нет; есть: Отчёт"):
        read(file, Table(sheet="Лист2", columns=WANTED.columns))
    (tmp_path / "b.xlsx").write_bytes(b"not a book")
    with pytest.raises(ConfigError, match="не читается как книга Excel"):
        read(tmp_path / "b.xlsx")


def test_a_stray_cell_in_the_last_corner_is_said_before_it_takes_all_memory(tmp_path: Path) -> None:
    """The rectangle around the cells is what is read: here 17 thousand million of them."""
    file = write(tmp_path / "a.xlsx", [["Номер", "Клиент", "Штук"], ["17", "Ёж", 2]])
    with ZipFile(file) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with ZipFile(file, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part.replace(b"</sheetData>", far) if name == sheet else part)
    with pytest.raises(ConfigError, match="заняты 16384 столбцов и 1048576 строк"):
        read(file)


CELL = st.none() | st.sampled_from(["", " ", "Номер", "Штук", "17"]) | st.text(max_size=5) | st.floats() | st.booleans()


@given(st.lists(st.lists(CELL, max_size=5), max_size=8), st.lists(st.sampled_from(["Номер", "Штук"]), unique=True))
def test_any_cells_have_a_head_or_none(rows: list[list[object]], fill_down: list[str]) -> None:
    """Nothing raises, and no row comes twice."""
    numbered = list(enumerate(rows, 1))
    head = head_of(numbered, frozenset({"Номер", "Штук"}))
    if head is not None:
        numbers = [number for number, _ in named(head, numbered, fill_down)]
        assert numbers == sorted({*numbers})
        assert all(number > head.number for number in numbers)


ENDS = st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
HEADS = ["Номер;Штук;Клиент\n".encode(), "Номер\tШтук\n".encode("cp1251")]
PIECES = st.sampled_from([*HEADS, b'"', b"\n", b";;\r\n", b"\x00"]) | st.binary(max_size=20)
KINDS = st.sampled_from(["csv", "xlsx", "xls"])


@given(ENDS, st.lists(PIECES, max_size=8).map(b"".join), KINDS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_table_or_said_not_to_be(tmp_path: Path, start: bytes, rest: bytes, kind: str) -> None:
    """A file of something else, cut, or with a foreign start: rows or one line of words, and never another fault."""
    file = tmp_path / f"a.{kind}"
    file.write_bytes(start + rest)
    for table in (WANTED, Table(), Table(encoding="utf-16"), Table(delimiter="|", encoding="cp866")):
        try:
            with opened(file, table) as sheet:
                assert all(isinstance(row, dict) for _, row in sheet.rows())
        except ConfigError as error:
            assert str(file) in str(error)
