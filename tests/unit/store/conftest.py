"""chDB for these tests: each gets a database of its own in the session's folder (`tests/unit/conftest.py`), which is
kept open all the time, else every test would start the engine anew.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from streams.settings import Store
from streams.store.database import Database
from tests.unit.store import fakes
from tests.unit.store.api_line import serving
from tests.unit.store.samples import ALL_EVENTS

_NUMBERS = count(1)


@pytest.fixture
def store(chdb_folder: Path) -> Store:
    """Settings of a database that nobody used before."""
    return Store(folder=chdb_folder, database=f"test_{next(_NUMBERS)}", api_port=0)


@pytest.fixture(scope="module")
def shared_store(chdb_folder: Path) -> Store:
    """Settings of a database for the tests of a module that only read."""
    return Store(folder=chdb_folder, database=f"test_{next(_NUMBERS)}", api_port=0)


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
    """A `Database` kept open as the worker does it."""
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


@pytest_asyncio.fixture
async def api(store: Store, database: Database, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with the right token, on an API with one event of each type."""
    await fakes.Feed(database)(ALL_EVENTS)
    kept = store.model_copy(update={"api_token_file": tmp_path / "token"})
    async with serving(kept, database) as port:
        headers = {"Authorization": f"Bearer {kept.api_token_file.read_text().strip()}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
            yield session
