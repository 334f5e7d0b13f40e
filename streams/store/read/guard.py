"""What a query of somebody else's may name: read from ClickHouse's own tree, and everything not allowed is refused.

`EXPLAIN QUERY TREE run_passes=0` gives the query as the analyzer will take it, before anything is looked up or
computed: functions called, in lambdas, behind APPLY and REPLACE, table functions, tables, settings. A function named
as a value (`arrayMap(file, …)`) is an identifier there, so identifiers are held too: each is a column, an alias, a
table, or an allowed function. Lines are looked at by what they contain, so a strange alias can only add names.
"""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from schemas.errors import Refused

TABLE_FUNCTIONS = frozenset({"numbers", "numbers_mt", "zeros", "zeros_mt", "generateseries", "generate_series"})
"""Table functions that touch nothing at all: rows of numbers."""

SYSTEM = frozenset({"one", "numbers", "columns", "tables", "parts", "functions"})
"""Tables of `system` that tell of our own database and the engine, and of nobody's queries, settings or paths."""

MADE = frozenset({"number", "zero", "generate_series"})
"""Columns of the table functions."""

_CALL = re.compile(r"(?<![a-z_])function_name: ([^,\n]*)")
_TABLE_CALL = re.compile(r"table_function_name: ([^,\n]*)")
_NAMED = re.compile(r"(?:alias|cte_name): ([^,\n]*)")
_ARGUMENT = re.compile(r"^\s*ARGUMENT id: \d+, name: (.*)$", re.MULTILINE)
_LAMBDA = re.compile(r"^\s*LAMBDA id: \d+, alias: ([^,\n]*)", re.MULTILINE)
_SETTINGS = re.compile(r"^\s*SETTINGS (\S*)", re.MULTILINE)
_IDENTIFIER = re.compile(r"identifier: (.*?)(?:, (?:final|sample_size|sample_offset): .*)?\Z")
_COLUMNS = re.compile(r"column_identifiers: (.*)\Z")
_STATE = re.compile("aggregatefunction", re.IGNORECASE)
_TABLE_PLACE = re.compile(r"JOIN TREE|(LEFT |RIGHT )?TABLE EXPRESSION")
_MATCHER = re.compile(r"\s*MATCHER ")


class Catalogue(NamedTuple):
    """What there is: the `tables` that may be read, bare and with their database, and their `columns`; all `databases`
    and all of the engine's `functions`, in lower case. `hidden` are columns that are there and not for who asks."""

    tables: frozenset[str]
    columns: frozenset[str]
    databases: frozenset[str]
    functions: frozenset[str]
    hidden: frozenset[str] = frozenset()


def check(tree: str, there: Catalogue) -> None:
    """Look at a query tree made with `run_passes=0`. Raises `Refused` that names what is not allowed."""
    for setting in _SETTINGS.findall(tree):
        raise Refused(f"SETTINGS are not allowed here: {setting.partition('=')[0]}")
    if _STATE.search(tree):
        raise Refused("the type AggregateFunction is not allowed here")
    for name in _TABLE_CALL.findall(tree):
        if name.lower() not in TABLE_FUNCTIONS:
            raise Refused(f"the table function {name} is not allowed here")
    lambdas = {name.lower() for name in _LAMBDA.findall(tree)} - there.functions
    for name in _CALL.findall(tree):
        if not allowed(name) and name.lower() not in lambdas:
            raise Refused(f"the function {name} is not allowed here")
    _check_identifiers(tree, there)
    if there.hidden:
        _check_hidden(tree, there)


def _check_hidden(tree: str, there: Catalogue) -> None:
    """Hidden columns are held by their name, wherever it is said (`_check_name`), so nothing may reach a column without
    a name (`*`, `COLUMNS('…')`, but for `count(*)`) or lend its name to something else. As on a server with rights on
    columns, where `SELECT *` is refused too. The first matcher is that of the SELECT around the query."""
    for name in {*_NAMED.findall(tree), *_ARGUMENT.findall(tree)}:
        if name.lower() in there.hidden:
            raise Refused(f"the name {name} is taken by a column that is not for you")
    lines = tree.splitlines()
    for at in [at for at, line in enumerate(lines) if _MATCHER.match(line)][1:]:
        if _CALL.findall(lines[at - 3]) != ["count"]:
            raise Refused("name the columns that you want: some of them are not for you, so * is not allowed here")


def _check_identifiers(tree: str, there: Catalogue) -> None:
    given = {*_NAMED.findall(tree), *_ARGUMENT.findall(tree)}
    own = {name for name in given if name.lower() not in there.functions or allowed(name)}
    known = own | there.columns | there.tables | MADE
    before = ""
    for line in tree.splitlines():
        columns, one = _COLUMNS.search(line), _IDENTIFIER.search(line)
        if columns is not None:
            for name in columns[1].split(", "):
                _check_name(name, known, there)
        elif one is not None and _TABLE_PLACE.fullmatch(before.strip()):
            if one[1] not in there.tables and (one[1] not in own or not one[1].isidentifier()):
                raise Refused(f"the table {one[1]} is not here, or not to be read")
        elif one is not None:
            _check_name(one[1], known, there)
        before = line


def _check_name(name: str, known: set[str], there: Catalogue) -> None:
    """A column, an alias, a table (`x IN events`), or an allowed function given as a value. What begins with a
    database is a table of ours: chDB's database `default` takes any file of the host for a table."""
    if there.hidden:
        _check_not_hidden(name, there)
    first, dot, rest = name.partition(".")
    if dot and first.lower() in there.databases:
        if f"{first}.{rest.partition('.')[0]}" not in there.tables:
            raise Refused(f"the table {name} is not here, or not to be read")
    elif first.partition(",")[0] not in known and (dot or not allowed(name)):  # the tree parts fields by commas
        raise Refused(f"{name} is no column, alias or function that is allowed here")


def _check_not_hidden(name: str, there: Catalogue) -> None:
    """A table as a value (`x IN signals`) has all its columns. `events` is also a column: who can say a whole row of
    it beforehand, word for word, learns nothing by asking whether it is there."""
    if name in there.tables - there.columns or not there.hidden.isdisjoint(re.split("[., ]", name.lower())):
        raise Refused(f"{name} has what clients said or wrote, and is not for you")


@cache
def allowed(function: str) -> bool:
    """Whether a function, or an aggregate function with its endings, is on the list."""
    name = function.lower()
    functions, aggregates, endings = _lists()
    return name in functions or _is_aggregate(name, aggregates, endings)


def _is_aggregate(name: str, aggregates: frozenset[str], endings: tuple[str, ...]) -> bool:
    return name in aggregates or any(
        name.endswith(ending) and _is_aggregate(name.removesuffix(ending), aggregates, endings) for ending in endings
    )


@cache
def _lists() -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    """Functions, aggregate functions, and endings of these, in lower case."""
    aggregates = _words("aggregates.txt")
    endings = tuple(word[1:] for word in aggregates if word.startswith(":"))
    return _words("functions.txt"), frozenset(word for word in aggregates if not word.startswith(":")), endings


def _words(name: str) -> frozenset[str]:
    lines = (files("streams.store.read") / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word.lower() for line in lines if not line.startswith("#") for word in line.split())
