"""A `pipeline` that is frozen (SIGSTOP) in mid-send and goes on when its partitions have a new owner.

Compaction keeps the last record of a lead: it must come to be the best one, whoever wrote in what order.
"""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from processors.state import LeadState, decode_state
from schemas.codec import encode, event_id
from schemas.events import Reservation
from schemas.topics import LEAD_EVENTS, LEAD_PARTITIONS, LEAD_STATE
from streams.engine.clock import wall_clock
from streams.engine.kafka import partition_of
from tests.installation import Installation, Started, until
from tests.semantics.load import Oracle

ANY_PORT = {"LEADPULSE_METRICS__PIPELINE": "0"}
AT_ONCE = 400
"""Events of each lead in a round: some seconds of work."""
FROZEN = 9.0
"""Seconds: longer than the session timeout of an installation, 6."""


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with Installation(bootstrap, tmp_path) as installation:
        yield installation


def reserved(lead: str) -> bytes:
    """A record of `lead.events`."""
    id_ = event_id("test", lead)
    return encode(Reservation(event_id=id_, lead_id=lead, ts=wall_clock(), source="test", doc="R", qty=1))


async def freeze(here: Installation, leads: list[str], victim: Started, after: float) -> None:
    """Much to do for two; one of them stands still in its midst for longer than its session, while the other one takes
    over and does it all. Repeats of one event are enough: they move the fence too."""
    records = [(lead, reserved(lead)) for lead in leads]
    loading = asyncio.ensure_future(here.produce(LEAD_EVENTS, records * AT_ONCE))
    await until(lambda: under_way(here, len(leads)), 30, "the work begins", pause=0.01)
    await asyncio.sleep(after)
    victim.send_signal(signal.SIGSTOP)
    try:
        await loading
        await asyncio.sleep(FROZEN)
        await here.settled("pipeline", LEAD_EVENTS, 120)
    finally:
        victim.send_signal(signal.SIGCONT)


async def both_there(here: Installation) -> bool:
    """Whether two workers share the partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=here.settings.kafka.bootstrap)
    await admin.start()
    try:
        [answer] = await admin.describe_consumer_groups([f"{here.prefix}leadpulse-pipeline"])
    except GroupCoordinatorNotAvailableError:
        return False
    finally:
        await admin.close()
    [group] = answer.to_object()["groups"]
    return (group["state"], len(group["members"])) == ("Stable", 2)


async def under_way(here: Installation, enough: int) -> bool:
    """Whether there is something to do."""
    return await here.lag("pipeline", LEAD_EVENTS) > enough


async def frozen_rounds(here: Installation, rounds: int, leads: int, seed: int) -> int:
    """Freeze workers in mid-work; then every lead's last record is its best. How many had been written over."""
    dice = random.Random(seed)
    workers = [here.worker("pipeline", ANY_PORT) for _ in range(2)]
    for round_ in range(rounds):
        await until(lambda: both_there(here), 60, "the group has two members")
        names = [str(10_000 * (round_ + 1) + number) for number in range(leads)]
        await freeze(here, names, dice.choice(workers), dice.uniform(0.0, 0.5))

    # a batch in every partition, of leads that had none: the owner has something to send
    free = {partition_of(LEAD_EVENTS.name, str(lead).encode()): str(lead) for lead in range(9000, 9500)}
    assert len(free) == LEAD_PARTITIONS
    oracle = Oracle().fold(await here.read(LEAD_EVENTS))

    async def healed() -> bool:
        await here.produce(LEAD_EVENTS, [(lead, reserved(lead)) for lead in free.values()])
        await here.settled("pipeline", LEAD_EVENTS)
        found = await lasts(here)
        return {lead: found.get(lead) for lead in oracle.states} == oracle.states

    await until(healed, 60, "every last record is the best", pause=2.0)
    return await wrong(here)


async def lasts(here: Installation) -> dict[str, LeadState]:
    """What compaction would leave."""
    return {record.key.decode(): decode_state(record.value) for record in await states(here)}


async def wrong(here: Installation) -> int:
    """Records that lay behind a better one of their lead."""
    best: dict[str, int] = {}
    older = 0
    for record in await states(here):
        applied = decode_state(record.value).applied
        older += applied < best.get(record.key.decode(), -1)
        best[record.key.decode()] = max(applied, best.get(record.key.decode(), -1))
    return older


async def states(here: Installation) -> list[ConsumerRecord]:
    """The state records, in the order of each partition."""
    records = [record for record in await here.read(LEAD_STATE) if b"#" not in record.key]
    return sorted(records, key=lambda record: (record.partition, record.offset))


@pytest.mark.timeout(300)
async def test_a_frozen_pipeline_leaves_no_older_state(here: Installation) -> None:
    """Two workers, one of them frozen in mid-send."""
    await frozen_rounds(here, rounds=1, leads=300, seed=1)


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(3))
async def test_frozen_pipelines_leave_no_older_state(
    here: Installation, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """The same, many times over."""
    older = await frozen_rounds(here, rounds=10, leads=600, seed=seed)
    for name, value in (("freezes", 10), ("leads", 600), ("older records written over", older)):
        record_property(name, value)
