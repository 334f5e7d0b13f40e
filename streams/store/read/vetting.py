"""Whether somebody else's statement may run: what the engine says of it, held against the lists of `guard`."""

import secrets
from collections.abc import Callable

from schemas.errors import Refused
from streams.store.read.guard import SYSTEM, Catalogue, check
from streams.store.read.statements import Statement

Ask = Callable[[str], str]
"""Runs a statement of our own; its answer as TabSeparatedRaw."""

_TABLES = """
SELECT t.name, c.name FROM system.tables AS t JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
WHERE t.database = currentDatabase() AND (t.engine LIKE '%MergeTree' OR t.engine LIKE '%View')"""


def vet(ask: Ask, statement: Statement, there: Catalogue, mark: str) -> None:
    """Raises `Refused`, and what `ask` raises. `mark` stands in front of all that is asked."""
    if statement.database is not None and not any(name.startswith(f"{statement.database}.") for name in there.tables):
        raise Refused(f"the database {statement.database} is not here, or not to be read")
    if statement.table is not None and statement.table not in there.tables:
        raise Refused(f"the table {statement.table} is not here, or not to be read")
    if statement.select is not None:
        check(tree(ask, statement.select, mark), there)


def tree(ask: Ask, select: str, mark: str) -> str:
    """The query's tree. It is put in parentheses, where neither FORMAT nor INTO can follow, and a limit that nobody
    can know before closes it: what somebody did to get another tree, or a part of it, shows."""
    seal = secrets.randbelow(1 << 62) + (1 << 62)
    said = ask(f"{mark} EXPLAIN QUERY TREE run_passes = 0 SELECT * FROM (\n{select}\n) LIMIT {seal}")
    last = said.rstrip().rpartition("\n")[2]
    if not said.startswith("QUERY id: 0\n") or f"constant_value: UInt64_{seal}," not in last:
        raise Refused("a SELECT without FORMAT and INTO is allowed here")
    return said


def catalogue(
    ask: Ask, database: str, system: frozenset[str] = SYSTEM, plain: frozenset[str] | None = None
) -> Catalogue:
    """What there is to read in `database`, which is the current one, and in the tables of `system`. With `plain`, only
    these columns of our tables."""
    rows = [line.split("\t") for line in ask(_TABLES).splitlines()]
    tables, columns = {row[0] for row in rows}, {row[1] for row in rows}
    listed = ", ".join(f"'{table}'" for table in sorted(system))
    of_system = ask(f"SELECT DISTINCT name FROM system.columns WHERE database = 'system' AND table IN ({listed})")
    hidden = frozenset() if plain is None else frozenset(columns - plain)
    whole = {f"{database}.{table}" for table in tables} | {f"system.{table}" for table in system}
    return Catalogue(
        frozenset(tables | whole),
        frozenset((columns | set(of_system.splitlines())) - hidden),
        frozenset(ask("SELECT lower(name) FROM system.databases").splitlines()),
        frozenset(ask("SELECT DISTINCT lower(name) FROM system.functions").splitlines()),
        hidden,
    )
