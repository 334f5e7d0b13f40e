"""SIGKILL in mid-load: what comes out equals an oracle that folded the same log without any fault."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from schemas import codec
from schemas.alerts import Alert
from schemas.failed import DeadLetter
from schemas.topics import DEAD_LETTERS, LEAD_ALERTS, LEAD_EVENTS, LEAD_STATE, WMS
from tests.installation import Installation
from tests.semantics.load import Oracle, history, last_states, reservation

LEADS = [str(1000 + number) for number in range(60)]
ROUNDS = 24
ANY_PORT = {"LEADPULSE_METRICS__PIPELINE": "0"}
BROKEN = b'{"source":"wms1","payload":{"id":'


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with Installation(bootstrap, tmp_path) as installation:
        yield installation


async def feed(here: Installation, rng: random.Random) -> tuple[set[str], int]:
    """Twelve seconds of reservations, repeats and broken records; returns the event ids and the number of broken."""
    ids: set[str] = set()
    broken = 0
    for number in range(ROUNDS):
        records = []
        for lead_id in LEADS:
            records += [(lead_id, reservation(lead_id, number))] * rng.choice((1, 1, 2))
            ids.add(codec.event_id("wms", "wms1", f"{lead_id}-{number}"))
        if number % 6 == 5:
            records.append((LEADS[0], BROKEN))
            broken += 1
        await here.produce(WMS, records)
        await asyncio.sleep(0.5)
    return ids, broken


@pytest.mark.parametrize("workers", [1, 2])
async def test_pipeline_killed_twice_in_mid_load(here: Installation, workers: int) -> None:
    """One or two pipeline workers, two SIGKILLs: no event, alert or state lost, none wrong."""
    rng = random.Random(workers)
    await here.produce(LEAD_EVENTS, history(LEADS))
    running = [here.worker("pipeline", ANY_PORT) for _ in range(workers)]
    feeding = asyncio.ensure_future(feed(here, rng))
    for _ in range(2):
        await asyncio.sleep(rng.uniform(3.5, 5.0))
        victim = rng.randrange(workers)
        here.end(running[victim], signal.SIGKILL)
        running[victim] = here.worker("pipeline", ANY_PORT)
    ids, broken = await feeding
    await here.settled("pipeline", WMS, 90)
    await here.settled("pipeline", LEAD_EVENTS, 90)

    oracle = Oracle().fold(await here.read(LEAD_EVENTS))
    assert ids <= oracle.ids
    assert oracle.alerts, "the load must raise alerts, or this proves nothing"
    sent = [msgspec.json.decode(record.value, type=Alert) for record in await here.read(LEAD_ALERTS)]
    assert {(alert.alert_id, alert.version): alert for alert in sent} == oracle.alerts
    assert last_states(await here.read(LEAD_STATE)) == oracle.states
    letters = [msgspec.json.decode(record.value, type=DeadLetter) for record in await here.read(DEAD_LETTERS)]
    assert len({(letter.topic, letter.partition, letter.offset) for letter in letters}) == broken
