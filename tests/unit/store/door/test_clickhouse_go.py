"""The door and the real clickhouse-go 2.47, the driver of Grafana's ClickHouse data source: HTTP, gzip, Native.

`tests/clickhouse_go` is a program of a hundred lines around it, built here through the Go module proxy. Where there is
no Go, `test_recorded_exchange_of_clickhouse_go` alone stands for it; a CI without Go is a fault.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from streams.store.database import Database
from streams.store.door import Door
from streams.store.door.wire import HELLO
from tests.unit.store.door.conftest import ANALYST, OPS, Client

SOURCES = Path(__file__).parents[3] / "clickhouse_go"
GO = shutil.which("go")

TYPES = """
SELECT toStartOfHour(toDateTime64('2026-01-01 10:11:12.123', 3, 'UTC')) AS time, toString(number) AS s, number AS n,
 number / 4 AS f, toDateTime64('2026-01-01 10:11:12.123', 3, 'UTC') AS t64, CAST('x' AS LowCardinality(String)) AS lc,
 CAST(NULL AS Nullable(Float32)) AS nothing, CAST(1.5 AS Nullable(Float32)) AS some, [1, 2]::Array(UInt32) AS list,
 map('a', 1) AS m, true AS b, toDate('2026-01-02') AS d, toDecimal64('1.25', 2) AS dec, tuple(1, 'x') AS t,
 -5::Int32 AS i, toUInt64(18446744073709551615) AS big, 'ё' AS cyr, [toNullable('a'), NULL] AS maybe
FROM numbers(2)"""
"""What our tables and dashboards have."""


class Driver:
    """The program: a statement in, an answer out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def ask(self, text: str, cancel: int = 0) -> dict[str, Any]:
        """`cancel`: called off after so many ms."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"text": text, "cancel": cancel}).encode() + b"\n")
        said: dict[str, Any] = json.loads(await asyncio.wait_for(self.process.stdout.readline(), 120))
        return said


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built; Go's own cache makes it quick the next time."""
    if GO is None:
        assert not os.environ.get("CI"), "Go is missing: the real driver has to be tried in CI"
        pytest.skip("no Go here: the recorded exchange stands for the driver")
    built = tmp_path_factory.mktemp("go") / "driver"
    command = [GO, "build", "-mod=readonly", "-buildvcs=false", "-o", str(built), "."]
    done = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr
    return built


@contextlib.asynccontextmanager
async def driving(program: Path, door: Door, user: str, password: str) -> AsyncIterator[Driver]:
    """The program with an open line to it."""
    process = await asyncio.create_subprocess_exec(
        *(str(program), f"127.0.0.1:{door.port}", "default", user, password),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Driver(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 60)


@pytest_asyncio.fixture(scope="module")
async def go(program: Path, door: Door) -> AsyncIterator[Driver]:
    """As `analyst`."""
    async with driving(program, door, "analyst", ANALYST) as driver:
        yield driver


async def test_the_real_driver_reads_every_type(go: Driver) -> None:
    """chDB's bytes as they are, because the hello said revision 0: should the driver read later blocks by another
    revision, nothing of this holds."""
    said = await go.ask(TYPES)
    assert said.get("error") is None
    assert said["count"] == 2
    row = dict(zip(said["columns"], said["rows"][1], strict=True))
    assert row == {
        "time": "2026-01-01T10:00:00Z",
        "s": "1",
        "n": "1",
        "f": "0.25",
        "t64": "2026-01-01T10:11:12.123Z",
        "lc": "x",
        "nothing": None,
        "some": "1.5",
        "list": "[1 2]",
        "m": "map[a:1]",
        "b": "true",
        "d": "2026-01-02T00:00:00Z",
        "dec": "1.25",
        "t": "[1 x]",
        "i": "-5",
        "big": "18446744073709551615",
        "cyr": "ё",
        "maybe": row["maybe"],
    }


async def test_the_real_driver_reads_what_dashboards_ask(go: Driver, shared_database: Database) -> None:
    """Every table and view, schema browsing, ad-hoc filters, an empty answer, an answer of many pieces."""
    names = [
        name
        for (name,) in await shared_database.read("SELECT name FROM system.tables WHERE database = currentDatabase()")
    ]
    for name in names:
        said = await go.ask(f"SELECT * FROM {name} LIMIT 5")
        assert said.get("error") is None, (name, said)
    for text in (
        "SELECT 1",
        "SHOW DATABASES",
        "SHOW TABLES",
        "DESC TABLE events",
        "SELECT version()",
        "EXPLAIN SELECT 1",
    ):
        assert (await go.ask(text))["count"] > 0, text
    clause = " settings additional_table_filters={'events' : ' kind = \\'pick\\' '}"
    assert (await go.ask("SELECT kind FROM events" + clause))["rows"] == [["pick"]]
    assert (await go.ask("SELECT kind FROM events WHERE 0")) == {"count": 0}
    assert (await go.ask("SELECT number, toString(number) FROM numbers(190000)"))["count"] == 190_000


async def test_the_real_driver_gets_the_true_error(go: Driver) -> None:
    """By code: before an answer, and in the middle of one, which is packed."""
    assert (await go.ask("SELECT file('/etc/passwd')"))["error"].count("Code: 497.") == 1
    assert (await go.ask("INSERT INTO events (lead_id) SELECT '1'"))["error"].count("Code: 164.") == 1
    said = await go.ask("SELECT number FROM numbers(400000) SETTINGS max_block_size = 1000")
    assert "Limit for result exceeded" in said["error"]
    assert (await go.ask("SELECT 1"))["count"] == 1


async def test_the_real_driver_calls_off(go: Driver, shared_database: Database) -> None:
    """Its cancel closes the connection, and the query is gone from the engine."""
    heavy = "SELECT count() FROM numbers(100000000000) WHERE cityHash64(number) = 2"
    said = await go.ask(heavy, cancel=500)
    assert "context canceled" in said["error"]
    left = "SELECT count() FROM system.processes WHERE query LIKE '%= 2' AND query NOT LIKE '%processes%'"
    async with asyncio.timeout(60):
        while await shared_database.read(left) != [(0,)]:
            await asyncio.sleep(0.05)


async def test_the_real_driver_is_told_of_a_wrong_password(program: Path, door: Door) -> None:
    """With the code that Grafana shows."""
    for user, password in (("ops", ANALYST), ("nobody", OPS)):
        async with driving(program, door, user, password) as driver:
            assert "Code: 516." in (await driver.ask("SELECT 1"))["error"]


async def test_recorded_exchange_of_clickhouse_go(analyst: Client) -> None:
    """What 2.47.0 sends and what it must get, recorded from the real one; it needs no Go."""
    headers = {"User-Agent": "clickhouse-go/2.47.0 (lv:go/1.26.8; os:linux)", "Accept-Encoding": "gzip"}
    given = {"client_protocol_version": "54460", "database": "default", "default_format": "Native"}
    given["max_execution_time"] = "64"
    status, _, hello = await analyst.ask(HELLO, headers, **given)
    assert status == 200
    columns = (
        b"\rdisplayName()\x06String\0\tleadpulse",
        b"\nrevision()\x06UInt32\0\0\0\0\0",
        b"\ntimezone()\x06String\0",
    )
    assert hello.startswith(b"\x01\x00\x02\xff\xff\xff\xff\x00\x04\x01" + columns[0])
    assert all(column in hello for column in columns)
    status, _, one = await analyst.ask("SELECT 1", headers, **given)
    assert (status, one) == (200, b"\x01\x01\x011\x05UInt8\x01")
