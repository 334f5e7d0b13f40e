"""A text cut into messages that Telegram takes: between items, an item between its lines. Pure."""

from collections.abc import Iterable

from alerting.foreign import plain
from alerting.render import LONGEST, REPEATED

LONGEST_PART = LONGEST - len(f"{REPEATED}\n\n")
"""Of one message: the mark of a repeated one has its room."""


def units(text: str) -> int:
    """What Telegram counts: UTF-16 units of the text without its markup."""
    return len(plain(text).encode("utf-16-le")) // 2


def split(items: Iterable[str], longest: int = LONGEST_PART) -> list[str]:
    """Items joined to parts of at most `longest` units. A line is never cut: each thing in it has its own limit, which
    keeps it far shorter than a part.
    """
    parts: list[list[str]] = []
    size = 0
    for piece in _pieces(items, longest):
        length = units(piece) + 1
        if not parts or size + length > longest:
            parts.append([])
            size = 0
        parts[-1].append(piece)
        size += length
    return [stripped for part in parts if (stripped := "\n".join(part).strip("\n"))]


def _pieces(items: Iterable[str], longest: int) -> Iterable[str]:
    for item in items:
        if units(item) < longest:
            yield item
        else:
            yield from item.split("\n")
