"""What stands in a file of somebody's warehouse, one by one: rows of a table, or JSON as a system would post it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from processors.mapping import SourceMapping, items_of
from processors.russian.system import os_reason
from schemas.codec import Rejected
from schemas.errors import ConfigError
from streams.tables import is_table, opened

JSON_BYTES = 64 << 20
"""Of a sample that is one JSON: the gateway takes a sixtieth."""


class Items(NamedTuple):
    """What stands in a file, one by one with its place. `unit` is what a place is called; `size` and `position` are for
    a bar; `notes` are for a person.
    """

    read: Callable[[], Iterable[tuple[int, object]]]
    unit: str
    size: int
    position: Callable[[], int]
    notes: list[str]


@contextmanager
def items_in(file: Path, mapping: SourceMapping) -> Iterator[Items]:
    """A table by its rows, or JSON as a system would post it. Raises `ConfigError`."""
    if is_table(file):
        with opened(file, mapping.table) as sheet:
            missing = ", ".join(f"«{name}»" for name in sheet.head.missing)
            notes = [f"В файле нет столбцов разметки: {missing}."] if missing else []
            yield Items(sheet.rows, "строка", sheet.size, sheet.position, notes)
        return
    try:
        if file.stat().st_size > JSON_BYTES:
            raise ConfigError(f"{file}: больше {JSON_BYTES >> 20} МБ")
        body = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error
    found = items_of(mapping, body.removeprefix(b"\xef\xbb\xbf"))
    if isinstance(found, Rejected):
        raise ConfigError(f"{file}: {found.reason}")
    yield Items(lambda: enumerate(found), "запись", 0, lambda: 0, [])
