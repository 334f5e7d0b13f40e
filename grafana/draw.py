"""Draws dashboards from what a store answers, so that a person can look at them without Grafana."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import FixedLocator, Locator, MaxNLocator, MultipleLocator

from grafana.export import places
from grafana.shapes import SERIES, Board, Panel

Cell = str | float | int | bool | datetime | None
MOSCOW_H = 3
COLOURS = ("#3274d9", "#73bf69", "#f2cc0c", "#ff780a", "#b877d9", "#e02f44", "#8ab8ff", "#37872d", "#96d98d", "#705da0")
SHORT_S = ((86400, "д"), (3600, "ч"), (60, "мин"), (1, "с"))
STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
"""Between the figures of an axis of durations: those that are said without a fraction."""
COLUMN = 0.62
"""Inches a column of Grafana's 24; a row of its grid is 0.3."""


class Answer(NamedTuple):
    """What a store says to a panel's statement; times are UTC."""

    names: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def draw(board: Board, answers: Mapping[str, Answer], path: Path) -> None:
    """A picture of the dashboard: `answers` by the panels' titles; sections of Prometheus are left out. The same
    answers give the same bytes."""
    shown: list[tuple[str, list[Panel]]] = []
    for title, panels in board.sections:
        ours = [panel for panel in panels if not panel.promql]
        if ours:
            shown.append((title, ours))
    heights = [max(place.y + place.h for place, _ in places(panels, 0)) + 1 for _, panels in shown]
    figure = Figure(figsize=(24 * COLUMN, sum(heights) * 0.34 + 0.5), dpi=72)
    grid = GridSpec(
        sum(heights), 24, figure=figure, left=0.02, right=0.985, top=0.975, bottom=0.012, wspace=2.2, hspace=2.2
    )
    figure.suptitle(board.title, x=0.02, y=0.993, ha="left", fontsize=13, weight="bold")
    top = 0
    for (title, panels), height in zip(shown, heights, strict=True):
        head = figure.add_subplot(grid[top, :])
        head.axis("off")
        head.text(0, 0.2, title, fontsize=11, color="#555555")
        for place, panel in places(panels, top + 1):
            edge = 1 if panel.kind in SERIES else 0  # figures of the axis left of it, days and names of lines below
            low = place.y + place.h - 2 * edge
            axes = figure.add_subplot(grid[place.y : low, place.x + edge : place.x + place.w])
            _panel(axes, panel, answers[panel.title])
        top += height
    figure.savefig(path, metadata={"Software": None}, pil_kwargs={"optimize": True})


def _panel(axes: Axes, panel: Panel, answer: Answer) -> None:
    axes.set_title(panel.title, loc="left", fontsize=8.5, weight="bold")
    if panel.kind == "stat":
        _stat(axes, panel, answer)
    elif panel.kind == "table":
        _table(axes, panel, answer)
    else:
        _series(axes, panel, answer)


def _stat(axes: Axes, panel: Panel, answer: Answer) -> None:
    value = answer.rows[0][0] if answer.rows else None
    colour = "#37872d"
    for name, least in panel.bad:
        if isinstance(value, int | float) and value >= least:
            colour = {"red": "#e02f44", "orange": "#ff780a"}[name]
    axes.axis("off")
    axes.text(0.5, 0.4, said(value, panel.unit), fontsize=20, color=colour, ha="center", va="center")


def _table(axes: Axes, panel: Panel, answer: Answer) -> None:
    axes.axis("off")
    titles = [panel.titles.get(name, name) for name in answer.names]
    most, longest = panel.height * 2 - 5, 60 if panel.width < 24 else 90
    rows = [
        [said(cell, panel.units.get(name, "short")) for name, cell in zip(answer.names, row, strict=True)]
        for row in answer.rows[:most]
    ]
    widest = [min(longest, max(map(len, column))) + 2 for column in zip(titles, *rows, strict=True)]
    for row in rows:
        row[:] = [cell if len(cell) <= longest else cell[: longest - 1] + "…" for cell in row]
    step = 1 / (most + 2.2)
    left = 0.0
    for number, title in enumerate(titles):
        axes.text(left, 1 - step, title, fontsize=7, color="#777777", va="center", transform=axes.transAxes)
        for at, row in enumerate(rows):
            axes.text(left, 1 - step * (at + 2), row[number], fontsize=7, va="center", transform=axes.transAxes)
        left += widest[number] / sum(widest)


def _series(axes: Axes, panel: Panel, answer: Answer) -> None:
    lines: dict[str, dict[datetime, float]] = {}
    for row in answer.rows:
        time = row[0]
        assert isinstance(time, datetime)
        if panel.labelled:
            lines.setdefault(str(row[1]), {})[time] = _figure(row[2])
        else:
            for name, cell in zip(answer.names[1:], row[1:], strict=True):
                lines.setdefault(panel.titles.get(name, name), {})[time] = _figure(cell)
    times = sorted({time for line in lines.values() for time in line})
    moscow = [float(date2num(time.astimezone(UTC) + timedelta(hours=MOSCOW_H))) for time in times]
    width = min((two - one for one, two in pairwise(moscow)), default=1 / 24)
    floor = [0.0] * len(times)
    for number, (name, line) in enumerate(sorted(lines.items())):
        colour = COLOURS[number % len(COLOURS)]
        if panel.kind == "bars":
            values = [line.get(time, 0.0) for time in times]
            axes.bar(moscow, values, width * 0.85, bottom=floor, color=colour, label=name)
            floor = [low + value for low, value in zip(floor, values, strict=True)]
        else:
            axes.plot(
                moscow,
                [line.get(time, math.nan) for time in times],
                color=colour,
                label=name,
                linewidth=1.2,
                marker=".",
                markersize=2 if 2 * len(line) > len(times) else 5,  # between gaps a point has no line to be seen by
            )
    axes.set_ylim(bottom=0)
    axes.tick_params(labelsize=6.5)
    few = panel.kind == "bars" and len(times) <= 8
    axes.xaxis.set_major_locator(FixedLocator(moscow) if few else AutoDateLocator(maxticks=8))
    axes.yaxis.set_major_locator(locator(panel.unit, lines.values(), axes.get_ylim()[1]))
    long = bool(times) and times[-1] - times[0] > timedelta(days=3)
    axes.xaxis.set_major_formatter(DateFormatter("%d.%m" if long else "%H:%M"))
    axes.yaxis.set_major_formatter(lambda value, _: said(float(value), panel.unit))
    axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if lines:
        axes.legend(
            fontsize=6.5, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=min(4, len(lines))
        )


def locator(unit: str, lines: Iterable[Mapping[datetime, float]], top: float) -> Locator:
    """Where the figures of an axis stand: halves of a thing are none, nor thirds of a minute."""
    if unit == "s":
        return MultipleLocator(next((step for step in STEPS_S if step >= top / 6), STEPS_S[-1]))
    return MaxNLocator(
        nbins=6, steps=[1, 2, 5, 10], integer=all(value.is_integer() for line in lines for value in line.values())
    )


def _figure(cell: Cell) -> float:
    assert isinstance(cell, int | float)
    return float(cell)


def said(value: Cell, unit: str) -> str:
    """A figure as Grafana shows it in that unit, near enough; times in Moscow."""
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC) + timedelta(hours=MOSCOW_H):%d.%m.%Y %H:%M}"
    if isinstance(value, str):
        return value
    if unit == "percentunit":
        return f"{100 * value:.0f} %"
    if unit == "currencyUSD":
        return f"$ {value:.2f}"
    if unit == "bytes":
        power = min(3, int(math.log(value, 1024))) if value >= 1 else 0
        return f"{value / 1024**power:.0f} {('Б', 'КБ', 'МБ', 'ГБ')[power]}"
    if unit == "s" and value:
        size, name = next(((size, name) for size, name in SHORT_S if value >= size), (1, "с"))
        return f"{value / size:.1f}".rstrip("0").rstrip(".").replace(".", ",") + f" {name}"
    return f"{value:,.0f}".replace(",", " ") if float(value).is_integer() else f"{value:.2f}".replace(".", ",")
