"""Queries of other people reach the database and nothing else."""

import asyncio
from pathlib import Path

import pytest

from schemas.errors import LeadpulseError, Refused
from streams.store.database import Database
from streams.store.read import sql


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT 1 AS a, 'x' AS b;", [[1, "x"]]),
        ("WITH 2 AS a SELECT a -- why not", [[2]]),
        ("SELECT toUInt64(18446744073709551615), toDate('2026-01-02')", [[18446744073709551615, "2026-01-02"]]),
        ("SELECT number FROM numbers(2)", [[0], [1]]),
        ("EXISTS TABLE events", [[1]]),
        ("SELECT count() FROM events WHERE 0", [[0]]),
        ("SELECT * FROM events LIMIT 0", []),
        ("SELECT 'file, url and settings are words'", [["file, url and settings are words"]]),
    ],
)
async def test_answers(database: Database, query: str, rows: list[list[object]]) -> None:
    """Reading works, with names and types."""
    answer = await sql.ask(database, query)
    assert answer.rows == rows
    assert len(answer.columns) == len(answer.types) > 0


@pytest.mark.parametrize(
    "query",
    [
        "",
        "INSERT INTO events (lead_id) VALUES ('1')",
        "DROP TABLE events",
        "TRUNCATE TABLE events",
        "SET readonly = 0",
        "SYSTEM SHUTDOWN",
        "SELECT 1; DROP TABLE events",
        "WITH 1 AS a INSERT INTO events (lead_id) SELECT '1'",
        "SELECT 1 INTO OUTFILE '{path}'",
        "SELECT 1 INTO/**/outfile '{path}'",
        "SELECT * FROM file('{path}', 'LineAsString')",
        "SELECT * FROM `file`('{path}', 'LineAsString')",
        "SELECT file('{path}')",
        "SELECT FiLe/**/('{path}')",
        "WITH a AS (SELECT file('{path}')) SELECT * FROM a",
        "DESCRIBE file('{path}')",
        "EXPLAIN SELECT * FROM file('{path}')",
        "EXPLAIN AST SELECT 1 INTO OUTFILE '{path}'",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SELECT * FROM s3('http://127.0.0.1:1/a/b', 'CSV')",
        "SELECT * FROM remote('127.0.0.1:1', system.one)",
        "SELECT * FROM python('x')",
        "SELECT * FROM executable('id', 'TSV', 'a String')",
        "SELECT aiGenerate('x')",
        "SELECT 1 FORMAT CSV",
        "SELECT number FROM numbers(10) SETTINGS max_result_rows = 0",
        "SELECT number FROM numbers(20000)",
        "SELECT number FROM numbers(10000000)",
        "SELECT nothing FROM nowhere",
        "SELECT '" + "x" * 100_000 + "'",
    ],
)
async def test_refusals(database: Database, tmp_path: Path, query: str) -> None:
    """Writing, files, the network, several statements and floods are refused, and the reader works on after it."""
    path = tmp_path / "secret"
    path.write_text("secret")
    with pytest.raises(LeadpulseError) as refused:
        await sql.ask(database, query.replace("{path}", str(path)))
    assert not refused.value.retriable
    assert path.read_text() == "secret"
    for _ in range(2):  # both readers: chDB has put the rest of a failed answer in front of the next one
        assert (await sql.ask(database, "SELECT 41 + 1 AS a")).rows == [[42]]
    assert (await sql.ask(database, "EXISTS TABLE events")).rows == [[1]]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM url('{url}', 'LineAsString')",
        "DESCRIBE url('{url}', 'CSV')",
        "DESCRIBE s3('{url}a/b.csv', 'CSV')",
        "EXPLAIN SELECT * FROM url('{url}', 'CSV')",
        "SELECT * FROM `s3`/**/('{url}a/b.csv', 'CSV')",
        "SELECT (SELECT count() FROM urlCluster('x', '{url}', 'CSV'))",
        "SELECT * FROM eval('SELECT * FROM url(\\'{url}\\')')",
    ],
)
async def test_nothing_is_called(database: Database, query: str) -> None:
    """No query opens a connection, not even to look at a table's columns."""
    calls = 0

    def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Refused, match="not allowed here"):
            await sql.ask(database, query.replace("{url}", f"http://127.0.0.1:{port}/"))
    assert calls == 0
