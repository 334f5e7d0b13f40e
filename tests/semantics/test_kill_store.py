"""SIGKILL of `store` in mid-load: ClickHouse holds each event once, whatever the borders of redelivered batches."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from schemas import codec
from schemas.topics import LEAD_ALERTS, LEAD_EVENTS, LEAD_SIGNALS, WMS
from tests.installation import Installation, until
from tests.semantics.load import Oracle, history, reservation

LEADS = [str(5000 + number) for number in range(40)]


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with Installation(bootstrap, tmp_path) as installation:
        yield installation


async def ask(here: Installation, query: str) -> list[list[object]]:
    """Rows from the store's API; waits until it answers."""
    store = here.settings.store
    url = f"http://127.0.0.1:{store.api_port}/api/sql"
    rows: list[list[object]] = []

    async def answered() -> bool:
        headers = {"Authorization": f"Bearer {store.api_token_file.read_text().strip()}"}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(url, json={"query": query}, headers=headers) as answer,
            ):
                rows[:] = (await answer.json())["rows"] if answer.status == 200 else []
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    await until(answered, 30, "the store answers")
    return rows


async def test_store_killed_twice_in_mid_load(here: Installation) -> None:
    """Two SIGKILLs: every event, signal and alert is stored, and counts and sums with FINAL are exact."""
    rng = random.Random(11)
    await here.produce(LEAD_EVENTS, history(LEADS))
    here.worker("pipeline")
    store = here.worker("store")

    async def feed() -> None:
        for number in range(16):
            once = [(lead, reservation(lead, number)) for lead in LEADS]
            await here.produce(WMS, [record for record in once for _ in range(rng.choice((1, 1, 2)))])
            await asyncio.sleep(0.5)

    feeding = asyncio.ensure_future(feed())
    for _ in range(2):
        await asyncio.sleep(rng.uniform(2.5, 4.0))
        here.end(store, signal.SIGKILL)
        store = here.worker("store", {"LEADPULSE_METRICS__STORE": "0"})
    await feeding
    await here.settled("pipeline", WMS, 60)
    for topic in (LEAD_EVENTS, LEAD_SIGNALS, LEAD_ALERTS):
        await here.settled("pipeline", LEAD_EVENTS, 60)
        await here.settled("store", topic, 90)

    events = [codec.decode(record.value) for record in await here.read(LEAD_EVENTS)]
    ids = {event.event_id for event in events if not isinstance(event, codec.Rejected)}
    assert await ask(here, "SELECT count(), uniqExact(event_id) FROM events FINAL") == [[len(ids), len(ids)]]
    query = "SELECT count(), sum(qty) FROM events FINAL WHERE kind = 'reservation'"
    assert await ask(here, query) == [[16 * len(LEADS), 16 * len(LEADS) * 5]]
    oracle = Oracle().fold(await here.read(LEAD_EVENTS))
    assert oracle.alerts
    stored = await ask(here, "SELECT leftPad(lower(hex(alert_id)), 16, '0'), version FROM alerts FINAL")
    assert {(str(alert), version) for alert, version in stored} == set(oracle.alerts)
