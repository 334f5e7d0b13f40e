"""The invented company behind the real door: its store in this process, the real MCP client over HTTP."""

import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from processors.commands.definitions import builtin
from schemas.mcp import McpToken
from schemas.people import AccessEntry, Role
from schemas.topics import DAY_MS
from streams.engine.journal import ENTRY, Journal
from streams.engine.kafka import Output
from streams.mcp.house import House
from streams.mcp.server import listening
from streams.mcp.tokens import digest
from streams.settings import Commands, Mcp, Store
from streams.store.clickhouse import load_engine
from tests.unit.store.conftest import opened
from tests.unit.store.copies import drop
from tests.unit.web.company import standing
from tests.unit.web.page import Page


def filled(source: str, lead: str) -> list[str]:
    """One chat each."""
    return [f"-100{lead}"] if source == "identities.telegram_chat" else []


@dataclass
class Door:
    """The door, and what stands behind it."""

    page: Page
    house: House
    url: str
    sent: list[Output] = field(default_factory=list)

    async def send(self, outputs: list[Output]) -> None:
        """Kafka is a list."""
        self.sent.extend(outputs)

    def change(self, **parts: Any) -> None:
        """Put other parts into the house."""
        for name, part in parts.items():
            object.__setattr__(self.house, name, part)

    def token(self, role: Role = "curator", text: str = "token", **of: Any) -> str:
        """A token of this role's user."""
        if f"u{role}" not in self.house.users:
            self.house.users[f"u{role}"] = self.page.user(role)
        now = self.page.now
        given = {"user_id": f"u{role}", "made": now - 1, "until": now + DAY_MS, **of}
        self.house.tokens[digest(text)] = McpToken(**given)
        return text

    @contextlib.asynccontextmanager
    async def client(self, token: str) -> AsyncIterator[Client]:
        """A program with this token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(self.url, http_client=http)) as client,
        ):
            yield client

    async def call(self, token: str, tool: str, **given: Any) -> dict[str, Any]:
        """What a tool answers, which is never an error."""
        async with self.client(token) as client:
            return await answered(client, tool, **given)

    async def status(self, token: str, **headers: str) -> int:
        """Of a bare request."""
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        sent |= {"Accept": "application/json, text/event-stream", **headers}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        async with httpx2.AsyncClient() as http:
            return (await http.post(self.url, json=body, headers=sent)).status_code

    def log(self) -> list[AccessEntry]:
        """Lines of the access log."""
        lines = [ENTRY.decode(output.value) for output in self.sent if output.topic == "audit.access"]
        return [line for line in lines if isinstance(line, AccessEntry)]


@pytest.fixture
def door(built: Door, tmp_path: Path) -> Door:
    """As if it had just been opened."""
    commands = Commands(keys=tmp_path / "keys")
    for one in (built.house.users, built.house.tokens, built.house.standings, built.house.calls, built.sent):
        one.clear()
    settings = built.house.settings.model_copy(update={"commands": commands})
    built.change(settings=settings, owner_of=built.page.office.owner, send=built.send)
    return built


async def answered(client: Client, tool: str, **given: Any) -> dict[str, Any]:
    """The JSON of a tool's answer."""
    result = await client.call_tool(tool, given)
    assert not result.is_error, result
    (content,) = result.content
    assert len(content.text) <= 8000  # type: ignore[union-attr]
    found: dict[str, Any] = json.loads(content.text)  # type: ignore[union-attr]
    return found


@pytest_asyncio.fixture(scope="module")
async def built(chdb_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """Filled and listening, for all tests of a module."""
    tmp_path = tmp_path_factory.mktemp("mcp")
    store = Store(folder=chdb_folder, database=f"mcp_{tmp_path.name}".replace("-", "_"), api_port=0)
    load_engine(store)
    async with opened(store) as database, standing(tmp_path, database, store, int(time.time() * 1000)) as page:
        sent: list[Output] = []

        async def send(outputs: list[Output]) -> None:
            sent.extend(outputs)

        async def newest(count: int) -> list[AccessEntry]:
            return []

        @contextlib.asynccontextmanager
        async def no_model(lead: str) -> AsyncIterator[None]:
            yield None

        journal = Journal(send, newest, 5.0)
        settings = page.settings.model_copy(
            update={"mcp": Mcp(port=0, calls_per_minute=30), "commands": Commands(keys=tmp_path / "keys")}
        )
        office = page.office
        house = House(
            settings=settings,
            store=office.store,
            send=send,
            write=journal.write,
            cards=office.cards.cards,
            identities=office.identities.identities,
            owner_of=office.owner,
            filled=filled,
            known=builtin,
            users={},
            tokens={},
            standings={},
            models=no_model,
            clock=lambda: page.now,
        )
        async with listening(house) as port:
            yield Door(page, house, f"http://127.0.0.1:{port}/mcp", sent)
        await journal.close()
    drop(store)
