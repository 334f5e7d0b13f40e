"""The read API between a test and its database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import aiohttp
from aiohttp import web

from processors.cards import Cards
from processors.identity import Identities
from streams.settings import Store
from streams.store.database import Database
from streams.store.jobs.reports import Reports
from streams.store.read.api import Api
from streams.store.read.pages import Known
from streams.store.read.sql import Visitors
from tests.unit.store import fakes


class Lag(fakes.Lag):
    async def by_topic(self) -> dict[str, int]:
        return {"lead.events": 3}

    async def committed(self, patience: float) -> dict[str, dict[int, int]]:
        return {"lead.events": {0: 3}}


@contextlib.asynccontextmanager
async def serving(
    store: Store,
    database: Database,
    known: Known | None = None,
    sent: fakes.Sent | None = None,
    also: Iterable[web.RouteDef] = (),
) -> AsyncIterator[int]:
    sent = fakes.Sent() if sent is None else sent
    visitors = Visitors(store, database)
    reports = Reports(database, Lag(), sent, "20:00", fakes.Clock())
    api = Api(store, database, visitors, Lag(), reports, sent, known or Known(Identities(), Cards()), also)  # type: ignore[arg-type]
    task = asyncio.ensure_future(api.run())
    try:
        await asyncio.wait_for(api.listening.wait(), 120)
        yield api.port
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await visitors.close()


async def answer(session: aiohttp.ClientSession, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
    method = "POST" if options else "GET"
    async with session.request(method, path, **options) as response:
        return response.status, await response.json()


async def running(database: Database, expected: int) -> None:
    """Wait until so many queries of visitors are in the engine."""
    count = "SELECT count() FROM system.processes WHERE startsWith(query, '/* visitor')"
    async with asyncio.timeout(120):
        while (await database.read(count))[0][0] != expected:
            await asyncio.sleep(0.05)
