"""Where boxes and arrows of the flow stand, in pixels of an SVG. Pure; no figure is in it, so it is made once.

Columns are stages, lanes are rows. An arrow to the next column leaves a box at the middle of its right side and enters
the other at the middle of its left one. Every other arrow, back or over several columns, goes under all boxes, in a
lane of its own, so none runs over a word.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.web.flow_edges import ASIDE, NODES, Node, drawn

WIDTH, HEIGHT, GAP, ROW = 126, 70, 28, 86
MARGIN, UNDER, STEP = 10, 16, 7
LINES: Final = (17, 33, 48, 63)
"""Base lines of a box's texts: title, now, usual, state."""
TITLE_PX, TEXT_PX = 12, 11
INSET = 8
WIDEST: Final = 0.66
"""Of a letter's height: the mean width of Cyrillic in the widest of our fonts (DejaVu Sans), so a text that fits by
this fits in all."""


class Box(NamedTuple):
    """A box with its place."""

    node: Node
    x: int
    y: int
    is_aside: bool


class Arrow(NamedTuple):
    """An arrow as an SVG path, and what it says on its own (`<title>`)."""

    path: str
    words: str
    is_under: bool


class Picture(NamedTuple):
    """All of it."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def fitted(text: str, px: int = TEXT_PX, width: int = WIDTH - 2 * INSET) -> str:
    """The text, cut with … where it would leave its box."""
    most = int(width / (px * WIDEST))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def picture(nodes: Sequence[Node] = NODES, pairs: Sequence[tuple[str, str]] | None = None) -> Picture:
    """Place everything. Boxes aside stand below the arrows that go under the others."""
    pairs = drawn() if pairs is None else pairs
    inside = [node for node in nodes if node.id not in ASIDE]
    bottom = MARGIN + ROW * (max(node.lane for node in inside) + 1) - (ROW - HEIGHT)
    column = {node.id: node.column for node in nodes}
    under = sorted((pair for pair in pairs if column[pair[1]] != column[pair[0]] + 1), key=lambda p: _span(p, column))
    aside_y = bottom + UNDER + STEP * len(under) + UNDER
    boxes = {node.id: _box(node, aside_y) for node in nodes}
    arrows = [_straight(boxes[a], boxes[b]) for a, b in pairs if (a, b) not in set(under)]
    arrows += [_below(boxes[a], boxes[b], bottom + UNDER + STEP * n) for n, (a, b) in enumerate(under)]
    columns = max(column.values()) + 1
    return Picture(
        width=2 * MARGIN + columns * (WIDTH + GAP) - GAP,
        height=aside_y + HEIGHT + MARGIN,
        boxes=tuple(boxes.values()),
        arrows=tuple(arrows),
    )


def _span(pair: tuple[str, str], column: dict[str, int]) -> int:
    """Short ones nearest to the boxes."""
    return abs(column[pair[0]] - column[pair[1]])


def _box(node: Node, aside_y: int) -> Box:
    aside = node.id in ASIDE
    return Box(node, MARGIN + node.column * (WIDTH + GAP), aside_y if aside else MARGIN + node.lane * ROW, aside)


def _straight(start: Box, end: Box) -> Arrow:
    x1, y1, x2, y2 = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    return Arrow(f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}", _words(start, end), is_under=False)


def _below(start: Box, end: Box, y: int) -> Arrow:
    """Down in the gap right of the start, along under all boxes, and up in the gap left of the end."""
    x1, y1, x2, y2 = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
    right, left = x1 + 6, x2 - 10
    return Arrow(f"M{x1} {y1}H{right}V{y}H{left}V{y2}H{x2}", _words(start, end), is_under=True)


def _words(start: Box, end: Box) -> str:
    return f"{start.node.title} → {end.node.title}"
