"""Tables for a person: columns by content, times in Moscow."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from processors.days import MOSCOW


def moscow(ts: int) -> str:
    """`ts` (ms UTC) as a Moscow date and time."""
    return datetime.fromtimestamp(ts / 1000, MOSCOW).strftime("%d.%m.%Y %H:%M:%S")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Left-aligned columns; the last one is not padded. A cell is one line."""
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("─" * min(width, 60) for width in widths))
    return "\n".join(lines)


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
