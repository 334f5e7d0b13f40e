"""The store's database over HTTP, against a front over chDB in another process, with faults on demand."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from zlib import crc32

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from aiokafka import ConsumerRecord

from schemas.codec import EVENT, encode, event_id
from schemas.errors import Refused, Transient
from schemas.events import Pick
from streams.engine.settle import Batch
from streams.settings import Store
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.read.sql import Visitors
from streams.store.sinks.gather import SAME_SET
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.fakes.clickhouse import Fault

NOW = 1_795_246_200_000
ROOT = Path(__file__).parents[2]


class Front:
    """The fake server in its own process (one chDB engine a process), which can go `down` and come `up` again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    async def up(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fakes.clickhouse", str(self._folder), str(self.port)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        self.port = int(await asyncio.wait_for(self._process.stdout.readline(), 300))

    async def down(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 120)

    async def script(self, *faults: Fault) -> None:
        async with aiohttp.ClientSession() as session:
            await session.post(f"http://127.0.0.1:{self.port}/faults", data=msgspec.json.encode(faults))


@pytest_asyncio.fixture(scope="module")
async def front(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    """The server of this module."""
    front = Front(tmp_path_factory.mktemp("front"))
    await front.up()
    yield front
    await front.down()


@pytest_asyncio.fixture
async def server(front: Front, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A migrated database on the server, over HTTP."""
    name = f"d{crc32(request.node.name.encode())}"
    async with opened(Store(backend="clickhouse", url=f"http://127.0.0.1:{front.port}", database=name)) as database:
        yield database


@contextlib.asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Database]:
    database = Database(store)
    keeper = asyncio.ensure_future(database.keep_open())
    await asyncio.wait_for(database.opened(), 300)
    try:
        yield database
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await database.close()


def batch(first: int, count: int) -> Batch:
    """Picks as records."""
    picks = [
        Pick(event_id=event_id("p", n), lead_id=str(n % 5), ts=NOW, source="t", doc="P", qty=1)
        for n in range(first, first + count)
    ]
    values = list(map(encode, picks))
    records = [ConsumerRecord("t", 0, first + n, NOW, 1, b"k", v, None, 1, len(v), ()) for n, v in enumerate(values)]
    return Batch("lead.events", 0, 1, records)


async def stored(database: Database, final: str = "FINAL") -> int:
    """Rows in `events`."""
    [(count,)] = await database.read(f"SELECT count() FROM events {final}")
    return int(count)


async def test_http_stores_and_reads(server: Database) -> None:
    """The same code path as in the process: rows, parameters, read-only readers."""
    await Sink(server, EVENT, event_rows)(batch(0, 500))
    assert await stored(server) == 500
    assert await server.read("SELECT count() FROM events FINAL WHERE lead_id = {l:String}", {"l": "3"}) == [(100,)]
    with pytest.raises(StatementFailed):
        await server.borrow(lambda client: client.command("DROP TABLE events"))


@pytest.mark.parametrize("reader", ["", "reader"])
async def test_people_ask_over_http(front: Front, reader: str) -> None:
    """The lists hold on a server as they do in the process, with and without a user of its own for them."""
    url = f"http://127.0.0.1:{front.port}"
    store = Store(backend="clickhouse", url=url, database=f"people{reader}", reader_username=reader)
    async with opened(store) as database:
        visitors = Visitors(store, database)
        await Sink(database, EVENT, event_rows)(batch(0, 5))
        answer = await visitors.ask("SELECT kind, count() FROM events GROUP BY kind")
        assert [bytes(row) for row in answer.rows] == [b'["pick", 5]']
        assert (await visitors.ask("SHOW TABLES")).rows
        for query in ("SELECT arrayMap(file, ['/etc/hostname'])", "SELECT * FROM url('http://127.0.0.1:1', 'CSV')"):
            with pytest.raises(Refused):
                await visitors.ask(query)
        with pytest.raises(StatementFailed):
            await visitors.ask("SELECT number FROM numbers(20000)")
        await visitors.close()


@pytest.mark.parametrize(
    "fault",
    [
        Fault("INSERT", 503, 0, "busy"),
        Fault("INSERT", 500, 241, "MEMORY_LIMIT_EXCEEDED"),
        Fault("INSERT", 500, 252, "TOO_MANY_PARTS"),
        Fault("INSERT", 500, 243, "NOT_ENOUGH_SPACE"),
        Fault("INSERT", 403, 516, "AUTHENTICATION_FAILED"),
        Fault("INSERT", 500, 241, "MEMORY_LIMIT_EXCEEDED", executed=True),
    ],
    ids=lambda fault: f"{fault.status}-{fault.code}{'-executed' * fault.executed}",
)
async def test_a_passing_fault_is_tried_again_without_doubles(front: Front, server: Database, fault: Fault) -> None:
    """In place with the same token, then by who asked for it: stored once, whether it was done or not."""
    sink = Sink(server, EVENT, event_rows)
    await front.script(*[fault] * int(SAME_SET.attempts))
    with pytest.raises(Transient):
        await sink(batch(0, 50))
    await sink(batch(0, 50))
    assert (await stored(server), await stored(server, "")) == (50, 50)


async def test_executed_and_dropped(front: Front, server: Database) -> None:
    """The connection ends after the work was done: the client itself sends it again, and the token makes it one."""
    await front.script(Fault("INSERT", 0, executed=True))
    sink = Sink(server, EVENT, event_rows)
    with contextlib.suppress(Transient):
        await sink(batch(0, 50))
    await sink(batch(0, 50))
    assert (await stored(server), await stored(server, "")) == (50, 50)


async def test_a_refused_row_is_terminal(front: Front, server: Database) -> None:
    """A constraint is no passing fault."""
    await front.script(Fault("INSERT", 500, 469, "VIOLATED_CONSTRAINT"))
    with pytest.raises(StatementFailed) as refused:
        await Sink(server, EVENT, event_rows)(batch(0, 5))
    assert refused.value.code == 469


async def test_a_server_that_goes_away(front: Front, server: Database) -> None:
    """While it is away every call is `Transient`; when it is back the same connections work."""
    sink = Sink(server, EVENT, event_rows)
    await sink(batch(0, 10))
    await front.down()
    for _ in range(2):
        with pytest.raises(Transient):
            await sink(batch(10, 10))
    with pytest.raises(Transient):
        await stored(server)
    await front.up()
    await sink(batch(10, 10))
    assert await stored(server) == 20
