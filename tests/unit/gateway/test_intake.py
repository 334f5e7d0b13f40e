"""`streams.gateway.intake`: when the door to Kafka is open."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web

from schemas.errors import Transient
from streams.engine.kafka import Output
from streams.gateway import intake
from streams.gateway.intake import Intake
from tests.unit.gateway.door import Shelf

RECORD = Output("source.wms", b"k", b"v")


class Broker:
    """Answers probes as it is told, and counts them."""

    def __init__(self) -> None:
        self.answers, self.asked = True, 0

    async def probe(self) -> bool:
        self.asked += 1
        return self.answers


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_nothing_is_sent_before_the_broker_was_seen() -> None:
    """A closed door refuses at once: the sink is not asked."""
    shelf = Shelf()
    door = Intake(shelf, Broker().probe, 1)
    with pytest.raises(web.HTTPServiceUnavailable):
        await door.put([RECORD])
    assert not shelf.outputs


async def test_the_door_follows_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open → a failed put closes it and the broker is asked at once → it opens when the broker answers again."""
    monkeypatch.setattr(intake, "RECHECK_SECONDS", 0.01)
    shelf, broker = Shelf(), Broker()
    door = Intake(shelf, broker.probe, 1)
    watching = asyncio.ensure_future(door.watch())
    try:
        await until(lambda: door.open)
        await door.put([RECORD])
        broker.answers, shelf.fault = False, Transient("away")
        with pytest.raises(web.HTTPServiceUnavailable):
            await door.put([RECORD])
        asked = broker.asked
        await until(lambda: broker.asked > asked + 1)
        assert not door.open
        broker.answers, shelf.fault = True, None
        await until(lambda: door.open)
        await door.put([RECORD])
    finally:
        watching.cancel()
    assert shelf.outputs == [RECORD, RECORD]
