"""What a file of a warehouse comes to, for a person: a table, the faults, the counts; and a bar while it is read."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import click

from processors.normalize.wms import purpose
from processors.russian.plural import Forms, count
from schemas.wms import WmsPayload
from streams.cli.table import clock_time, table
from streams.loading import Items, Survey, Watch

T = TypeVar("T")

CLIENTS: Forms = ("клиент", "клиента", "клиентов")
FOUND: Forms = ("событие", "события", "событий")
MOST_FAULTS = 200
"""Faults that a person is shown before they are only counted."""
LOOK_EVERY = 500
"""Items between two looks at the bar."""

_HEAD = ("Событие", "Время", "Клиент", "Документ", "Штук", "Артикулов", "Склад", "Зачем", "Номер события")


def _cells(event: WmsPayload) -> tuple[object, ...]:
    qty = sum(line.qty for line in event.lines) if event.qty is None else event.qty
    client = event.client.value if event.client.kind == "wms_customer" else f"{event.client.kind} {event.client.value}"
    doc, why = event.doc.number or event.doc.id, purpose(event.purpose)
    return event.type, clock_time(int(event.ts)), client, doc, qty, len(event.lines), event.warehouse, why, event.id


def told(found: Survey, unit: str, *, everything: bool) -> str:
    """In Russian, for a person: the first events as a table, the faults, the counts."""
    parts = [table(_HEAD, map(_cells, found.first))] if found.first else []
    shown = found.faults if everything else found.faults[:MOST_FAULTS]
    parts.append("\n".join(f"✗ {unit} {fault.place}: {fault.words}" for fault in shown))
    if len(found.faults) > len(shown):
        parts.append(f"и ещё {len(found.faults) - len(shown)}; все — с --json")
    said = count(found.events, FOUND)
    if found.events:
        said += f", {count(len(found.clients), CLIENTS)}, с {clock_time(found.since)} по {clock_time(found.until)}"
    for number, about in (
        (found.bad, "с ошибками"),
        (found.passed, "пропущено по разметке"),
        (found.repeats, "повторов"),
        (found.old, "старше трёх лет, такие не хранятся"),
    ):
        said += f"; {about}: {number}" if number else ""
    return "\n".join(part for part in (*parts, said + ".") if part)


def barred(label: str) -> Watch:
    """A bar on stderr, where a person sits before it."""

    def watch(items: Items) -> Iterator[tuple[int, object]]:
        return along(label, items.read(), items.size, items.position)

    return watch


def along(label: str, items: Iterable[T], size: int, position: Callable[[], int]) -> Iterator[T]:
    """The items of a file of `size` bytes, with the bar moving to `position`."""
    stderr = click.get_text_stream("stderr")
    hidden = not size or not stderr.isatty()
    with click.progressbar(length=size, label=label, file=stderr, width=30, hidden=hidden) as bar:
        for number, item in enumerate(items):
            if not number % LOOK_EVERY:
                bar.update(position() - bar.pos)
            yield item
        bar.update(size - bar.pos)
