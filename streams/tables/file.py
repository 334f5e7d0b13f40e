"""One table of one file, to be read as often as need be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from processors.mapping import Table
from processors.russian.system import os_reason
from schemas.errors import ConfigError
from streams.tables import csv_file, workbook
from streams.tables.rows import Head, Numbered, head_of, named

CSV = frozenset({".csv", ".txt", ".tsv"})


def is_table(file: Path) -> bool:
    """Whether a file is one, by its name."""
    return file.suffix.lower() in CSV | workbook.SUFFIXES


@dataclass(frozen=True)
class Sheet:
    """An open table. `size` and `position` are of the same unit: bytes, or rows."""

    head: Head
    size: int
    position: Callable[[], int]
    _rows: Callable[[], Iterator[Numbered]]
    _fill_down: tuple[str, ...]

    def rows(self) -> Iterator[tuple[int, dict[str, object]]]:
        """Each row below the head, with its number in the file. Raises `ConfigError` where it cannot be read."""
        return named(self.head, self._rows(), self._fill_down)


@contextmanager
def opened(file: Path, table: Table) -> Iterator[Sheet]:
    """The table in a file. Raises `ConfigError` in a line: no file, no head, another encoding than was said."""
    try:
        if not file.is_file():
            file.stat()
            raise ConfigError(f"{file}: нужен обычный файл")
        if file.suffix.lower() in workbook.SUFFIXES:
            yield _workbook(file, table)
            return
        with file.open("rb") as source:
            yield _csv(file, source, table)
    except BrokenPipeError:  # who reads our answer has gone: no fault of the file
        raise
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error


def _csv(file: Path, source: BinaryIO, table: Table) -> Sheet:
    encoding = table.encoding or csv_file.encoding_of(source)
    delimiter, head = csv_file.delimiter_and_head(file, source, encoding, table.delimiter, table.columns)
    return Sheet(
        _found(file, head, table),
        file.stat().st_size,
        source.tell,
        lambda: csv_file.rows(file, source, encoding, delimiter),
        tuple(table.fill_down),
    )


def _workbook(file: Path, table: Table) -> Sheet:
    sheet = workbook.sheet_of(file, table.sheet)
    at = 0

    def rows() -> Iterator[Numbered]:
        nonlocal at
        for number, cells in workbook.rows(sheet):
            at = number
            yield number, cells

    head = _found(file, head_of(rows(), table.columns), table)
    return Sheet(head, workbook.height(sheet), lambda: at, rows, tuple(table.fill_down))


def _found(file: Path, head: Head | None, table: Table) -> Head:
    if head is None:
        raise ConfigError(
            f"{file}: не нашлось строки со столбцами разметки ({', '.join(sorted(table.columns)) or 'файл пуст'})"
        )
    return head
