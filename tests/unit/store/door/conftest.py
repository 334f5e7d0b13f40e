"""The door over the session's chDB, with one event of each type behind it, and a client for each user."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr

from streams.settings import Store
from streams.store.database import Database
from streams.store.door import Door
from tests.unit.store import fakes
from tests.unit.store.samples import ALL_EVENTS

OPS, ANALYST = "ops-password", "analyst-password"


@contextlib.asynccontextmanager
async def listening(store: Store, database: Database) -> AsyncIterator[Door]:
    """A door on a free port."""
    passwords = {"http_ops_password": SecretStr(OPS), "http_analyst_password": SecretStr(ANALYST), "http_port": 0}
    door = Door(store.model_copy(update=passwords), database)
    task = asyncio.ensure_future(door.run())
    try:
        async with asyncio.timeout(60):
            while door.ready() is not True:
                await asyncio.sleep(0.01)
        yield door
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await door.close()


@pytest_asyncio.fixture(scope="module")
async def door(shared_store: Store, shared_database: Database) -> AsyncIterator[Door]:
    """The door of this module."""
    await fakes.Feed(shared_database)(ALL_EVENTS)
    async with listening(shared_store, shared_database) as door:
        yield door


class Client:
    """curl, nearly: a statement as the body, settings in the address."""

    def __init__(self, session: aiohttp.ClientSession, port: int, user: str, password: str) -> None:
        self.session, self.url = session, f"http://127.0.0.1:{port}/"
        self.auth = {"Authorization": aiohttp.encode_basic_auth(user, password, encoding="utf-8")}

    async def ask(self, text: str, headers: dict[str, str] | None = None, **given: Any) -> tuple[int, str, bytes]:
        """Status, error code, body."""
        async with self.session.post(self.url, data=text, params=given, headers=self.auth | (headers or {})) as answer:
            return answer.status, answer.headers.get("X-ClickHouse-Exception-Code", ""), await answer.read()

    async def text(self, text: str, **given: Any) -> str:
        """The body of an answer that must be one."""
        status, code, body = await self.ask(text, **given)
        assert (status, code) == (200, ""), body.decode()
        return body.decode()

    async def code(self, text: str, **given: Any) -> str:
        """The code of a refusal."""
        return (await self.ask(text, **given))[1]


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Connections of one test."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(120)) as session:
        yield session


@pytest.fixture
def ops(session: aiohttp.ClientSession, door: Door) -> Client:
    """The user without words."""
    return Client(session, door.port, "ops", OPS)


@pytest.fixture
def analyst(session: aiohttp.ClientSession, door: Door) -> Client:
    """The user who reads all."""
    return Client(session, door.port, "analyst", ANALYST)
