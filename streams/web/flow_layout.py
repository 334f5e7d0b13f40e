"""Where boxes and arrows of the flow stand, in pixels of an SVG. Pure; no figure is in it, so it is made once.

Columns are stages, lanes are rows. An arrow to the next column leaves a box at the middle of its right side and enters
the other at the middle of its left one. Every other arrow, back or over several columns, goes under all boxes, in a
lane of its own, so none runs over a word. What goes along an arrow stands in the gap beside its queue, three short
lines; of one under the boxes on its lane, one line. Queues and workers take turns, so no two stand in one place.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.web.flow_edges import ASIDE, NODES, drawn
from streams.web.flow_nodes import Node

WIDTH, HEIGHT, GAP, ROW = 120, 70, 56, 92
MARGIN, UNDER, STEP = 10, 18, 14
ABOVE, BELOW, LINE = 5, 13, 13
"""Base lines of what stands in a gap: the first above its arrow, two below it."""
ASIDE_BY = 48
"""Where two readers of a queue stand behind one gap, the second one's lines are so much nearer to him."""
LINES: Final = (17, 33, 48, 63)
"""Base lines of a box's texts: title, now, usual, state."""
TITLE_PX, TEXT_PX = 12, 11
INSET = 5
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
    """An arrow as an SVG path, what it says on its own (`<title>`), and where its figures stand: the middles of three
    lines, or, under the boxes, of one."""

    pair: tuple[str, str]
    path: str
    words: str
    is_under: bool
    places: tuple[tuple[int, int], ...]


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
    straight = sorted(set(pairs) - set(under), key=lambda pair: _steep(boxes[pair[0]], boxes[pair[1]]))
    starts = [a for a, _ in straight]
    arrows = [_straight(boxes[a], boxes[b], a in starts[:n]) for n, (a, b) in enumerate(straight)]
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


def _steep(start: Box, end: Box) -> tuple[int, str, str]:
    return abs(start.y - end.y), start.node.id, end.node.id


def _straight(start: Box, end: Box, is_second: bool) -> Arrow:
    """Its figures stand beside the queue; of a queue's second reader nearer to that one."""
    x1, y1, x2, y2 = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    y = (y1 + (ASIDE_BY if y2 > y1 else -ASIDE_BY) * is_second) if start.node.topics else y2
    places = tuple((middle, y + down) for down in (-ABOVE, BELOW, BELOW + LINE))
    path = f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
    return Arrow(_pair(start, end), path, _words(start, end), is_under=False, places=places)


def _below(start: Box, end: Box, y: int) -> Arrow:
    """Down in the gap right of the start, along under all boxes, and up in the gap left of the end."""
    x1, y1, x2, y2 = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
    right, left = x1 + 6, x2 - 10
    column = start.x if left < start.x else start.x + WIDTH + GAP
    places = ((column + WIDTH // 2, y + 4),)
    path = f"M{x1} {y1}H{right}V{y}H{left}V{y2}H{x2}"
    return Arrow(_pair(start, end), path, _words(start, end), is_under=True, places=places)


def _pair(start: Box, end: Box) -> tuple[str, str]:
    return start.node.id, end.node.id


def _words(start: Box, end: Box) -> str:
    return f"{start.node.title} → {end.node.title}"
