"""What a table and its rows are to the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

TIME = "DateTime64(3, 'UTC')"
WORD = "LowCardinality(String)"


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name and its columns: name to ClickHouse type."""

    name: str
    columns: Mapping[str, str]


class Rows(NamedTuple):
    """Rows of one table, by columns. Never empty."""

    table: Table
    columns: list[Sequence[Any]]
