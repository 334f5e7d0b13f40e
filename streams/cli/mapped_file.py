"""A file of a warehouse through a mapping: what comes out of it, and all that is wrong, for `try` and `import`."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from processors.mapping import Bad, Mapped, SourceMapping, items_of, mapped, words
from processors.normalize.wms import purpose
from processors.russian.plural import Forms, count
from processors.russian.system import os_reason
from processors.wms_event import TOO_OLD, Good
from schemas.codec import Rejected
from schemas.errors import ConfigError
from schemas.sources import WmsPayload
from schemas.types import Millis
from streams.cli.table import moscow, table
from streams.tables import is_table, opened

CLIENTS: Forms = ("клиент", "клиента", "клиентов")
FOUND: Forms = ("событие", "события", "событий")
MOST_FAULTS = 200
"""Faults that a person is shown; a program gets up to `MOST_KEPT`."""
MOST_KEPT = 10_000
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


class Seen:
    """`processors.mapping.Seen` in a temporary database: a file may be of any length, and memory is not."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # a file without a name, gone when it is closed
        self._database.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA cache_size = -16384;"
            "CREATE TABLE seen (key BLOB PRIMARY KEY, content BLOB, place INT, times INT) WITHOUT ROWID; BEGIN;"
        )

    def add(self, key: bytes, content: bytes, place: int) -> tuple[int, bytes, int]:
        """As the protocol says."""
        row: tuple[int, bytes, int] = self._database.execute(
            "INSERT INTO seen VALUES (?, ?, ?, 0) ON CONFLICT (key) DO UPDATE SET times = times + 1 "
            "RETURNING times, content, place",
            (key, content, place),
        ).fetchone()
        return row

    def close(self) -> None:
        """Forget all of it."""
        self._database.close()


class Fault(msgspec.Struct, frozen=True):
    """What is wrong at a place of the file (a row, or the index of an item)."""

    place: int
    words: str


class Survey(msgspec.Struct):
    """What a file comes to. Counts of events, of items that are none, of repeats, of what is older than is kept, of
    documents with faults; the first events; when they are (ms UTC).
    """

    events: int = 0
    passed: int = 0
    repeats: int = 0
    old: int = 0
    bad: int = 0
    faults: list[Fault] = []
    first: list[WmsPayload] = []
    clients: set[tuple[str, str]] = set()
    since: Millis = 1 << 62
    until: Millis = 0

    def told(self, unit: str, *, everything: bool) -> str:
        """In Russian, for a person: the first events as a table, the faults, the counts."""
        parts = [table(_HEAD, map(_cells, self.first))] if self.first else []
        shown = self.faults if everything else self.faults[:MOST_FAULTS]
        parts.append("\n".join(f"✗ {unit} {fault.place}: {fault.words}" for fault in shown))
        if len(self.faults) > len(shown):
            parts.append(f"и ещё {len(self.faults) - len(shown)}; все — с --json")
        said = count(self.events, FOUND)
        if self.events:
            said += f", {count(len(self.clients), CLIENTS)}, с {moscow(self.since)} по {moscow(self.until)}"
        for number, about in (
            (self.bad, "с ошибками"),
            (self.passed, "пропущено по разметке"),
            (self.repeats, "повторов"),
            (self.old, "старше трёх лет, такие не хранятся"),
        ):
            said += f"; {about}: {number}" if number else ""
        return "\n".join(part for part in (*parts, said + ".") if part)


_HEAD = ("Событие", "Время", "Клиент", "Документ", "Штук", "Артикулов", "Склад", "Зачем", "Номер события")


def _cells(event: WmsPayload) -> tuple[object, ...]:
    qty = sum(line.qty for line in event.lines) if event.qty is None else event.qty
    client = event.client.value if event.client.kind == "wms_customer" else f"{event.client.kind} {event.client.value}"
    doc, why = event.doc.number or event.doc.id, purpose(event.purpose)
    return event.type, moscow(int(event.ts)), client, doc, qty, len(event.lines), event.warehouse, why, event.id


def survey(items: Items, mapping: SourceMapping, now: Millis, shown: int, label: str) -> Survey:
    """Read a file through."""
    found = Survey()
    for outcome in goods(items, mapping, now, found, label):
        event = outcome.payload
        found.events += 1
        found.clients.add((event.client.kind, event.client.value))
        found.since, found.until = min(found.since, outcome.ts), max(found.until, outcome.ts)
        if len(found.first) < shown:
            found.first.append(event)
    return found


def goods(items: Items, mapping: SourceMapping, now: Millis, found: Survey, label: str) -> Iterator[Good]:
    """The events of a file in its order, the same each time; what is none is counted in `found`."""
    seen = Seen()
    try:
        for outcome in mapped(mapping, _shown(items, label), now, seen):
            match outcome:
                case Mapped():
                    yield outcome.good
                case Bad() if all(fault.reason == TOO_OLD for _, fault in outcome.faults):
                    found.old += 1
                case Bad():
                    found.bad += 1
                    room = MOST_KEPT - len(found.faults)
                    found.faults += [Fault(place, words(fault)) for place, fault in outcome.faults[:room]]
                case _ if outcome.repeat:
                    found.repeats += 1
                case _:
                    found.passed += 1
    finally:
        seen.close()


def _shown(items: Items, label: str) -> Iterator[tuple[int, object]]:
    """The items, and a bar on stderr for a person."""
    with click.progressbar(
        length=items.size, label=label, file=click.get_text_stream("stderr"), width=30, hidden=not _watched(items)
    ) as bar:
        for number, item in enumerate(items.read()):
            if not number % 500:
                bar.update(items.position() - bar.pos)
            yield item
        bar.update(items.size - bar.pos)


def _watched(items: Items) -> bool:
    return items.size > 0 and click.get_text_stream("stderr").isatty()
