"""`streams.gateway.intake`: when the door to Kafka is open, and how much waits behind it."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web

from schemas.errors import Transient
from streams.engine.kafka import Output
from streams.gateway import intake
from streams.gateway.intake import Intake
from tests.unit.gateway.door import SETTINGS, Shelf

RECORD = Output("source.wms", b"k", b"v")


class Broker:
    """Answers probes as it is told, and counts them."""

    def __init__(self) -> None:
        self.answers, self.asked = True, 0

    async def probe(self) -> bool:
        self.asked += 1
        return self.answers


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.005)


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the broker every few ms."""
    for name in ("RECHECK_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(intake, name, 0.01)


async def test_nothing_is_sent_before_the_broker_was_seen() -> None:
    """A closed door refuses at once: the sink is not asked."""
    shelf = Shelf()
    door = Intake(shelf, Broker().probe, SETTINGS)
    with pytest.raises(web.HTTPServiceUnavailable):
        await door.put([RECORD])
    assert not shelf.outputs


async def test_the_door_follows_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open → a failed put is a reason to ask the broker → closed while it does not answer → open by itself."""
    quick(monkeypatch)
    shelf, broker = Shelf(), Broker()
    door = Intake(shelf, broker.probe, SETTINGS)
    watching = asyncio.ensure_future(door.watch())
    try:
        await until(lambda: door.open)
        await door.put([RECORD])
        broker.answers, shelf.fault = False, Transient("away")
        with pytest.raises(web.HTTPServiceUnavailable):
            await door.put([RECORD])
        await until(lambda: not door.open)
        asked = broker.asked
        await until(lambda: broker.asked > asked + 1)
        assert not door.open
        broker.answers, shelf.fault = True, None
        await until(lambda: door.open)
        await door.put([RECORD])
    finally:
        watching.cancel()
    assert shelf.outputs == [RECORD, RECORD]


async def test_slow_acks_of_a_broker_that_answers_close_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Overload is no outage: puts that get no ack in time are 503 each, the broker is asked, the door stays open."""
    quick(monkeypatch)
    monkeypatch.setattr(intake, "SLOW_SECONDS", 0.05)
    shelf, broker = Shelf(), Broker()
    door = Intake(shelf, broker.probe, SETTINGS)
    seen: list[bool] = []
    watching = asyncio.ensure_future(door.watch())
    try:
        await until(lambda: door.open)
        shelf.gate.clear()
        asked = broker.asked
        for _ in range(3):
            with pytest.raises(web.HTTPServiceUnavailable):
                await door.put([RECORD])
            seen.append(door.open)
        assert broker.asked > asked
        shelf.gate.set()
        await door.put([RECORD])
    finally:
        watching.cancel()
    assert seen == [True, True, True]


async def test_a_late_ack_is_enough_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door closes while the first request still waits: the others need not wait as long to hear of an outage."""
    quick(monkeypatch)
    monkeypatch.setattr(intake, "SLOW_SECONDS", 0.05)
    shelf, broker = Shelf(), Broker()
    door = Intake(shelf, broker.probe, SETTINGS.model_copy(update={"ack_timeout": 60.0}))
    watching = asyncio.ensure_future(door.watch())
    await until(lambda: door.open)
    shelf.gate.clear()
    broker.answers = False
    waiting = asyncio.ensure_future(door.put([RECORD]))
    try:
        await until(lambda: not door.open)
        assert not waiting.done()
        shelf.gate.set()
        await waiting
    finally:
        watching.cancel()


@pytest.mark.parametrize("changes", [{"max_in_work": 2}, {"max_in_work": 9, "max_waiting_bytes": 2}])
async def test_the_queue_is_bounded_by_requests_and_bytes(changes: dict[str, object]) -> None:
    """One more than may wait is 429 with `Retry-After`, at once; those who wait get their answer."""
    shelf = Shelf()
    door = Intake(shelf, Broker().probe, SETTINGS.model_copy(update={"ack_timeout": 60.0, **changes}))
    door.open = True
    shelf.gate.clear()
    waiting = [asyncio.ensure_future(door.put([RECORD])) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(web.HTTPTooManyRequests) as refusal:
        await door.put([RECORD])
    assert refusal.value.headers["Retry-After"] == "1"
    shelf.gate.set()
    await asyncio.gather(*waiting)
    await door.put([RECORD])


async def test_one_request_larger_than_the_queue_passes_alone() -> None:
    """The bound on bytes must not shut out what `max_body` lets in."""
    shelf = Shelf()
    door = Intake(shelf, Broker().probe, SETTINGS.model_copy(update={"max_waiting_bytes": 1}))
    door.open = True
    await door.put([Output("source.wms", b"k", b"large")])
    assert len(shelf.outputs) == 1


async def test_who_waits_when_the_worker_stops_is_answered_soon() -> None:
    """Neither an ack in time nor an endless wait: 503 after the time that stopping leaves."""
    shelf = Shelf()
    door = Intake(shelf, Broker().probe, SETTINGS.model_copy(update={"ack_timeout": 60.0}))
    door.open = True
    shelf.gate.clear()
    before = asyncio.ensure_future(door.put([RECORD]))
    await asyncio.sleep(0)
    door.finish(0.05)
    after = asyncio.ensure_future(door.put([RECORD]))
    results = await asyncio.wait_for(asyncio.gather(before, after, return_exceptions=True), 120)
    assert [type(result) for result in results] == [web.HTTPServiceUnavailable] * 2
