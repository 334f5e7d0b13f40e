"""CSV as people have it: UTF-8 with or without its mark, UTF-16, cp1251; commas, semicolons, tabs. A stream."""

import codecs
import csv
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from schemas.errors import ConfigError
from streams.tables.rows import HEAD_WITHIN, Head, Numbered, head_of

DELIMITERS = (";", ",", "\t", "|")
CHUNK = 1 << 20
LONGEST_CELL = 1 << 20
"""Characters; more is a quote that nobody closed, which would make one cell of the rest of the file."""

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def encoding_of(source: BinaryIO) -> str:
    """By its mark, else UTF-8 where all of it is, else cp1251, which every Russian Excel writes."""
    start = source.read(3)
    for mark, name in MARKS.items():
        if start.startswith(mark):
            return name
    source.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := source.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def rows(file: Path, source: BinaryIO, encoding: str, delimiter: str) -> Iterator[Numbered]:
    """Every row with the number of its line. Raises `ConfigError` where it cannot be read."""
    csv.field_size_limit(LONGEST_CELL)
    source.seek(0)
    text = TextIOWrapper(source, encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except UnicodeError as error:  # UTF-16 without its mark is no decoding error
        raise ConfigError(
            f"{file}: после строки {line} стоит байт, которого в {encoding} нет: сохраните файл в UTF-8 "
            "или укажите в разметке table.encoding"
        ) from error
    except csv.Error as error:
        raise ConfigError(f"{file}: строка {line}: не закрыта кавычка ({error})") from error
    finally:
        if not source.closed:  # a reader that was left in the middle ends after the file
            text.detach()


def delimiter_and_head(
    file: Path, source: BinaryIO, encoding: str, delimiter: str, wanted: frozenset[str]
) -> tuple[str, Head | None]:
    """The delimiter by which most wanted columns are there, then by which there are most columns."""
    best: tuple[str, Head | None] = (delimiter or DELIMITERS[0], None)
    most = (-1, 0)
    for one in (delimiter,) if delimiter else DELIMITERS:
        head = head_of(islice(rows(file, source, encoding, one), HEAD_WITHIN), wanted)
        if head is not None:
            has = (len(wanted) - len(head.missing), head.found)
            if has > most:
                best, most = (one, head), has
    return best
