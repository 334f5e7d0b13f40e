"""A store of its own behind its door, asked as Grafana asks: by the user who sees no words."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from streams.settings import Store
from streams.store.clickhouse import open_writer
from tests.unit.store.conftest import opened
from tests.unit.store.copies import drop
from tests.unit.store.door.conftest import OPS, Client, listening

NOW = 1_790_000_000
"""21.09.2026, a Monday, 17:13 in Moscow."""


class Seen(NamedTuple):
    """The answer to a statement."""

    names: list[str]
    types: list[str]
    rows: list[list[Any]]


class Shown(NamedTuple):
    """What stands behind the panels, and its door."""

    filled: bool
    store: Store
    port: int

    async def ask(self, sql: str) -> Seen:
        """Its answer; a refusal fails the test."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(120)) as session:
            said = json.loads(await Client(session, self.port, "ops", OPS).text(f"{sql} FORMAT JSONCompact"))
        return Seen([one["name"] for one in said["meta"]], [one["type"] for one in said["meta"]], said["data"])

    async def write(self, texts: Iterable[str]) -> None:
        """As the store itself may."""
        await asyncio.to_thread(_write, self.store, list(texts))


def _write(store: Store, texts: Iterable[str]) -> None:
    with contextlib.closing(open_writer(store)) as writer:
        for text in texts:
            writer.command(text)


@contextlib.asynccontextmanager
async def behind_door(folder: Path, database: str, texts: Iterable[str]) -> AsyncIterator[Shown]:
    """A new database in the session's folder with what `texts` write into it."""
    written, store = list(texts), Store(folder=folder, database=database, api_port=0)
    async with opened(store) as kept, listening(store, kept) as door:
        shown = Shown(bool(written), store, door.port)
        await shown.write(written)
        yield shown
    drop(store)
