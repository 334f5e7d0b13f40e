"""Queries of other people reach our tables and nothing else, at their own places, and end when nobody waits."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from schemas.errors import LeadpulseError, Refused
from streams.settings import Store
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.read import history
from streams.store.read.sql import PATIENCE, PLACES, Answer, Busy, Visitors
from tests.unit.store.api_line import running

HEAVY = "SELECT count() FROM numbers(100000000000) WHERE cityHash64(number) = 1"
"""Minutes of work for one thread."""


@pytest_asyncio.fixture(scope="module")
async def visitors(shared_store: Store, shared_database: Database) -> AsyncIterator[Visitors]:
    """The places over an open database."""
    visitors = Visitors(shared_store, shared_database)
    yield visitors
    await visitors.close()


def rows(answer: Answer) -> list[object]:
    """As Python values."""
    return [msgspec.json.decode(row) for row in answer.rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT 1 AS a, 'x' AS b;", [[1, "x"]]),
        ("WITH 2 AS a SELECT a -- why not", [[2]]),
        ("SELECT toUInt64(18446744073709551615), toDate('2026-01-02')", [[18446744073709551615, "2026-01-02"]]),
        ("SELECT number FROM numbers(2)", [[0], [1]]),
        ("EXISTS TABLE events", [[1]]),
        ("SELECT count() FROM events WHERE 0", [[0]]),
        ("SELECT * FROM events LIMIT 0", []),
        ("SELECT 'file, url and settings are words'", [["file, url and settings are words"]]),
        ("SELECT unhex('ff41'), 1 / 0", [["�A", None]]),
        ("(SELECT 1) UNION ALL (SELECT 1)", [[1], [1]]),
        ("FROM events SELECT sumIf(qty, kind = 'pick'), uniqExactIf(lead_id, qty > 0)", [[0, 0]]),
        ("SELECT arrayMap(lower, ['A']), arraySort(x -> -x, [1, 2])", [[["a"], [2, 1]]]),
        ("WITH x -> x + 1 AS next SELECT next(1)", [[2]]),
        ("SELECT 1 AS `Итого, шт.` ORDER BY `Итого, шт.`", [[1]]),
        ("SELECT e.kind FROM events AS e JOIN recordings AS r USING (lead_id) WHERE r.version > 1", []),
        ("WITH d AS (SELECT lead_id, version FROM recordings) SELECT max(d.version) FROM d", [[0]]),
        ("SELECT version, count() OVER (PARTITION BY lead_id ORDER BY version) FROM recordings WINDOW w AS ()", []),
        ("SELECT day, sum(events) FROM lead_days WHERE day > today() - 30 GROUP BY day ORDER BY day WITH FILL", []),
        ("SELECT toStartOfHour(ts) AS h, count() FROM events FINAL WHERE ts > now() - INTERVAL 1 DAY GROUP BY ALL", []),
        ("SELECT JSONExtractString(payload, 'text') AS t FROM events WHERE t ILIKE '%уход%' LIMIT 1 BY lead_id", []),
        ("SELECT lead_id IN (SELECT lead_id FROM alerts_current) FROM events WHERE kind NOT IN ('tick', 'call')", []),
        ("SELECT a.1, a.2 FROM (SELECT untuple((1, 2)), (3, 4) AS a)", [[3, 4]]),
        ("SELECT count() FROM system.columns WHERE database = 'system' AND table = 'one'", [[1]]),
        ("SELECT quantiles(0.5, 0.9)(seconds), topK(3)(engine) FROM stt_jobs", [[[None, None], []]]),
        ("SELECT number % 2 AS a, count() FROM numbers(0) GROUP BY a WITH TOTALS", []),
        ("SELECT 'a\\nb', count(DISTINCT lead_id) FROM events", [["a\nb", 0]]),
        ("SELECT kind, sum(qty) AS n FROM events GROUP BY ROLLUP(kind) HAVING grouping(kind) = 0 ORDER BY n", []),
    ],
)
async def test_answers(visitors: Visitors, query: str, expected: list[list[object]]) -> None:
    """Reading works, with names and types, in all that people write."""
    answer = await visitors.ask(query)
    assert rows(answer) == expected
    assert len(answer.columns) == len(answer.types) > 0


@pytest.mark.parametrize(
    "query",
    [
        "SHOW TABLES",
        "show create table events",
        "DESCRIBE TABLE `events`",
        "desc recordings",
        "EXPLAIN SELECT count() FROM events",
        "EXPLAIN indexes = 1, actions = 0 SELECT * FROM events WHERE lead_id = '1'",
        "EXPLAIN PIPELINE SELECT 1",
        "EXPLAIN SYNTAX SELECT 1",
    ],
)
async def test_looks(visitors: Visitors, query: str) -> None:
    """How a table is made and how a query would run."""
    assert (await visitors.ask(query)).rows


@pytest.mark.parametrize(
    "query",
    [
        "",
        "INSERT INTO events (lead_id) VALUES ('1')",
        "DROP TABLE events",
        "TRUNCATE TABLE events",
        "SET readonly = 0",
        "SYSTEM SHUTDOWN",
        "KILL QUERY WHERE 1",
        "BACKUP TABLE events TO File('{path}')",
        "SELECT 1; DROP TABLE events",
        "WITH 1 AS a INSERT INTO events (lead_id) SELECT '1'",
        "SELECT 1 INTO OUTFILE '{path}'",
        "SELECT 1 INTO/**/outfile '{path}'",
        "SELECT * FROM file('{path}', 'LineAsString')",
        "SELECT FiLe/**/('{path}')",
        "SELECT arrayMap(file, ['{path}'])",
        "SELECT * APPLY(file) FROM (SELECT '{path}' AS a)",
        "SELECT * FROM default.`{path}`",
        "DESCRIBE file('{path}')",
        "DESCRIBE default.`{path}`",
        "SHOW CREATE TABLE system.processes",
        "SHOW PROCESSLIST",
        "SHOW SETTINGS LIKE '%pass%'",
        "SHOW GRANTS",
        "EXPLAIN SELECT * FROM file('{path}')",
        "EXPLAIN AST SELECT 1",
        "EXPLAIN AST SELECT 1 INTO OUTFILE '{path}'",
        "EXPLAIN TABLE OVERRIDE url('http://127.0.0.1:1/') COLUMNS (a String)",
        "EXPLAIN SELECT * FROM url('http://127.0.0.1:1/', 'CSV')",
        "EXPLAIN max_threads = 8 SELECT 1",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SELECT * FROM s3('http://127.0.0.1:1/a/b', 'CSV')",
        "SELECT * FROM remote('127.0.0.1:1', system.one)",
        "SELECT * FROM python('x')",
        "SELECT * FROM executable('id', 'TSV', 'a String')",
        "SELECT sleep(1)",
        "SELECT 1 FORMAT CSV",
        "SELECT number FROM numbers(10) SETTINGS max_result_rows = 0",
        "SELECT number FROM numbers(20000)",
        "SELECT groupArray(number) FROM numbers(100000000)",
        "SELECT repeat('x', 1000000) FROM numbers(100)",
        "SELECT nothing FROM nowhere",
        "SELECT 'a\0b'",
        "SELECT '\ud800'",
        "SELECT '" + "x" * 100_000 + "'",
        "SELECT {p:Identifier} FROM events",
        "SELECT " + "(" * 5000,
    ],
)
async def test_refusals(visitors: Visitors, tmp_path: Path, query: str) -> None:
    """Writing, files, the network, several statements and floods are refused, and the places work on after it."""
    path = tmp_path / "secret"
    path.write_text("secret")
    with pytest.raises(LeadpulseError) as refused:
        await visitors.ask(query.replace("{path}", str(path)))
    assert not refused.value.retriable
    assert path.read_text() == "secret"
    for _ in range(PLACES):  # chDB has put the rest of a failed answer in front of the next one
        assert rows(await visitors.ask("SELECT 41 + 1 AS a")) == [[42]]
    assert rows(await visitors.ask("EXISTS TABLE events")) == [[1]]


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
        "SELECT * FROM default.`{url}`",
        "SELECT 'x' IN default.`{url}`",
    ],
)
async def test_nothing_is_called(visitors: Visitors, query: str) -> None:
    """No query opens a connection, not even to look at a table's columns."""
    calls = 0

    def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Refused, match=r"allowed here|not to be read"):
            await visitors.ask(query.replace("{url}", f"http://127.0.0.1:{port}/"))
    assert calls == 0


async def test_two_heavy_queries_hold_nobody_up(shared_store: Store, shared_database: Database) -> None:
    """While both places work, the store's own reading goes on, a third is told to come again, and the two end when
    nobody waits for them: not after their five minutes."""
    visitors = Visitors(shared_store.model_copy(update={"sql_seconds": 300.0}), shared_database)
    work = [asyncio.ensure_future(visitors.ask(HEAVY)) for _ in range(PLACES)]
    await running(shared_database, PLACES)
    assert (await history.events(shared_database, "1", 200, history.cursor(None))).events == []
    await running(shared_database, PLACES)  # it was not these that it waited for
    with pytest.raises(Busy) as busy:
        await visitors.ask("SELECT 1")
    assert busy.value.retry_after == PATIENCE
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    assert rows(await visitors.ask("SELECT 1")) == [[1]]
    await running(shared_database, 0)
    await visitors.close()


async def test_a_query_has_its_time(shared_store: Store, shared_database: Database) -> None:
    """The engine ends it, and that is the query's fault, not ours: no "try again"."""
    visitors = Visitors(shared_store.model_copy(update={"sql_seconds": 1.0}), shared_database)
    try:
        for query in (HEAVY, f"SELECT ({HEAVY})", f"EXPLAIN SELECT ({HEAVY})"):
            began = time.monotonic()
            with pytest.raises((Refused, StatementFailed)):
                await visitors.ask(query)
            assert time.monotonic() - began < 60  # without it: minutes
        assert rows(await visitors.ask("SELECT 1")) == [[1]]
    finally:
        await visitors.close()
