"""What a dashboard is made of, before it is Grafana's JSON: panels with their SQL, and what to do when one is bad."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["stat", "lines", "bars", "table"]

SERIES: frozenset[Kind] = frozenset({"lines", "bars"})


@dataclass(frozen=True)
class Panel:
    """A panel over the store, or with `promql` over Prometheus.

    `sql`: one SELECT. Of `lines` and `bars`: `time` first, then perhaps `label`, whose values name the lines, then
    figures, ordered by `time`; of `stat`: one row with one figure. `shows` and `do` are its description: what it is, and what to do when
    it is bad. `unit` as Grafana names it (`short`, `s`, `m`, `h`, `percentunit`, `bytes`, `currencyUSD`).
    `titles` and `units` are of single columns. `bad`: (colour, from this value on), upwards. `every`: the shortest
    bucket, for tables that have a row an hour or a day. `legend` names the lines of `promql`.
    """

    kind: Kind
    title: str
    shows: str
    do: str
    sql: str = ""
    unit: str = "short"
    titles: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    bad: Sequence[tuple[str, float]] = ()
    every: str = ""
    width: int = 12
    height: int = 8
    promql: str = ""
    legend: str = ""

    @property
    def labelled(self) -> bool:
        """Whether a column `label` names the lines; else each figure is a line of its own."""
        return self.kind in SERIES and " AS label" in self.sql


@dataclass(frozen=True)
class Choice:
    """A drop-down above a dashboard, of which one, several or all may be chosen: what `sql` finds, or these `values`
    with their words."""

    name: str
    label: str
    sql: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Board:
    """A dashboard: `uid` is part of its address and stays; sections of panels from top to bottom; `since` as Grafana
    writes times (`now-7d`); `choices` are what its panels may be narrowed to (`only`)."""

    uid: str
    title: str
    about: str
    since: str
    refresh: str
    sections: Sequence[tuple[str, Sequence[Panel]]]
    choices: Sequence[Choice] = ()

    @property
    def panels(self) -> list[Panel]:
        """All panels in order."""
        return [panel for _, panels in self.sections for panel in panels]


def renamed(column: str, words: Mapping[str, str]) -> str:
    """SQL that says a column's values in Russian; one that is not known stays as it is."""
    keys, values = (", ".join(f"'{word}'" for word in side) for side in (words, words.values()))
    return f"transform(toString({column}), [{keys}], [{values}], toString({column}))"


def only(column: str, choice: str) -> str:
    """SQL of a condition: the column has one of the values that were chosen; true where none was."""
    return f"$__conditionalAll({column} IN (${{{choice}:singlequote}}), ${choice})"
