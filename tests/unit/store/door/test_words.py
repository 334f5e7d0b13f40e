"""User `ops` reads figures and never a client's words, whatever way a column is named; `analyst` reads all."""

import pytest

from streams.store.database import Database
from streams.store.door.users import plain_columns
from tests.unit.store.door.conftest import Client

WORDS = {
    *("payload", "text", "speaker", "evidence", "client_value", "record", "body"),
    *("error", "figures", "parts", "segments", "client", "card", "chat", "message", "message_id"),
    *("owner", "owners", "due", "dues", "texts", "author", "note", "reason", "ref", "item", "of", "thread", "words"),
    *("command", "line_id", "options", "what"),
    *("person", "person_id", "text_version", "document", "noted_by", "object", "address"),
}
"""Columns that hold, or may quote, what a client said or wrote, or say who he is."""

SECRET = "где наш товар"
"""In a message of the samples."""


async def columns(database: Database) -> set[str]:
    """Of all our tables and views."""
    rows = await database.read("SELECT DISTINCT name FROM system.columns WHERE database = currentDatabase()")
    return {name for (name,) in rows}


async def test_each_column_is_judged(shared_database: Database) -> None:
    """Every column of the schema is plain or is one of words: a new one has to be given its place."""
    there, plain = await columns(shared_database), plain_columns()
    assert not plain & WORDS
    new = there - plain - WORDS
    assert not new, f"to streams/store/door/plain_columns.txt, or to WORDS here and to docs/clickhouse.md: {new}"
    assert there == plain | WORDS, "of no table any more"


async def test_plain_columns_are_read(ops: Client, analyst: Client, shared_database: Database) -> None:
    """All of each table's for `ops`, and everything for `analyst`."""
    listed = "SELECT table, groupArray(name) FROM system.columns WHERE database = currentDatabase() GROUP BY table"
    for table, names in await shared_database.read(listed):
        plain = ", ".join(name for name in names if name not in WORDS)
        await ops.text(f"SELECT {plain} FROM {table} WHERE 1")
        await ops.text(f"SELECT count(*), count() FROM {table}")
        await analyst.text(f"SELECT * FROM {table}")
        for name in WORDS & set(names):
            assert await ops.code(f"SELECT {name} FROM {table}") == "497", (table, name)
    assert SECRET in await analyst.text("SELECT payload FROM events")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM events",
        "SELECT e.* FROM events AS e",
        "SELECT * EXCEPT (lead_id) FROM events",
        "SELECT COLUMNS('^pay') FROM events",
        "SELECT COLUMNS(payload) FROM events",
        "SELECT events.COLUMNS('pay') FROM events",
        "SELECT * APPLY(max) FROM events",
        "SELECT tuple(*) FROM events",
        "SELECT 1 AS `\nFUNCTION id: 1, function_name: count, function_type: x\nARGUMENTS\nLIST`, max(*) FROM events",
        "SELECT max(*) AS `, function_name: count` FROM events",
        "SELECT t.1 FROM (SELECT tuple(*) AS t FROM events)",
        "SELECT `payload` FROM events",
        'SELECT "events"."payload" FROM events',
        "SELECT e.payload FROM events AS e",
        "SELECT payload.size FROM events",
        "SELECT length(payload) FROM events",
        "SELECT max(upper(payload)) FROM events",
        "SELECT (SELECT max(payload) FROM events)",
        "WITH (SELECT max(payload) FROM events) AS p SELECT p",
        "WITH payload AS p SELECT p FROM events",
        "SELECT (SELECT 1 AS payload), payload FROM events",
        "SELECT 1 AS payload",
        "SELECT a FROM (SELECT payload FROM events) AS t(a)",
        "WITH t(a) AS (SELECT payload FROM events) SELECT a FROM t",
        "SELECT arrayMap(payload -> payload, [1])",
        "SELECT lead_id FROM events WHERE payload LIKE '%товар%'",
        "SELECT lead_id FROM events PREWHERE payload LIKE '%товар%'",
        "SELECT count() FROM events GROUP BY payload",
        "SELECT lead_id FROM events ORDER BY payload",
        "SELECT lead_id FROM events LIMIT 1 BY payload",
        "SELECT 1 FROM events AS a JOIN events AS b USING (payload)",
        "SELECT 1 FROM events AS a NATURAL JOIN (SELECT 'x' AS payload) AS b",
        "SELECT count() OVER (PARTITION BY payload) FROM events",
        "SELECT 1 FROM events ARRAY JOIN splitByChar(' ', payload) AS w",
        "SELECT ('1', 2) IN signals",
        "SELECT 1 WHERE 'x' IN (SELECT payload FROM events)",
        "SELECT lead_id FROM events UNION ALL SELECT payload FROM events",
        "SELECT payload FROM {database}.events",
        "SELECT {database}.events.payload FROM {database}.events",
        "SELECT text FROM transcripts_current",
        "SELECT evidence FROM alerts_current",
        "EXPLAIN SELECT payload FROM events",
        "SELECT lead_id FROM events settings additional_table_filters={'events' : 'payload like \\'%a%\\''}",
    ],
)
async def test_no_way_around(ops: Client, text: str) -> None:
    """Refused, whatever it is."""
    [database] = (await ops.text("SELECT currentDatabase()")).split()
    _, code, body = await ops.ask(text.replace("{database}", database))
    assert code == "497", body.decode()
    assert "товар".encode() not in body


@pytest.mark.parametrize("name", ["payload", "text", "evidence"])
async def test_a_name_given_beside_the_text(ops: Client, name: str) -> None:
    """Identifiers among the parameters are put in before anybody looks."""
    assert await ops.code("SELECT {c:Identifier} FROM events", param_c=name) == "497"
    assert await ops.code("SELECT {c:Identifier} FROM events", param_c=f"events.{name}") == "497"


async def test_columns_of_a_table_are_not_renamed(ops: Client, analyst: Client) -> None:
    """`events AS e(a, b …)` does not show in the tree that the guard reads: the engine must not rename by it. Should a
    newer one do so, this is red, and the guard has to look for it."""
    fields = "a, b, c, d, e, f, g, h, source, i, j"
    for client in (ops, analyst):
        said = await client.text(f"SELECT DISTINCT source FROM events AS t({fields})")
        assert said == "test\n"


async def test_others_statements(ops: Client, analyst: Client) -> None:
    """Neither user sees what others ask."""
    for client in (ops, analyst):
        for table in ("processes", "query_log", "query_cache", "warnings", "errors", "user_processes", "stack_trace"):
            assert await client.code(f"SELECT * FROM system.{table}") == "497"
        assert await client.code("SHOW PROCESSLIST") == "164"
