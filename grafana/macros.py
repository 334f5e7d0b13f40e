"""Expands the macros of Grafana's ClickHouse plugin as its backend does (4.14 and 4.20 give the same for these).

One that the plugin knows and that is not here (`$__timeFrom` gives what DateTime64 refuses in 4.14; `$__dateFilter` cuts
days in UTC; `$__adHocFilters`) is refused, as is one that nobody knows. `$__conditionalAll` is expanded in the browser,
with the drop-downs: of dashboards only.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from grafana.shapes import Board, Panel

_ALL = "$__conditionalAll("
_MACRO = re.compile(r"\$__(\w+)(\()?")


class Span(NamedTuple):
    """What a panel looks at: from and to, s UTC, and the width of a bucket, s."""

    since: int
    until: int
    bucket: int


def looked_at(board: Board, panel: Panel, now: int) -> Span:
    """What Grafana asks of a panel at `now` (s UTC): the dashboard's time, on 800 points, not finer than the panel wants."""
    seconds = {"m": 60, "h": 3600, "d": 86400}
    width = int(board.since[4:-1]) * seconds[board.since[-1]]
    shortest = int(panel.every[:-1]) * seconds[panel.every[-1]] if panel.every else 1
    return Span(now - width, now, max(shortest, width // 800))


def chosen(sql: str, choices: Mapping[str, Sequence[str]]) -> str:
    """The statement as the browser sends it when these values are chosen above the dashboard; an empty list is
    everything. Raises ValueError where a drop-down is asked for that is none."""
    while (at := sql.rfind(_ALL)) >= 0:
        inside, end = _argument(sql, at + len(_ALL))
        condition, _, name = inside.rpartition(",")
        values = choices.get(name.strip().removeprefix("$"))
        if values is None:
            raise ValueError(f"no macro, or of no variable: {inside}")
        said = ", ".join("'" + value.replace("'", "\\'") + "'" for value in values)
        condition = condition.replace(f"${{{name.strip().removeprefix('$')}:singlequote}}", said) if values else "1=1"
        sql = sql[:at] + condition + sql[end:]
    return sql


def everything(board: Board) -> dict[str, Sequence[str]]:
    """The choices of a dashboard as it is opened: all of each drop-down."""
    return {choice.name: [] for choice in board.choices}


def expanded(sql: str, span: Span, choices: Mapping[str, Sequence[str]] = MappingProxyType({})) -> str:
    """The statement as ClickHouse gets it. Raises ValueError for a macro that is none, or lacks what it needs."""
    sql = chosen(sql, choices)
    while (found := _MACRO.search(sql)) is not None:
        argument, end = "", found.end()
        if found[2]:
            argument, end = _argument(sql, found.end())
        sql = sql[: found.start()] + _macro(found[1], argument, span) + sql[end:]
    if "$" in sql:
        raise ValueError(f"a variable that nobody expands: {sql[sql.index('$') :][:20]}")
    return sql


def _macro(name: str, argument: str, span: Span) -> str:
    if name in _WITH_COLUMN and argument:
        return _WITH_COLUMN[name](argument, span)
    if name in _ALONE and not argument:
        return _ALONE[name](span)
    raise ValueError(f"$__{name}({argument}) is no macro that may be used")


def _argument(sql: str, start: int) -> tuple[str, int]:
    depth = 1
    for at in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[at], 0)
        if depth == 0:
            return sql[start:at].strip(), at + 1
    raise ValueError("a macro without its last parenthesis")


_WITH_COLUMN: dict[str, Callable[[str, Span], str]] = {
    "timeFilter": lambda column, span: f"{column} >= toDateTime({span.since}) AND {column} <= toDateTime({span.until})",
    "timeInterval": lambda column, span: (
        f"toStartOfInterval(toDateTime({column}), INTERVAL {max(1, span.bucket)} second)"
    ),
}
_ALONE: dict[str, Callable[[Span], str]] = {
    "fromTime": lambda span: f"toDateTime({span.since})",
    "toTime": lambda span: f"toDateTime({span.until})",
    "interval_s": lambda span: str(max(1, span.bucket)),
}
