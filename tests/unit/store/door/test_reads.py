"""What the store reads, once written and three times run: on chDB in the process, by clickhouse-connect over the door,
and on a real server where CLICKHOUSE_URL names one (http://user:password@host:8123).
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import clickhouse_connect
import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr

from streams.settings import Store
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.door import Door
from streams.store.read import history, people, profiles, replay, risks
from streams.store.read.day import messages_of
from tests.unit.store import fakes
from tests.unit.store.conftest import opened
from tests.unit.store.door.conftest import ANALYST, OPS
from tests.unit.store.records import NOW
from tests.unit.store.samples import ALL_EVENTS, LEAD

SERVER = os.environ.get("CLICKHOUSE_URL", "")
PLACES = ["embedded", "door", *(["server"] if SERVER else [])]
DAY = datetime.fromtimestamp(NOW / 1000, UTC).date()

READS: dict[str, Callable[[Database], Awaitable[object]]] = {
    "history": lambda database: history.events(database, LEAD, 100, history.Position(*history.LATEST)),
    "signals": lambda database: history.signals(database, LEAD, 10),
    "scores": lambda database: history.scores(database, LEAD, 10, 0),
    "transcripts": lambda database: history.transcripts(database, LEAD, 10),
    "alerts": lambda database: history.alerts(database, "", 10),
    "status": lambda database: history.status(database, {}),
    "chat of a day": lambda database: messages_of(database, DAY),
    "people": lambda database: people.people(database, LEAD, "lead-12345-kickoff", 0, NOW),
    "profile": lambda database: profiles.read_profile(database, LEAD, NOW),
    "conversation": lambda database: profiles.read_conversation(database, "r1"),
    "replay by arrival": lambda database: replay.events(
        database, 0, NOW * 2, "appended", replay.cursor("", "appended"), 100
    ),
    "replay by time": lambda database: replay.events(database, 0, NOW * 2, "ts", replay.cursor("", "ts"), 100),
    "what rang": lambda database: replay.raised(database, 0, NOW * 2, "", replay.cursor("", "ts"), 100),
    "risk": lambda database: risks.risk(database, LEAD),
    "riskiest": risks.top,
    "silent": risks.silent,
}
"""Every statement of the read API."""


@contextlib.asynccontextmanager
async def through(store: Store) -> AsyncIterator[Database]:
    """A database that reads and finds its tables made: the door lets nobody make any."""
    database = Database(store)
    database._opened.set()
    try:
        yield database
    finally:
        await database.close()


@pytest_asyncio.fixture(scope="module", params=PLACES)
async def place(
    request: pytest.FixtureRequest, shared_store: Store, shared_database: Database, door: Door
) -> AsyncIterator[Database]:
    """The same events, to be read there."""
    if request.param == "embedded":
        yield shared_database
    elif request.param == "door":
        url, password = f"http://127.0.0.1:{door.port}", SecretStr(ANALYST)
        changed = {"backend": "clickhouse", "url": url, "username": "analyst", "password": password}
        async with through(shared_store.model_copy(update=changed)) as database:
            yield database
    else:
        server = urlsplit(SERVER)
        given = {
            "backend": "clickhouse",
            "url": f"{server.scheme}://{server.hostname}:{server.port}",
            "database": f"test_{os.getpid()}",
        }
        login = {"username": server.username or "default", "password": server.password or ""}
        async with opened(Store.model_validate(given | login)) as database:
            await fakes.Feed(database)(ALL_EVENTS)
            yield database


@pytest.mark.parametrize("name", READS)
async def test_every_read_is_the_same_everywhere(place: Database, shared_database: Database, name: str) -> None:
    """What comes over HTTP, with all its types, is what the process itself reads."""
    here, there = await READS[name](shared_database), await READS[name](place)
    assert msgspec.json.encode(there) == msgspec.json.encode(here)


async def test_something_is_read(place: Database) -> None:
    """The samples are there: else the same everywhere were nothing everywhere."""
    assert len((await history.events(place, LEAD, 100, history.Position(*history.LATEST))).events) > 20
    assert await place.read("SELECT count() > 20 FROM events FINAL WHERE lead_id = {lead:String}", {"lead": LEAD}) == [
        (1,)
    ]


async def test_readers_do_not_write(place: Database) -> None:
    """Wherever it is."""
    with pytest.raises(StatementFailed):
        await place.borrow(lambda client: client.command("DROP TABLE events"))
    with pytest.raises(StatementFailed):
        await place.borrow(lambda client: client.insert("events", [["1"]], column_names=["lead_id"]))


async def test_clickhouse_connect_as_people_use_it(door: Door) -> None:
    """Connecting, settings, streams, parameters, many at once, errors with their codes; as `ops`, too."""

    def use(user: str, password: str) -> None:
        client = clickhouse_connect.get_client(
            host="127.0.0.1", port=door.port, username=user, password=password, settings={"max_execution_time": 5}
        )
        try:
            assert client.query("SELECT kind, qty FROM events WHERE kind = {k:String}", {"k": "pick"}).result_rows
            assert client.query("SELECT 1 AS a", settings={"max_threads": 1}).named_results().__next__() == {"a": 1}
            assert client.command("SELECT count() FROM numbers(10)") == 10
            assert client.raw_query("SELECT 1", fmt="JSONEachRow") == b'{"1":1}\n'
            with client.query_row_block_stream("SELECT number FROM numbers(150000)") as stream:
                assert sum(map(len, stream)) == 150_000
            with pytest.raises(clickhouse_connect.driver.exceptions.DatabaseError, match="497"):
                client.query("SELECT * FROM system.processes")
        finally:
            client.close()

    await asyncio.gather(*(asyncio.to_thread(use, *who) for who in (("analyst", ANALYST), ("ops", OPS)) * 4))
    with pytest.raises(clickhouse_connect.driver.exceptions.DatabaseError, match="516"):
        await asyncio.to_thread(use, "ops", "wrong-password")
