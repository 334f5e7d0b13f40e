"""XLSX and XLS by calamine. A sheet is in memory as long as it is read, as large as the rectangle around its cells."""

import re
import zlib
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from python_calamine import CalamineError, CalamineSheet, PasswordError, load_workbook

from schemas.errors import ConfigError
from streams.tables.rows import Numbered

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls"})
"""Those whose rectangle is known before it is made: of XLSX by its cells, of XLS by the format (256 columns, 65 536
rows). ODS and XLSB may name a cell anywhere."""
MOST_CELLS = 10_000_000
"""Of a sheet's rectangle: ten columns of a million rows, some hundred MB. One stray cell in the last corner that Excel
has would be 17 thousand millions, and the end of the process."""
MOST_BYTES = 1 << 30
"""Of a book when it is unpacked."""
CHUNK = 1 << 20

_BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, IndexError, ValueError)
"""What `zipfile` raises for an archive that is cut, damaged, locked or packed in another way."""
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_LONGEST = 32
"""Bytes of such an attribute at most, where two chunks meet."""


def sheet_of(file: Path, name: str) -> CalamineSheet:
    """The sheet `name`, or the first. Raises `ConfigError`."""
    try:
        _check(file)
        workbook = load_workbook(str(file))
        names = workbook.sheet_names
        if name and name not in names:
            raise ConfigError(f"{file}: листа «{name}» нет; есть: {', '.join(names)}")
        return workbook.get_sheet_by_name(name or names[0])
    except PasswordError as error:
        raise ConfigError(f"{file}: книга закрыта паролем") from error
    except (CalamineError, *_BROKEN) as error:
        raise ConfigError(f"{file}: не читается как книга Excel: {error}") from error


def _check(file: Path) -> None:
    """Raise `ConfigError` for a book that would not fit into memory."""
    if not is_zipfile(file):
        return
    with ZipFile(file) as book:
        if sum(part.file_size for part in book.infolist()) > MOST_BYTES:
            raise ConfigError(f"{file}: книга больше {MOST_BYTES >> 30} ГБ: сохраните лист как CSV")
        for part in book.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                _check_sheet(file, book, part)


def _check_sheet(file: Path, book: ZipFile, part: str) -> None:
    last = far = 0
    rest = b""
    with book.open(part) as cells:
        while chunk := cells.read(CHUNK):
            for column, row in _CELL.findall(rest + chunk):
                far, last = max(far, _column(column)), max(last, int(row))
            rest = chunk[-_LONGEST:]
    if far * last > MOST_CELLS:
        raise ConfigError(
            f"{file}: в листе заняты {far} столбцов и {last} строк, столько не читается: удалите пустые строки и "
            "столбцы под таблицей и справа от неё или сохраните лист как CSV"
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def rows(sheet: CalamineSheet) -> Iterator[Numbered]:
    """Every row with its number; columns that are empty to the left of all others are left out."""
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, [_cell(cell) for cell in cells]


def height(sheet: CalamineSheet) -> int:
    """The number of the last row."""
    return sheet.end[0] + 1 if sheet.end is not None else 0


def _cell(cell: object) -> object:
    return str(cell) if isinstance(cell, time | timedelta) else cell
