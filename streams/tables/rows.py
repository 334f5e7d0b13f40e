"""Cells → rows by the names of columns: the head is found, names made one, empty cells filled from above. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

Cells = Sequence[object]
Numbered = tuple[int, Cells]
"""A row and its number in the file, from 1."""

HEAD_WITHIN = 60
"""Rows in which the head is looked for: reports have a title, a period and filters above it."""


class Head(NamedTuple):
    """The row with the names of the columns. `missing`: columns that the mapping names and nobody has."""

    number: int
    names: Sequence[str]
    missing: Sequence[str]

    @property
    def found(self) -> int:
        """Columns that have a name."""
        return sum(map(bool, self.names))


def head_of(rows: Iterable[Numbered], wanted: frozenset[str]) -> Head | None:
    """The row that has most of the columns in `wanted`, the first of equals; without any, the first row that is not
    empty. None where a wanted column is nowhere.
    """
    best: Head | None = None
    most = 0
    for number, cells in islice(rows, HEAD_WITHIN):
        names = _names(cells)
        if not any(names):
            continue
        has = len(wanted.intersection(names))
        if best is None or has > most:
            best, most = Head(number, names, sorted(wanted.difference(names))), has
    return best if most or not wanted else None


def _names(cells: Cells) -> list[str]:
    """Of each column; the second of the same name is `name (2)`."""
    seen: Counter[str] = Counter()
    names = []
    for cell in cells:
        name = " ".join(str(cell).split()) if cell is not None else ""
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return names


def named(head: Head, rows: Iterable[Numbered], fill_down: Sequence[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """Every row below the head that is not empty.

    A cell of `fill_down` that is empty is the one above, unless a column before it in that list stands anew in this
    row: a new document without a client has none, and not the former one's.
    """
    above: dict[str, object] = {}
    for number, cells in rows:
        if number <= head.number or not any(_is_there(cell) for cell in cells):
            continue
        row = {name: cell for name, cell in zip(head.names, cells, strict=False) if name}
        anew = False
        for name in fill_down:
            if _is_there(row.get(name)):
                anew = True
            elif not anew:
                row[name] = above.get(name)
            above[name] = row.get(name)
        yield number, row


def _is_there(cell: object) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))
