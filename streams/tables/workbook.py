"""XLSX, XLS and ODS by calamine. A sheet is in memory as long as it is read: some hundred bytes a row."""

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, load_workbook

from schemas.errors import ConfigError
from streams.tables.rows import Numbered

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
MOST_BYTES = 200 << 20
"""Of a file; a million rows are 50 MB."""


def sheet_of(file: Path, name: str) -> CalamineSheet:
    """The sheet `name`, or the first. Raises `ConfigError`."""
    if file.stat().st_size > MOST_BYTES:
        raise ConfigError(f"{file}: больше {MOST_BYTES >> 20} МБ: сохраните лист как CSV")
    try:
        workbook = load_workbook(str(file))
        names = workbook.sheet_names
        if name and name not in names:
            raise ConfigError(f"{file}: листа «{name}» нет; есть: {', '.join(names)}")
        return _sheet(workbook, name or names[0])
    except PasswordError as error:
        raise ConfigError(f"{file}: книга закрыта паролем") from error
    except (CalamineError, IndexError, ValueError) as error:
        raise ConfigError(f"{file}: не читается как книга Excel: {error}") from error


def _sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    return workbook.get_sheet_by_name(name)


def rows(sheet: CalamineSheet) -> Iterator[Numbered]:
    """Every row with its number; columns that are empty to the left of all others are left out."""
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, [_cell(cell) for cell in cells]


def height(sheet: CalamineSheet) -> int:
    """The number of the last row."""
    return sheet.end[0] + 1 if sheet.end is not None else 0


def _cell(cell: object) -> object:
    return str(cell) if isinstance(cell, time | timedelta) else cell
