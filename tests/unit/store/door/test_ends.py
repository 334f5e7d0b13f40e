"""Queries end when nobody waits, places are given back, and the store's own work goes on beside them."""

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr

from streams.settings import Store
from streams.store.database import Database
from streams.store.door import Door, door, slots
from tests.unit.store import fakes
from tests.unit.store.door.conftest import ANALYST, Client, listening
from tests.unit.store.read.test_sql import HEAVY
from tests.unit.store.samples import ALL_EVENTS


@pytest_asyncio.fixture(scope="module")
async def patient(shared_store: Store, shared_database: Database) -> AsyncIterator[Door]:
    """A door whose queries may take minutes, so that only being ended ends them."""
    async with listening(shared_store.model_copy(update={"sql_seconds": 300.0}), shared_database) as door:
        yield door


@pytest.fixture
def asking(session: aiohttp.ClientSession, patient: Door) -> Client:
    """Its client."""
    return Client(session, patient.port, "analyst", ANALYST)


async def running(database: Database, expected: int) -> None:
    """Wait until so many heavy queries are in the engine."""
    count = "SELECT count() FROM system.processes WHERE query LIKE '%100000000000%' AND query NOT LIKE '%processes%'"
    async with asyncio.timeout(120):
        while (await database.read(count))[0][0] != expected:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("form", ["Native", "JSON"])
async def test_who_hangs_up_ends_his_query(asking: Client, shared_database: Database, form: str) -> None:
    """Closing the connection ends it, streamed or not, and its place is free for the next."""
    for _ in range(slots.PLACES + 1):
        task = asyncio.ensure_future(asking.ask(HEAVY, default_format=form))
        await running(shared_database, 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await running(shared_database, 0)
    assert await asking.text("SELECT 1") == "1\n"


async def test_who_hangs_up_in_the_middle_of_an_answer(asking: Client, shared_database: Database) -> None:
    """The same after the first bytes."""
    text = "SELECT number FROM numbers(100000000000) WHERE number < 9 OR number > 99999999999"
    for _ in range(slots.PLACES + 1):
        given = {"max_block_size": "1", "default_format": "Native"}
        async with asking.session.post(asking.url, data=text, params=given, headers=asking.auth) as answer:
            await answer.content.readany()
            answer.close()
        await running(shared_database, 0)
    assert await asking.text("SELECT 1") == "1\n"


async def test_inserts_and_reads_go_on(
    asking: Client, shared_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every place taken and a queue before it, the store stores and reads; who waits too long is told so, and the
    queue has an end."""
    tasks = [asyncio.ensure_future(asking.ask(HEAVY)) for _ in range(slots.PLACES)]
    await running(shared_database, slots.PLACES)
    await fakes.Feed(shared_database)(ALL_EVENTS)
    assert await shared_database.read("SELECT count() > 0 FROM events") == [(1,)]
    monkeypatch.setattr(slots, "PATIENCE", 0.01)
    assert (await asking.ask("SELECT 1"))[:2] == (503, "202")
    monkeypatch.setattr(slots, "LONGEST_QUEUE", 0)
    monkeypatch.setattr(slots, "PATIENCE", 100)
    assert (await asking.ask("SELECT 1"))[:2] == (503, "202")
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await running(shared_database, 0)


async def test_a_queue_is_served(asking: Client) -> None:
    """A dashboard's worth of statements at once: each is answered."""
    said = await asyncio.gather(*(asking.text(f"SELECT {n}, count() > 0 FROM events") for n in range(40)))
    assert said == [f"{n}\t1\n" for n in range(40)]


async def test_a_taken_port(shared_store: Store, shared_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store works on, `/readyz` names the port and the setting, and the door opens when the port is free."""
    monkeypatch.setattr(door, "AGAIN", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        store = shared_store.model_copy(update={"http_port": port, "http_analyst_password": SecretStr(ANALYST)})
        taken = Door(store, shared_database)
        task = asyncio.ensure_future(taken.run())
        async with asyncio.timeout(60):
            while str(port) not in str(taken.ready()):
                await asyncio.sleep(0.01)
        assert "store.http_port" in str(taken.ready())
        assert not task.done()
    async with asyncio.timeout(60):
        while taken.ready() is not True:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await taken.close()


def test_when_it_is_open() -> None:
    """With a password, and over the embedded store only."""
    said = {"http_ops_password": "longenough"}
    assert not Store().http_open
    assert Store.model_validate(said).http_open
    assert not Store.model_validate(said | {"backend": "clickhouse"}).http_open
