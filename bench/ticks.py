"""Evenings of many leads: how long an event waits for a tick, in its own partition and in another. In CPU time, which
a busy machine does not blur: on a quiet one it is the time that passes."""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from aiokafka import ConsumerRecord

from processors.day_series import Day, Days
from processors.days import DAY_MS, HOUR_MS, day_start, local_day
from processors.rules import builtin
from processors.state import LeadState, encode_state
from schemas.codec import encode, event_id
from schemas.events import Event, Fleet, Tick
from schemas.topics import LEAD_EVENTS, LEAD_PARTITIONS
from streams.engine.settle import Batch
from streams.engine.state import LeadStates
from streams.engine.worker import GC_ALLOCATIONS
from streams.pipeline.fold import Fold

LEADS = 50_000
GOAL_MS = 1000
"""What an event may wait behind a tick of its own partition."""

HISTORY_DAYS = 112
BEGAN = day_start(20_000) + 12 * HOUR_MS


class _Made:
    """Stands for the reader of `lead.state`: the same number of leads in each partition, some of them quiet by now."""

    async def read(self, partitions: Iterable[int], since: int = 0) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
        """Every state of a partition."""
        (partition,) = partitions
        for n in range(partition, LEADS, LEAD_PARTITIONS):
            yield _record(n // LEAD_PARTITIONS, b"%d" % n, encode_state(_state(n)), BEGAN)

    async def of(self, *_: object) -> int:
        """The end of the topic."""
        return LEADS


def _state(lead: int) -> LeadState:
    """A client with one to nine orders on most days; each tenth has had none for three weeks."""
    today = local_day(BEGAN)
    last = today - 21 if lead % 10 == 0 else today
    days = {
        day: Day(1 + (lead * day) % 9, 10 + (lead * day) % 90, messages=day % 3)
        for day in range(today - HISTORY_DAYS, last)
        if (day + lead) % 7
    }
    return LeadState(applied=0, first_day=today - HISTORY_DAYS, days=Days.of(days), at=BEGAN - DAY_MS)


def _record(offset: int, key: bytes | None, value: bytes, at: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(LEAD_EVENTS.name, 0, offset, at, 1, key, value, None, 0, len(value), ())


def _batch(partition: int, event: Event, offset: int) -> Batch:
    return Batch(LEAD_EVENTS.name, partition, 1, [_record(offset, None, encode(event), event.ts)])


async def _evenings() -> dict[str, int]:
    """Two days of ticks, partition by partition as the store sends them."""
    gc.set_threshold(GC_ALLOCATIONS, 20, 20)  # as in a worker
    fold: Any = Fold(LeadStates(_Made(), _Made()), builtin())  # type: ignore[arg-type]
    fleet = Fleet(event_id="f" * 16, ts=BEGAN, day=local_day(BEGAN), ratios=[1.0] * 85, clients=LEADS)
    for partition in range(LEAD_PARTITIONS):
        await fold(_batch(partition, fleet, 1))
    gaps: list[float] = []
    probe = asyncio.ensure_future(_probe(gaps))
    whole: list[float] = []
    for day in range(2):
        for hour in range(24):
            tick = Tick(event_id=event_id("tick", day, hour), ts=BEGAN + (24 * day + hour) * HOUR_MS)
            for partition in range(LEAD_PARTITIONS):  # as they come: one after the other
                began = time.process_time()
                await fold(_batch(partition, tick, 2 + 24 * day + hour))
                whole.append(time.process_time() - began)
    probe.cancel()
    return {
        "tick_leads": LEADS,
        "tick_longest_ms": round(max(whole) * 1e3),
        "tick_slice_longest_ms": round(max(gaps) * 1e3),
        "evening_us": round(sum(whole) / LEADS / 2 * 1e6),
    }


async def _probe(gaps: list[float]) -> None:
    """What an event of another partition waits: how long the loop does not come round."""
    while True:
        began = time.process_time()
        await asyncio.sleep(0)
        gaps.append(time.process_time() - began)


def ticks() -> dict[str, int]:
    """The figures, each named with its unit, of a process of its own: a million days are in no other row's way."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.ticks"], capture_output=True, timeout=600, check=True, text=True
    )
    figures: dict[str, int] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_evenings())))
