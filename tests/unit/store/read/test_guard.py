"""The allow list against every function and table function that the pinned chDB has, in every place of a query."""

from collections.abc import Callable

import pytest

from schemas.errors import Refused
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.read import guard
from streams.store.read.sql import asking
from streams.store.read.vetting import catalogue, tree

NOT_IN_THE_ENGINE = {"exists", "grouping", "untuple"}
"""What the analyzer itself makes of; `system.functions` does not list them."""

COLUMNS = {"database"}
"""Names of our columns that are functions too, not on the list: they tell nothing that matters."""

AS_VALUE = ["arrayMap({f}, ['a'])", "arraySort({f}, [1, 2])", "arrayFilter({f}, [1])"]
PLACES = [
    *("SELECT {f}('a')", "SELECT arrayMap(x -> {f}(x), ['a'])", "SELECT sum(length({f}('a'))) FROM events"),
    *("SELECT * APPLY({f}) FROM events", "SELECT COLUMNS('lead') APPLY(x -> {f}(x)) FROM events"),
    *("SELECT * REPLACE({f}(lead_id) AS lead_id) FROM events", "WITH x -> {f}(x) AS g SELECT g('a')"),
    *("WITH {f}('a') AS x SELECT 1", "WITH x AS (SELECT {f}('a') AS c) SELECT c FROM x"),
    *("SELECT 1 WHERE 'a' IN (SELECT {f}('a'))", "SELECT 1 UNION ALL SELECT {f}('a')", "SELECT (SELECT {f}('a'))"),
    *("SELECT 1 FROM numbers(length({f}('a')))", "SELECT 1 FROM events ARRAY JOIN [{f}('a')] AS z"),
    *("SELECT 1 FROM events PREWHERE {f}('a') = 1", "SELECT 1 FROM events WHERE {f}('a') = 1"),
    *("SELECT 1 FROM events GROUP BY GROUPING SETS ((kind), ({f}('a')))", "SELECT 1 HAVING {f}('a') = 1"),
    *("SELECT 1 FROM events ORDER BY {f}('a')", "SELECT 1 FROM events ORDER BY ts WITH FILL FROM {f}('a')"),
    *("SELECT 1 FROM events ORDER BY qty WITH FILL STEP {f}('a')", "SELECT 1 FROM events LIMIT length({f}('a'))"),
    *("SELECT 1 FROM events LIMIT 1 BY {f}('a')", "SELECT 1 FROM events LIMIT 1 OFFSET length({f}('a'))"),
    *("SELECT 1 FROM events QUALIFY {f}('a') = 1", "SELECT quantile(length({f}('a')))(qty) FROM events"),
    *("SELECT 1 FROM events AS e JOIN events AS o ON e.kind = {f}(o.kind)", "SELECT CAST({f}('a') AS String)"),
    *("SELECT count() OVER (PARTITION BY {f}('a')) FROM events", "SELECT CASE WHEN {f}('a') = 1 THEN 1 END"),
    *("SELECT count() OVER w FROM events WINDOW w AS (ORDER BY {f}('a'))", "SELECT map('a', {f}('a'))['a']"),
    *(
        "SELECT qty FROM events ORDER BY qty WITH FILL INTERPOLATE (qty AS {f}('a'))",
        "SELECT [{f}('a')], ({f}('a'), 1)",
    ),
    *("SELECT sum(qty) FILTER (WHERE {f}('a') = 1) FROM events", "SELECT EXISTS (SELECT {f}('a'))"),
    *("EXPLAIN SELECT {f}('a')", "SELECT {f}(*) FROM events", "SELECT {f}('a') IS NULL, {f}('a') BETWEEN 1 AND 2"),
]
"""Where an expression can stand. Each was seen refused for `file` by its tree, not by its syntax."""

OUTSIDE = ["file", "FILE", "hostName", "getMacro", "dictGet", "joinGet", "sleep", "aiGenerate", "catboostEvaluate"]
TABLE_PLACES = [
    *("SELECT * FROM {f}('a')", "SELECT * FROM `{f}`/**/('a', 'b')", "SELECT 1 WHERE 1 IN (SELECT * FROM {f}('a'))"),
    *("WITH x AS (SELECT * FROM {f}('a')) SELECT 1", "SELECT 1 FROM events JOIN {f}('a') AS z ON 1 = 1"),
    *("SELECT (SELECT count() FROM {f}('a'))", "SELECT 1 UNION ALL SELECT * FROM {f}('a')"),
]

Look = Callable[[str], None]


@pytest.fixture
async def rows(shared_database: Database) -> dict[str, list[tuple[str, ...]]]:
    """What the engine has: functions with their kind, table functions."""
    functions = await shared_database.read("SELECT name, toString(is_aggregate) FROM system.functions")
    tables = await shared_database.read("SELECT name FROM system.table_functions")
    return {"functions": list(functions), "tables": list(tables)}


async def looked_at(database: Database, queries: list[str]) -> dict[str, str]:
    """What the guard says to each: "" for yes, its reason, or `syntax` where ClickHouse itself cannot read it."""

    def look(client: object) -> dict[str, str]:
        there = catalogue(asking(client), database_name)
        answers = {}
        for query in queries:
            try:
                guard.check(tree(asking(client), query.removeprefix("EXPLAIN "), "/* x */"), there)
                answers[query] = ""
            except Refused as refused:
                answers[query] = str(refused)
            except Exception as error:  # noqa: BLE001 — the client's own fault classes
                answers[query] = "syntax" if "Syntax error" in str(error) else f"syntax: {error}"[:200]
        return answers

    [(database_name,)] = await database.read("SELECT currentDatabase()")
    return await database.borrow(look)


async def test_every_function_is_on_the_list_or_refused(
    shared_database: Database, rows: dict[str, list[tuple[str, ...]]]
) -> None:
    """Called, in a lambda, and as a value: what is not on the list is refused by its name, what is on it is not."""
    forms = ["SELECT {f}('a')", "SELECT arrayMap(x -> {f}(x), ['a'])", "SELECT * APPLY({f}) FROM events"]
    forms.append("SELECT " + AS_VALUE[0])
    names = [name for name, _ in rows["functions"]]
    assert len(names) > 1500
    answers = await looked_at(shared_database, [form.replace("{f}", f"`{name}`") for name in names for form in forms])
    for name in names:
        for form in forms:
            said = answers[form.replace("{f}", f"`{name}`")]
            if guard.allowed(name):
                assert said == "" or said.startswith("syntax"), (name, form, said)
            elif form != forms[-1] or name not in COLUMNS:
                assert said.startswith("syntax") or name in said, (name, form, said)
    unread = [query for query, said in answers.items() if said.startswith("syntax")]
    assert len(unread) < 20, unread


async def test_every_table_function_is_refused(
    shared_database: Database, rows: dict[str, list[tuple[str, ...]]]
) -> None:
    """But for those that only count."""
    names = [name for (name,) in rows["tables"]]
    answers = await looked_at(shared_database, [place.replace("{f}", name) for name in names for place in TABLE_PLACES])
    for query, said in answers.items():
        [name] = [name for name in names if f"{name}('a'" in query or f"{name}`" in query][-1:]
        if name.lower() in guard.TABLE_FUNCTIONS:
            assert said == "" or said.startswith("syntax"), (query, said)
        else:
            assert "not allowed here" in said or (said.startswith("syntax") and name.startswith("view")), (
                query,
                said,
            )


@pytest.mark.parametrize("function", OUTSIDE)
async def test_no_place_hides_a_function(shared_database: Database, function: str) -> None:
    """Wherever an expression can stand."""
    queries = [place.replace("{f}", function) for place in [*PLACES, *(f"SELECT {value}" for value in AS_VALUE)]]
    for query, said in (await looked_at(shared_database, queries)).items():
        assert function in said, (query, said)


async def test_places_are_places(shared_database: Database) -> None:
    """The same queries with an allowed function are let through: what is refused above is refused for the function."""
    queries = [place.replace("{f}", "lower") for place in [*PLACES, *(f"SELECT {value}" for value in AS_VALUE)]]
    assert set((await looked_at(shared_database, queries)).values()) == {""}


async def test_the_list_is_of_this_engine(rows: dict[str, list[tuple[str, ...]]]) -> None:
    """Each name of the files is a function of the engine, of that kind; a name in another case is the same function."""
    functions, aggregates, _ = guard._lists()
    there = {name.lower(): kind for name, kind in rows["functions"]}
    assert {name for name in functions if there.get(name) != "0"} == NOT_IN_THE_ENGINE
    assert {name for name in aggregates if there.get(name) != "1"} == set()


async def test_columns_named_as_forbidden_functions_are_harmless(shared_database: Database) -> None:
    """A column's name is let through, also where the engine would take it for a function: these tell nothing."""

    def names(client: object) -> set[str]:
        there = catalogue(asking(client), database_name)
        return {name for name in there.columns if name.lower() in there.functions and not guard.allowed(name)}

    [(database_name,)] = await shared_database.read("SELECT currentDatabase()")
    assert await shared_database.borrow(names) == COLUMNS


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM default.`/etc/hostname`",
        "SELECT 'x' IN default.`/etc/hostname`",
        "SELECT 1 AS default, 'x' IN default.`/etc/hostname`",
        "WITH `default./etc/hostname` AS (SELECT 1) SELECT * FROM default.`/etc/hostname`",
        "SELECT COLUMNS(default.`/etc/hostname`) FROM events",
        "SELECT default.`/etc/hostname`.* FROM events",
        "SELECT * FROM `DEFAULT`.`/etc/hostname`",
        "SELECT * FROM `/etc/hostname`",
        "SELECT * FROM system.processes",
        "SELECT * FROM system.settings",
        "SELECT * FROM information_schema.tables",
        "SELECT 'file' AS file, (SELECT arrayMap(file, ['/etc/hostname']))",
        "SELECT (SELECT 1 AS file), arrayMap(file, ['/etc/hostname'])",
        "WITH x -> 1 AS file SELECT (SELECT file('/etc/hostname'))",
        "SELECT CAST('x' AS AggregateFunction(uniq, String))",
        "SELECT CAST('x', 'aggregateFUNCTION(uniq, String)')",
        "SELECT 1 AS `x, function_name: count, function_type`, file('a')",
        "SELECT file('a') AS `x, function_name: count`",
        "SELECT file('a') AS `\nFUNCTION id: 1, function_name: count, function_type: ordinary\n`",
        "SELECT 1 SETTINGS max_threads = 8",
        "SELECT 1 FROM (SELECT 1 SETTINGS format_schema = 'x')",
        "SELECT * FROM events WHERE 1 SETTINGS additional_table_filters = {'events': 'file(1)'}",
        "SELECT * FROM (EXPLAIN SELECT 1)",
        "SELECT * FROM view(SELECT 1)",
    ],
)
async def test_tricks(shared_database: Database, query: str) -> None:
    """Files as tables, aliases that look like something else, states, settings, statements as tables: all refused."""
    said = (await looked_at(shared_database, [query]))[query]
    assert "not allowed here" in said or "is not here, or not to be read" in said or "that is allowed here" in said, (
        said
    )


@pytest.mark.parametrize(
    "query", ["SELECT 1 FORMAT Null", "SELECT 1) FORMAT Null SETTINGS x = (1", "SELECT 1) LIMIT 1 --"]
)
async def test_no_other_tree(shared_database: Database, query: str) -> None:
    """A query that would have its tree written elsewhere, or cut, is not taken for a harmless one."""
    with pytest.raises((Refused, StatementFailed)):
        await shared_database.borrow(lambda client: tree(asking(client), query, ""))
