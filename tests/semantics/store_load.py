"""A load on `store` that is killed in its midst. What must stand after it: `store_verdict`."""

import asyncio
import itertools
import random
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import msgspec
from aiokafka import AIOKafkaProducer

from processors.days import day_start, local_day
from schemas import codec
from schemas.outlets import LlmCall
from schemas.topics import DAY_MS, LEAD_EVENTS, LLM_CALLS, WMS
from schemas.types import LocalDay
from schemas.warehouse import Reservation
from streams.engine.clock import wall_clock
from streams.engine.topics import apply
from tests.installation import Installation, until
from tests.semantics.load import history, reservation
from tests.zones import MOSCOW

LEADS = [str(5000 + number) for number in range(40)]
LATE = [str(6000 + number) for number in range(12)]
"""Clients whose events are days old when they arrive: these are only stored, and counted from the store."""
DAYS_AGO = (3, 4, 9)
"""Whole days that a baseline and a night may count, on both sides of a midnight in mid-test."""
QTY = 5
CENT = 1 / 128
"""Cost in dollars that a sum of doubles keeps exactly, in any order."""
TO_READY_S = 300.0
"""A worker's start on a busy machine, with all that it reads first."""


@dataclass
class Fed:
    """What was acknowledged by the broker, without its repeats."""

    rng: random.Random
    rounds: int = 0
    days: Counter[tuple[str, LocalDay]] = field(default_factory=Counter)
    calls: dict[str, LlmCall] = field(default_factory=dict)

    def repeated(self, records: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """Some of them twice, in order."""
        return [record for record in records for _ in range(self.rng.choice((1, 1, 2)))]

    async def round(self, here: Installation) -> None:
        """A reservation of each client, and one call of a model: first that it is begun, then what it cost."""
        records = [(lead, reservation(lead, self.rounds, QTY)) for lead in LEADS]
        await here.produce(WMS, self.repeated(records))
        number = len(self.calls)
        call = LlmCall(f"call-{number}", wall_clock(), "minutes", "glm", "begun", "00", lead_id=LEADS[number % 40])
        await here.produce(LLM_CALLS, [(call.role, msgspec.json.encode(call))])
        paid = msgspec.structs.replace(call, outcome="ok", prompt_tokens=number, cost_usd=(number % 9 + 1) * CENT)
        await here.produce(LLM_CALLS, self.repeated([(paid.role, msgspec.json.encode(paid))]))
        self.calls[call.call_id] = paid
        self.rounds += 1

    async def late(self, here: Installation) -> None:
        """Reservations of earlier days, some of them once more in another batch."""
        today, records = local_day(wall_clock()), []
        for lead in LATE:
            day = today - self.rng.choice(DAYS_AGO)
            number = self.days[lead, day]
            self.days[lead, day] += 1
            for one in {number, self.rng.randint(0, number)}:
                event = Reservation(
                    event_id=codec.event_id("test", "late", lead, day, one),
                    lead_id=lead,
                    ts=day_start(day) + DAY_MS // 2 + one,
                    source="wms1",
                    doc=f"L-{one}",
                    qty=QTY,
                )
                records.append((lead, codec.encode(event)))
        await here.produce(LEAD_EVENTS, self.repeated(records))


async def ask(here: Installation, query: str) -> list[list[Any]]:
    """Rows from the store's API; waits until it answers."""
    store = here.settings.store
    url = f"http://127.0.0.1:{store.api_port}/api/sql"
    rows: list[list[Any]] = []

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


async def killed(here: Installation, kills: int, seed: int) -> Fed:
    """Feed and kill so often at random places; the last worker is left running.

    After half of the kills nothing late is fed any more and night falls: what is counted in it is known.
    """
    fed, over = Fed(random.Random(seed)), asyncio.Event()
    await _an_hour_old(here)
    await here.produce(LEAD_EVENTS, history(LEADS))
    here.worker("pipeline")
    night = _night(timedelta(hours=-12))
    store = here.worker("store", night)

    async def feed() -> None:
        while not over.is_set():
            await fed.round(here)
            await asyncio.sleep(0.5)

    feeding = asyncio.ensure_future(feed())
    for number in range(kills):
        if number <= kills // 2:
            await fed.late(here)
        await asyncio.sleep(fed.rng.uniform(2.0, 4.5))  # also before it is ready, and in the midst of its first inserts
        here.end(store, signal.SIGKILL)
        if number == kills // 2:
            night = _night(timedelta())
        store = here.worker("store", night | {"LEADPULSE_METRICS__STORE": "0"})
    over.set()
    await feeding
    return fed


def _night(away: timedelta) -> dict[str, str]:
    return {"LEADPULSE_STORE__BASELINE_AT": f"{datetime.now(MOSCOW) + away:%H:%M}"}


async def _an_hour_old(here: Installation) -> None:
    """A first event of an hour ago, for which the broker must believe its sender: only nights after it are due, and
    the next full minute would be half a minute away."""
    kafka = here.settings.kafka
    await apply(kafka, [replace(LEAD_EVENTS, timestamps="CreateTime")])
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap)
    await producer.start()
    try:
        name, numbers = kafka.prefix + LEAD_EVENTS.name, itertools.count(4000)

        async def believed() -> bool:  # a broker takes a setting a moment after it has said so
            [(lead, first)] = history([str(next(numbers))])
            placed = await producer.send_and_wait(name, first, lead.encode(), timestamp_ms=wall_clock() - DAY_MS // 24)
            return bool(placed.timestamp_type == 0)

        await until(believed, TO_READY_S, "the broker believes the sender's time")
    finally:
        await producer.stop()
    await apply(kafka, [LEAD_EVENTS])
