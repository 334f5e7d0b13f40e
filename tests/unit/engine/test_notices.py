"""Notices to ops: one an engine and day, sent when the broker is there."""

import asyncio

import msgspec

from schemas.errors import Transient
from schemas.notices import OpsNotice
from schemas.topics import DAY_MS, OPS_NOTICES
from streams.engine.kafka import Output
from streams.engine.notices import MOST_DETAIL, Notices
from streams.engine.retry import World

NOW = 1_795_246_200_000


async def sent(told: Notices, outputs: list[Output], count: int) -> list[OpsNotice]:
    """The first `count` notices."""
    running = asyncio.ensure_future(told.run())
    while len(outputs) < count:
        await asyncio.sleep(0)
    running.cancel()
    assert {output.topic for output in outputs} == {OPS_NOTICES.name}
    return [msgspec.json.decode(output.value or b"", type=OpsNotice) for output in outputs]


async def test_a_refusal_and_its_end_are_one_message() -> None:
    """Another worker, or the same one started anew, uses the same id that day; the end of it too, later on."""
    outputs: list[Output] = []

    async def send(given: list[Output]) -> None:
        outputs.extend(given)

    now = [NOW]
    first, second = Notices(send, lambda: now[0]), Notices(send, lambda: now[0])
    first.refuses("kit", "no role" * 100)
    second.refuses("kit", "no role")
    now[0] += DAY_MS
    first.recovered("kit")
    first.recovered("kit")
    first.refuses("kit", "no role")
    notices = await sent(first, outputs, 3) + await sent(second, outputs, 4)
    refused, back, tomorrow = notices[:3]
    assert [n.kind for n in notices[:3]] == ["engine_refuses", "engine_back", "engine_refuses"]
    assert refused.notice_id == back.notice_id == notices[-1].notice_id != tomorrow.notice_id
    assert len(refused.detail) == MOST_DETAIL


async def test_a_broker_that_is_away_delays_it() -> None:
    """It is sent when it can be."""
    outputs: list[Output] = []
    faults = [Transient("away"), Transient("away")]
    pauses: list[float] = []

    async def send(given: list[Output]) -> None:
        if faults:
            raise faults.pop()
        outputs.extend(given)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    told = Notices(send, lambda: NOW, World(sleep=pause))
    told.refuses("kit", "no")
    assert len(await sent(told, outputs, 1)) == 1
    assert len(pauses) == 2
