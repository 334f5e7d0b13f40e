"""Two versions of `pipeline` in one group on the real broker, as while processes are changed one by one."""

import signal
from collections import Counter
from functools import partial
from pathlib import Path

import aiohttp

from processors.state import STATE_VERSION, decode_state
from schemas.codec import encode, event_id
from schemas.events import Reservation
from schemas.topics import LEAD_EVENTS, LEAD_STATE
from streams.engine.clock import wall_clock
from streams.engine.versions import VERSION
from tests.installation import Installation, until
from tests.ports import free_port

LEADS = [str(7000 + number) for number in range(36)]
EACH = 5
"""Reservations of a lead in each part of the test."""
PARTS = 4


async def test_an_upgrade_process_by_process_loses_and_doubles_nothing(bootstrap: str, tmp_path: Path) -> None:
    """The old version alone; the new one beside it; the new one gone again, so that the old one gets partitions with
    states that it cannot read; the new one back and the old one gone. Each event counts once, whoever had its
    partition; what the new one wrote is never written over by the old one, which says what it waits for."""
    async with Installation(bootstrap, tmp_path) as here:
        ports = {name: free_port() for name in ("old", "new")}

        def start(name: str) -> object:
            module = "tests.semantics.older" if name == "old" else "streams.cli"
            return here.start(module, "worker", "pipeline", environ={"LEADPULSE_METRICS__PIPELINE": str(ports[name])})

        old = start("old")
        await produce(here, 0)
        await here.settled("pipeline", LEAD_EVENTS)
        assert await versions(here) == {STATE_VERSION - 1}

        new = start("new")
        await until(partial(ready, ports["new"]), 60, "the new one is up")
        await produce(here, 1)
        await here.settled("pipeline", LEAD_EVENTS)
        beside = await newest(here)
        assert set(beside.values()) == {STATE_VERSION - 1, STATE_VERSION}

        here.end(new)  # type: ignore[arg-type]
        await produce(here, 2)
        await until(partial(says, ports["old"], "states"), 60, "the old one says what it waits for")
        await until(partial(lags, here, beside), 60, "the old one goes on with what is its own")
        now = await newest(here)
        assert {partition for partition, version in now.items() if version == STATE_VERSION} == {
            partition for partition, version in beside.items() if version == STATE_VERSION
        }

        start("new")
        await until(partial(ready, ports["new"]), 60, "the new one is back")
        here.end(old, signal.SIGTERM)  # type: ignore[arg-type]
        await produce(here, 3)
        await here.settled("pipeline", LEAD_EVENTS)
        assert set((await newest(here)).values()) == {STATE_VERSION}
        assert await counted(here) == dict.fromkeys(LEADS, EACH * PARTS)


async def produce(here: Installation, part: int) -> None:
    """Some events of every lead, of now."""
    events = [
        Reservation(event_id=event_id("r", lead, n), lead_id=lead, ts=wall_clock(), source="wms", doc=f"{n}", qty=3)
        for n in range(part * EACH, part * EACH + EACH)
        for lead in LEADS
    ]
    await here.produce(LEAD_EVENTS, [(event.lead_id, encode(event)) for event in events])


async def newest(here: Installation) -> dict[int, int]:
    """The version of each partition's last state."""
    return {
        record.partition: next(int(value) for name, value in record.headers if name == VERSION)
        for record in await here.read(LEAD_STATE)
    }


async def versions(here: Installation) -> set[int]:
    """All that have written."""
    return set((await newest(here)).values())


async def counted(here: Installation) -> dict[str, int]:
    """Reservations of each lead by its last state."""
    states: dict[str, int] = {}
    for record in await here.read(LEAD_STATE):
        if record.key and record.key.decode() in LEADS and record.value:
            states[record.key.decode()] = sum(decode_state(record.value).days.reservations)
    return states


async def lags(here: Installation, beside: dict[int, int]) -> bool:
    """Whether only those partitions wait whose states are of the newer version."""
    waiting = Counter(record.partition for record in await here.read(LEAD_EVENTS))
    theirs = sum(waiting[partition] for partition, version in beside.items() if version == STATE_VERSION)
    return 0 < await here.lag("pipeline", LEAD_EVENTS) <= theirs * EACH // (3 * EACH)


async def ready(port: int) -> bool:
    """Whether the worker with this health port says so."""
    return await says(port, "")


async def says(port: int, wrong: str) -> bool:
    """Whether `/readyz` names this as what is wrong; nothing where `wrong` is empty."""
    try:
        async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{port}/readyz") as answer:
            told = await answer.json()
            return answer.status == 200 if not wrong else isinstance(told.get(wrong), str)
    except aiohttp.ClientError:
        return False
