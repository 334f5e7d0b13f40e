"""Pictures of dashboards: figures as Grafana says them, and every panel drawn."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grafana.draw import Answer, Cell, draw, locator, said
from grafana.shapes import Board, Panel

NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)
PANELS = (
    Panel("stat", "Число", "Что.", "ничего.", "SELECT 1 AS value"),
    Panel("bars", "Столбцы", "Что.", "ничего.", "SELECT t AS time, a AS label, n AS figures"),
    Panel("lines", "Линии", "Что.", "ничего.", "SELECT t AS time, n AS figures"),
    Panel("table", "Таблица", "Что.", "ничего.", "SELECT n"),
)
BOARD = Board("b", "Доска", "О ней.", "now-1d", "1m", (("Всё", PANELS),))
FULL = {
    "Число": Answer(["value"], [[3]]),
    "Столбцы": Answer(["time", "label", "figures"], [[NOON, "а", 1], [NOON, "б", 2]]),
    "Линии": Answer(["time", "figures"], [[NOON, 1.5]]),
    "Таблица": Answer(["n"], [["слово"], [None]]),
}


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234567, "short", "1 234 567"),
        (None, "s", "—"),
        (5400, "s", "1,5 ч"),
        (0.25, "percentunit", "25 %"),
        (3 << 20, "bytes", "3 МБ"),
        (0.5, "currencyUSD", "$ 0.50"),
        (NOON, "short", "21.09.2026 15:00"),
    ],
)
def test_figures(value: Cell, unit: str, text: str) -> None:
    """By their units; times are Moscow's."""
    assert said(value, unit) == text


def test_the_same_answers_are_the_same_picture(tmp_path: Path) -> None:
    """So a commit shows a picture only where something changed."""
    for name in ("one.png", "two.png"):
        draw(BOARD, FULL, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_nothing_is_drawn_too(tmp_path: Path) -> None:
    """A store without rows."""
    draw(BOARD, {title: Answer(answer.names, []) for title, answer in FULL.items()}, tmp_path / "empty.png")
    assert (tmp_path / "empty.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("unit", "values", "figures"),
    [
        ("short", [1, 3], ["0", "1", "2", "3"]),
        ("short", [0.2, 0.5], ["0", "0,10", "0,20", "0,30", "0,40", "0,50"]),
        ("s", [1.8], ["0", "0,5 с", "1 с", "1,5 с"]),
        ("s", [1400.0], ["0", "5 мин", "10 мин", "15 мин", "20 мин"]),
        ("s", [12_600.0], ["0", "1 ч", "2 ч", "3 ч"]),
    ],
)
def test_the_figures_of_an_axis(unit: str, values: list[float], figures: list[str]) -> None:
    """No half of a thing, no third of a minute."""
    top = max(values)
    found = locator(unit, [{NOON: float(value)} for value in values], top).tick_values(0, top)
    assert [said(float(value), unit) for value in found if 0 <= value <= top * 1.0001] == figures
