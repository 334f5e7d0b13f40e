"""`streams.gateway.connections`: heads that never end, and more connections than there may be."""

import asyncio
import resource
from contextlib import AsyncExitStack

import aiohttp
import pytest

from streams.gateway import connections
from streams.gateway.connections import allow_files
from tests.unit.gateway.door import Door
from tests.unit.gateway.strangers import SLOW_HEAD, STRANGER, Slow, with_the_right_token
from tests.unit.gateway.test_wms import event


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head must be there within 0.2 s."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.05)


@pytest.mark.parametrize("part", [b"", SLOW_HEAD])
async def test_a_head_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch, part: bytes) -> None:
    """No byte, or a part of it: the connection ends, also when now and then a little more comes."""
    quick(monkeypatch)
    async with Door() as door, Slow(door.port, part) as stranger:
        if part:
            for _ in range(3):
                await stranger.send(b"x")
                await asyncio.sleep(0.02)
        assert await stranger.status() == 0


async def test_a_connection_that_is_kept_may_be_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reverse proxy keeps its connections for a minute; each further head has its own time."""
    quick(monkeypatch)
    whole = with_the_right_token(length=2)
    async with Door() as door, Slow(door.port, whole) as proxy:
        await proxy.send(b"}")
        assert await proxy.status() == 400
        await asyncio.sleep(0.5)
        assert len(door.server.connections) == 1
        await proxy.send(SLOW_HEAD)
        async with asyncio.timeout(120):
            while len(door.server.connections):
                await asyncio.sleep(0.02)


async def test_a_request_in_work_may_take_longer_than_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """While Kafka is slow nobody is cut off."""
    quick(monkeypatch)
    async with Door(ack_timeout=5.0) as door:
        door.shelf.gate.clear()
        waiting = asyncio.ensure_future(door.wms(event()))
        await asyncio.sleep(0.5)
        door.shelf.gate.set()
        assert (await waiting)[0] == 200


async def test_with_all_connections_taken_the_oldest_without_a_head_ends() -> None:
    """A flood of silent connections displaces itself; requests in work and kept connections stay."""
    async with Door(max_connections=4, ack_timeout=5.0, max_in_work=8) as door, AsyncExitStack() as stack:
        assert (await door.wms(event()))[0] == 200  # one kept connection
        door.shelf.gate.clear()
        async with aiohttp.ClientSession() as other:
            url, headers = f"http://127.0.0.1:{door.port}/hooks/wms/main", {"Authorization": "Bearer right"}
            in_work = asyncio.ensure_future(other.post(url, data=event(), headers=headers))
            await asyncio.sleep(0.05)
            for _ in range(6):
                silent = [await stack.enter_async_context(Slow(door.port, SLOW_HEAD)) for _ in range(2)]
                await asyncio.sleep(0.15)
            assert len(door.server.connections) == 4
            assert silent[-1].unanswered()
            door.shelf.gate.set()
            assert (await in_work).status == 200
            assert (await door.wms(event()))[0] == 200


async def test_when_every_connection_is_in_work_the_new_one_is_turned_away() -> None:
    """Nothing that was begun is given up for somebody new."""
    async with Door(max_connections=1, ack_timeout=5.0) as door:
        door.shelf.gate.clear()
        in_work = asyncio.ensure_future(door.wms(event()))
        await asyncio.sleep(0.1)
        async with Slow(door.port, SLOW_HEAD) as late:
            assert await late.status() == 0
        door.shelf.gate.set()
        assert (await in_work)[0] == 200


async def test_a_burst_ends_nobody_who_was_not_heard_yet() -> None:
    """What a sender has sent may lie unread while we are busy: the newest is turned away instead of him."""
    async with Door(max_connections=3) as door, AsyncExitStack() as stack:
        burst = [await stack.enter_async_context(Slow(door.port, b"")) for _ in range(5)]
        assert [await one.status() for one in burst[3:]] == [0, 0]
        for one in burst[:3]:
            await one.send(STRANGER)
            assert await one.status() == 401


def test_the_limit_of_open_files_grows_with_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to what the system allows, and never down."""
    set_: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_.append(limits))
    for soft, hard, connections_ in ((1024, 4096, 2000), (1024, 1500, 2000), (65536, 65536, 2000)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limits=(soft, hard): limits)
        allow_files(connections_)
    assert set_ == [(2256, 4096), (1500, 1500)]
