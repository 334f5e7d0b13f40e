"""Expands the macros of Grafana's ClickHouse plugin as its backend does (4.14 and 4.20 give the same for these).

One that the plugin knows and that is not here (`$__timeFrom` gives what DateTime64 refuses in 4.14; `$__conditionalAll` and
`$__adHocFilters` are expanded in the browser) is refused, as is one that nobody knows.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

_MACRO = re.compile(r"\$__(\w+)(\()?")


class Span(NamedTuple):
    """What a panel looks at: from and to, s UTC, and the width of a bucket, s."""

    since: int
    until: int
    bucket: int


def expanded(sql: str, span: Span) -> str:
    """The statement as ClickHouse gets it. Raises ValueError for a macro that is none, or lacks what it needs."""
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


def _days(column: str, span: Span) -> str:
    since, until = (f"toDate(toDateTime({at}, 'UTC'))" for at in (span.since, span.until))
    return f"{column} >= {since} AND {column} <= {until}"


_WITH_COLUMN: dict[str, Callable[[str, Span], str]] = {
    "timeFilter": lambda column, span: f"{column} >= toDateTime({span.since}) AND {column} <= toDateTime({span.until})",
    "timeInterval": lambda column, span: (
        f"toStartOfInterval(toDateTime({column}), INTERVAL {max(1, span.bucket)} second)"
    ),
    "dateFilter": _days,
}
_ALONE: dict[str, Callable[[Span], str]] = {
    "fromTime": lambda span: f"toDateTime({span.since})",
    "toTime": lambda span: f"toDateTime({span.until})",
    "interval_s": lambda span: str(max(1, span.bucket)),
}
