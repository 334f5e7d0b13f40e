"""`docs/img/alert.svg` and `report.svg`: what the last `make demo` sent to Telegram, drawn as a chat shows it.

`python -m demo.pictures` after `python -m demo`. Only the chat around the words is drawn; the words are the product's.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap
from typing import Final

from alerting.foreign import plain
from demo.stage import FOLDER, ROOT
from tests.fakes.telegram import Message

KEPT: Final = FOLDER / "messages.json"
PICTURES: Final = ROOT / "docs" / "img"

WIDTH, LINE, PAD = 640, 21, 16
COLUMNS: Final = 64
"""Characters of a line: so many of the font's mean width fit into the bubble."""
FONT: Final = "font-family='Segoe UI, Roboto, DejaVu Sans, Arial, sans-serif' font-size='14'"
MARKS: Final = {"🔴": "#dc2626", "🟡": "#f5b301", "🔵": "#2563eb"}
GROUND, BUBBLE, INK, BUTTON = "#dfe7ee", "#ffffff", "#1f2933", "#c3d4e3"


def keep(name: str, message: Message) -> None:
    """Note a message as it came, for its picture."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    rows: list[list[str]] = [[button["text"]] for button in message.buttons]
    kept[name] = {"html": message.html, "buttons": rows}
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1))


def main() -> int:
    """Draw what is kept; without it the pictures stay as they are."""
    if not KEPT.exists():
        print("alert.svg и report.svg прежние: make demo ещё не отправлял сообщений")
        return 0
    for name, kept in json.loads(KEPT.read_text()).items():
        (PICTURES / f"{name}.svg").write_text(bubble(kept["html"], [text for row in kept["buttons"] for text in row]))
    return 0


def bubble(html: str, buttons: Sequence[str]) -> str:
    """A message of Telegram's HTML with its buttons, as SVG."""
    lines = [(part, "<b>" in line) for line in html.split("\n") for part in wrap(plain(line), COLUMNS) or [""]]
    alone = len(buttons) % 2  # as the product lays them out: an odd one stands first, in a row of its own
    rows = [buttons[:alone]] * alone + [buttons[at : at + 2] for at in range(alone, len(buttons), 2)]
    text = LINE * len(lines) + 2 * PAD
    height = text + 2 * PAD + len(rows) * 42
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}'>",
        f"<rect width='{WIDTH}' height='{height}' fill='{GROUND}'/><g {FONT} fill='{INK}'>",
        f"<rect x='{PAD}' y='{PAD}' width='{WIDTH - 2 * PAD}' height='{text}' rx='12' fill='{BUBBLE}'/>",
        *(part for number, (line, bold) in enumerate(lines) for part in _line(number, line, bold)),
        *_buttons(rows, text + PAD + 6),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


def _line(number: int, line: str, bold: bool) -> Iterator[str]:
    """A mark at its beginning is drawn: not every machine has a font with it."""
    x, y = 2 * PAD, 2 * PAD + LINE * number + 14
    if line[:1] in MARKS:
        yield f"<circle cx='{x + 7}' cy='{y - 5}' r='7' fill='{MARKS[line[0]]}'/>"
        x, line = x + 20, line[1:].strip()
    weight = "bold" if bold else "normal"
    yield f"<text x='{x}' y='{y}' font-weight='{weight}'>{escape(line)}</text>"


def _buttons(rows: Sequence[Sequence[str]], top: int) -> Iterator[str]:
    for number, row in enumerate(rows):
        width = (WIDTH - 2 * PAD - 6 * (len(row) - 1)) // len(row)
        for place, label in enumerate(row):
            x, y = PAD + place * (width + 6), top + 42 * number
            yield f"<rect x='{x}' y='{y}' width='{width}' height='36' rx='8' fill='{BUTTON}'/>"
            yield f"<text x='{x + width // 2}' y='{y + 23}' text-anchor='middle'>{escape(label)}</text>"


if __name__ == "__main__":
    sys.exit(main())
