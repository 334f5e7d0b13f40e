"""chDB for these tests: each gets a database for itself in the session's folder (`tests/unit/conftest.py`), which is
kept open all the time, else every test would start the engine anew.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from streams.settings import Store
from streams.store.database import Database
from tests.unit.store import fakes
from tests.unit.store.api_line import serving
from tests.unit.store.copies import copy, drop, given_back, lent
from tests.unit.store.samples import ALL_EVENTS

_NUMBERS = count(1)


@pytest.fixture
def store(chdb_folder: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Settings of a database that nobody used before; where it is opened by `database`, one that looks so."""
    if "database" in request.fixturenames:
        store = lent(chdb_folder)
        yield store
        given_back(store)
    else:
        store = Store(folder=chdb_folder, database=f"own_{next(_NUMBERS)}", api_port=0)
        yield store
        drop(store)


@pytest.fixture(scope="module")
def shared_store(chdb_folder: Path) -> Iterator[Store]:
    """Settings of a database for the tests of a module that only read."""
    store = lent(chdb_folder)
    yield store
    given_back(store)


@pytest_asyncio.fixture(scope="module")
async def shared_database(shared_store: Store) -> AsyncIterator[Database]:
    """It, open and migrated."""
    async with opened(shared_store) as database:
        yield database


@pytest_asyncio.fixture
async def database(store: Store) -> AsyncIterator[Database]:
    """An open, migrated database."""
    async with opened(store) as database:
        yield database


@contextlib.asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Database]:
    """A `Database` kept open as the worker does it. One of the session's engine that is new is a copy."""
    if store.backend == "chdb":
        copy(store)
    database = Database(store)
    keeper = asyncio.ensure_future(database.keep_open())
    waiter = asyncio.ensure_future(database.opened())
    await asyncio.wait({keeper, waiter}, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    if keeper.done():
        keeper.result()
    try:
        yield database
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, waiter, return_exceptions=True)
        await database.close()


@contextlib.asynccontextmanager
async def asking(store: Store, database: Database, token: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with the right token, on an API with one event of each type. A query may take long: what ends sooner
    was ended for another reason."""
    await fakes.Feed(database)(ALL_EVENTS)
    async with serving(store.model_copy(update={"api_token_file": token, "sql_seconds": 300.0}), database) as port:
        headers = {"Authorization": f"Bearer {token.read_text().strip()}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
            yield session


@pytest_asyncio.fixture
async def api(store: Store, database: Database, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Of this test alone."""
    async with asking(store, database, tmp_path / "token") as session:
        yield session


@pytest_asyncio.fixture(scope="module")
async def shared_api(
    shared_store: Store, shared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[aiohttp.ClientSession]:
    """For the tests of a module that only read, or are refused."""
    async with asking(shared_store, shared_database, tmp_path_factory.mktemp("api") / "token") as session:
        yield session
