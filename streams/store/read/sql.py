"""Queries of other people: read-only, bounded, and away from files and the network.

`readonly = 1` alone is not enough in chDB 26.9: `INTO OUTFILE` writes a file, the function `file` and several table
functions (`s3`, `python`, DESCRIBE of any) still reach out, and one call may carry several statements. So the text is
looked at first, and the names of its functions as ClickHouse's own parser gives them.
"""

import re
from typing import Any

import msgspec

from schemas.errors import Refused
from streams.store.database import Database

LONGEST_QUERY = 64 << 10
MOST_ROWS = 10_000

_FIRST = re.compile(r"^\s*(?:SELECT|WITH|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)\b", re.IGNORECASE)
_FORBIDDEN = re.compile(r"\b(OUTFILE|INFILE)\b", re.IGNORECASE)
_FUNCTION = re.compile(r"^\s*Function (\S+)", re.MULTILINE)

HARMLESS = frozenset(
    {"numbers", "numbers_mt", "zeros", "zeros_mt", "generateseries", "generate_series", "values", "view", "format"}
)
"""Table functions that touch nothing outside of the database."""

OUTSIDE = re.compile(r"file|catboostevaluate|ai(redact|similarity|filter|classify|embed|extract|generate|translate)")
"""Ordinary functions that read files or ask a language model."""


class Answer(msgspec.Struct, frozen=True):
    """The result of a query; 64-bit numbers are JSON numbers."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]


class _Column(msgspec.Struct):
    name: str
    type: str


class _Compact(msgspec.Struct):
    meta: list[_Column]
    data: list[list[Any]]


_COMPACT = msgspec.json.Decoder(_Compact)


async def ask(database: Database, query: str) -> Answer:
    """Run a query of somebody else's. Raises `Refused` before it runs, `StatementFailed`, `Transient`."""
    query = _checked(query)
    return await database.borrow(lambda client: _run(client, query))


def _checked(query: str) -> str:
    query = query.strip().removesuffix(";").rstrip()
    if len(query) > LONGEST_QUERY:
        raise Refused(f"the query is longer than {LONGEST_QUERY} characters")
    if not _FIRST.match(query):
        raise Refused("only SELECT, WITH, SHOW, DESCRIBE, EXISTS and EXPLAIN are allowed here")
    if ";" in query:
        raise Refused("one statement at a time, and no semicolon inside of it: write char(59) for one in a text")
    word = _FORBIDDEN.search(query)
    if word is not None:
        raise Refused(f"the word {word[1]} is not allowed in a query here")
    return query


def _run(client: Any, query: str) -> Answer:
    forbidden = _forbidden(client)
    tree = client.raw_query(f"EXPLAIN AST {query}", fmt="TabSeparatedRaw").decode()
    for name in _FUNCTION.findall(tree):
        if name.lower() in forbidden or OUTSIDE.fullmatch(name.lower()):
            raise Refused(f"the function {name} is not allowed here: it reaches outside of the database")
    found = _COMPACT.decode(client.raw_query(query, fmt="JSONCompact") or b'{"meta":[],"data":[]}')
    if len(found.data) > MOST_ROWS:
        raise Refused(f"the answer has more than {MOST_ROWS} rows: add a LIMIT")
    return Answer([column.name for column in found.meta], [column.type for column in found.meta], found.data)


def _forbidden(client: Any) -> set[str]:
    names = client.query("SELECT lower(name) FROM system.table_functions").result_columns[0]
    return set(names) - HARMLESS
