"""Tables for a person: columns by content, local times; on a terminal as wide as it is, in a file whole."""

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from processors.days import local_time

LEAST = 20
"""Characters that the last column keeps on a terminal, however narrow."""


def clock_time(ts: int) -> str:
    """`ts` (ms UTC) as the date and time of the installation's clock."""
    return local_time(ts).strftime("%d.%m.%Y %H:%M:%S")


def table(head: Sequence[str], rows: Iterable[Sequence[object]], width: int | None = None) -> str:
    """Left-aligned columns; the last one is not padded. A cell is one line. Lines are at most `width` characters: the
    last column gives way; None is the terminal's, and 0 or a file has no limit."""
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    most = terminal_width() if width is None else width
    if most and sum(widths) + 2 * (len(widths) - 1) > most:
        widths[-1] = max(LEAST, most - sum(widths[:-1]) - 2 * (len(widths) - 1))
        for row in cells:
            row[-1] = row[-1] if len(row[-1]) <= widths[-1] else f"{row[-1][: widths[-1] - 1]}…"
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("─" * min(width, 60) for width in widths))
    return "\n".join(lines)


def terminal_width() -> int:
    """Columns of the terminal; 0 where the output is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


_INSTEAD = {"Cf": "", "Zs": " "}
"""By Unicode's category, of what is not printable."""


def _cell(value: object) -> str:
    return "" if value is None else harmless(" ".join(str(value).split()))


def harmless(text: str) -> str:
    """Without what a terminal would obey: a client may write it. Marks of direction and joiners are left out; a space
    that keeps a number with its word is a space."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(sign: str) -> str:
    if sign.isprintable():
        return sign
    return _INSTEAD.get(unicodedata.category(sign), "\N{REPLACEMENT CHARACTER}")
