"""The page's token at the store: what it opens, what it does not, and in whose name."""

from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from schemas.errors import ConfigError, Refused, Transient
from streams.clients.store_web import Absent, StoreWeb
from streams.settings import Store
from streams.store.database import Database
from streams.store.read.openapi import openapi
from streams.store.read.tokens import web_token
from streams.store.read.web_routes import ROUTES
from tests.ports import free_port
from tests.unit.store.api_line import serving

ADDED = {"/api/trace", "/api/flow", "/api/commands", "/api/commands/{command}", "/api/assistant/lines"}
"""Routes that the worker adds; a test of their own asks them."""
CLOSED = ("/api/sql", "/api/backup", "/api/backup/events", "/api/events", "/api/exports/telegram", "/api/alerts/raised")


@pytest.fixture
def kept(store: Store, tmp_path: Path) -> Store:
    """With its tokens in a folder of the test."""
    return store.model_copy(update={"api_token_file": tmp_path / "token"})


async def test_only_what_a_person_could_look_at(kept: Store, database: Database) -> None:
    """Every route of the API: those of the list are answered, all others are 403, whatever their body says."""
    async with serving(kept, database) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        headers = {"Authorization": f"Bearer {web_token(kept)}", "X-Actor": "Olga"}
        for path in openapi()["paths"].keys() - ADDED:
            for method in openapi()["paths"][path]:
                asked = path.replace("{lead}", "1").replace("{", "x").replace("}", "x")
                async with session.request(method, asked, headers=headers, data="{}") as answer:
                    is_open = (method.upper(), path) in ROUTES
                    assert (answer.status != 403) is is_open, (method, path)
        for path in CLOSED:
            async with session.get(path, headers=headers) as answer:
                assert answer.status == 403, path


def test_the_list_is_of_routes_that_are_there() -> None:
    """A typing error would only be seen by a person whose page stays empty."""
    there = {(method.upper(), path) for path, methods in openapi()["paths"].items() for method in methods}
    assert ROUTES - there == set()


async def test_nobody_asks_without_a_name(kept: Store, database: Database) -> None:
    """The header is mandatory, and is a short printable name."""
    async with serving(kept, database) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for actor in (None, "", "%0A", "x" * 201):
            headers = {"Authorization": f"Bearer {web_token(kept)}"} | ({"X-Actor": actor} if actor is not None else {})
            async with session.get("/api/status", headers=headers) as answer:
                assert answer.status == 400, actor


async def test_the_pages_client(kept: Store, database: Database) -> None:
    """It finds the token that the store made, names who asks in Russian letters, and tells faults as words."""
    async with serving(kept, database) as port:
        client = StoreWeb(kept.model_copy(update={"api_port": port}), 20.0)
        try:
            assert "rows" in (await client.get("/api/status", "Ольга Петрова"))
            with pytest.raises(Refused):
                await client.get("/api/leads/x/risk", "Ольга Петрова")
            with pytest.raises(Absent):
                await client.get("/api/recordings/none", "Ольга Петрова")
            with pytest.raises(ConfigError):
                await client.get("/api/events", "Ольга Петрова")
        finally:
            await client.close()
    away = StoreWeb(Store(api_port=free_port(), web_token=SecretStr("a-token-of-16-chars")), 1.0)
    with pytest.raises(Transient):
        await away.get("/api/status", "Ольга Петрова")
    await away.close()
