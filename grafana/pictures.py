"""`python -m grafana.pictures FOLDER`: the dashboards over the invented company of `grafana.sample`, as PNG (`make docs`).

It asks an embedded store in a temporary folder, with the macros of Grafana's plugin expanded.
"""

import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from grafana.boards import BOARDS
from grafana.draw import Answer, Cell, draw
from grafana.macros import everything, expanded, looked_at
from grafana.sample import statements
from streams.settings import Store
from streams.store.clickhouse import load_engine, open_writer, prepare

NOW = 1_790_000_000
"""21.09.2026, a Monday, 17:13 in Moscow."""


def pictures(folder: Path) -> None:
    """Write one picture a dashboard."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-docs-") as data:
        store = Store(folder=Path(data) / "chdb")
        load_engine(store)
        prepare(store)
        writer = open_writer(store)
        for text in statements(NOW):
            writer.command(text)
        for board in BOARDS:
            answers = {
                panel.title: _answer(writer.query(expanded(panel.sql, looked_at(board, panel, NOW), everything(board))))
                for panel in board.panels
                if panel.sql
            }
            draw(board, answers, folder / f"{board.uid}.png")
        writer.close()


def _answer(said: Any) -> Answer:
    return Answer(said.column_names, [[_cell(cell) for cell in row] for row in said.result_rows])


def _cell(cell: Any) -> Cell:
    """Times come without their zone: they are UTC."""
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=UTC)
    return f"{cell:%d.%m.%Y}" if isinstance(cell, date) else cell


if __name__ == "__main__":
    pictures(Path(sys.argv[1]))
