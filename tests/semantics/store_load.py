"""A load on `store` that is killed in its midst, and what must stand in ClickHouse after it."""

import asyncio
import random
import signal
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from schemas import codec
from schemas.topics import LEAD_ALERTS, LEAD_EVENTS, LEAD_SIGNALS, WMS
from tests.installation import Installation, until
from tests.semantics.load import Oracle, history, reservation
from tests.zones import MOSCOW

LEADS = [str(5000 + number) for number in range(40)]
TO_READY_S = 300.0
"""A worker's start on a busy machine, with all that it reads first."""


async def ask(here: Installation, query: str) -> list[list[object]]:
    """Rows from the store's API; waits until it answers."""
    store = here.settings.store
    url = f"http://127.0.0.1:{store.api_port}/api/sql"
    rows: list[list[object]] = []

    async def answered() -> bool:
        with suppress(aiohttp.ClientError, OSError):
            headers = {"Authorization": f"Bearer {store.api_token_file.read_text().strip()}"}
            async with (
                aiohttp.ClientSession() as session,
                session.post(url, json={"query": query}, headers=headers) as answer,
            ):
                rows[:] = (await answer.json())["rows"] if answer.status == 200 else []
                return answer.status == 200
        return False

    await until(answered, TO_READY_S, "the store answers")
    return rows


async def killed(bootstrap: str, folder: Path, kills: int, seed: int, night: bool = False) -> dict[str, int]:
    """Feed, kill so often at random places, let it settle, and compare. What was stored, by name.

    `night`: the nightly count falls into the run too, and its days are compared.
    """
    rng = random.Random(seed)
    at = datetime.now(MOSCOW) + timedelta(minutes=2)
    settings = {"LEADPULSE_STORE__BASELINE_AT": f"{at:%H:%M}"} if night else {}
    async with Installation(bootstrap, folder) as here:
        await here.produce(LEAD_EVENTS, history(LEADS))
        here.worker("pipeline")
        store = here.worker("store", settings)
        fed, over = 0, asyncio.Event()

        async def feed() -> None:
            nonlocal fed
            while not over.is_set():
                once = [(lead, reservation(lead, fed)) for lead in LEADS]
                await here.produce(WMS, [record for record in once for _ in range(rng.choice((1, 1, 2)))])
                fed += 1
                await asyncio.sleep(0.5)

        feeding = asyncio.ensure_future(feed())
        for _ in range(kills):
            await asyncio.sleep(rng.uniform(2.0, 4.5))  # also before it is ready, and in the midst of its first inserts
            here.end(store, signal.SIGKILL)
            store = here.worker("store", settings | {"LEADPULSE_METRICS__STORE": "0"})
        over.set()
        await feeding
        await here.settled("pipeline", WMS, TO_READY_S)
        for topic in (LEAD_EVENTS, LEAD_SIGNALS, LEAD_ALERTS):
            await here.settled("pipeline", LEAD_EVENTS, TO_READY_S)
            await here.settled("store", topic, TO_READY_S)
        found = await _compared(here, fed)
        if night:
            await _night(here)
        return found


async def _compared(here: Installation, fed: int) -> dict[str, int]:
    """`FINAL` against what stands in Kafka, and everything that is counted against `FINAL`."""
    log = await here.read(LEAD_EVENTS)
    events = [codec.decode(record.value) for record in log]
    ids = {event.event_id for event in events if not isinstance(event, codec.Rejected)}
    assert await ask(here, "SELECT count(), uniqExact(event_id) FROM events FINAL") == [[len(ids), len(ids)]]
    pieces = "SELECT count(), sum(qty) FROM events FINAL WHERE kind = 'reservation'"
    assert await ask(here, pieces) == [[fed * len(LEADS), fed * len(LEADS) * 5]]
    counted = "SELECT sum(events), sum(qty) FROM lead_days WHERE kind = 'reservation'"
    assert await ask(here, counted) == await ask(here, pieces)
    oracle = Oracle().fold(log)
    assert oracle.alerts
    stored = await ask(here, "SELECT leftPad(lower(hex(alert_id)), 16, '0'), version FROM alerts FINAL")
    assert {(str(alert), version) for alert, version in stored} == set(oracle.alerts)
    named = await ask(
        here, "SELECT DISTINCT leftPad(lower(hex(alert_id)), 16, '0') FROM signals FINAL WHERE alert_id != 0"
    )
    assert {str(alert) for (alert,) in named} == {alert for alert, _ in oracle.alerts}
    return {"events": len(ids), "alerts": len(stored), "reservations": fed * len(LEADS)}


async def _night(here: Installation) -> None:
    """The nightly days, when their hour has come: the same as counted now."""

    async def counted() -> bool:
        return await ask(here, "SELECT count() > 0 FROM days_made") == [[True]]

    await until(counted, TO_READY_S, "the night is counted")
    columns = "lead_id, toString(day), kind, action, events, qty"
    kept = await ask(here, f"SELECT {columns} FROM days ORDER BY ALL")
    whole = "day < (SELECT max(toDate(made_at, 'Europe/Moscow')) FROM days_made)"
    assert kept == await ask(here, f"SELECT {columns} FROM lead_days WHERE {whole} ORDER BY ALL")
