"""`streams.gateway.body`: a slow sender is in nobody's way."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from streams.gateway import body
from streams.gateway.body import Bodies, Limits, _Reading
from tests.unit.gateway.door import ADDRESS, Door
from tests.unit.gateway.strangers import (
    FORGED,
    NO_PROOF,
    STRANGER,
    Slow,
    at_the_right_address,
    with_the_right_token,
)
from tests.unit.gateway.test_wms import event, signature

SLOW_HERE: dict[str, Any] = {"read_timeout": 60.0, "unproven_timeout": 60.0}


@pytest.mark.parametrize("part", [STRANGER, NO_PROOF, FORGED])
async def test_a_body_without_proof_is_not_waited_for(part: bytes) -> None:
    """401 after the head: what a header or the path can prove is proved before the body."""
    async with Door(**SLOW_HERE) as door, Slow(door.port, part) as stranger:
        assert await stranger.status() == 401


async def test_slow_strangers_disturb_nobody() -> None:
    """140 slow connections, at the right address too, and 100 requests of others: each is taken at once."""
    parts = [STRANGER, NO_PROOF, FORGED, at_the_right_address(ADDRESS)]
    async with Door(**SLOW_HERE, unproven_in_work=8, max_in_work=64) as door, AsyncExitStack() as stack:
        for number in range(140):
            await stack.enter_async_context(Slow(door.port, parts[number % 4], "127.0.0.2"))
        for number in range(50):
            own = event(id=f"e{number}")
            async with asyncio.timeout(5):
                assert (await door.wms(own))[0] == 200
                path = f"/hooks/wms/signed/{ADDRESS}"
                assert (await door.post(path, own, X_Leadpulse_Signature=signature(own)))[0] == 200


async def test_a_proven_but_slow_system_does_not_shut_out_others() -> None:
    """One source may have half of the places for unfinished bodies; its own next request gets 429."""
    async with Door(**SLOW_HERE, max_in_work=8) as door, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(Slow(door.port, with_the_right_token())) for _ in range(12)]
        for one in slow[4:]:
            assert await one.status() == 429
        assert all(one.unanswered() for one in slow[:4])
        answer = await door.post("/hooks/wms/both", event(), Authorization="Bearer right")
        assert answer[0] == 200


async def test_with_all_places_taken_a_body_that_takes_long_gives_its_place_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy all come from one address: the oldest gets 408 and the newcomer its place, but not at once."""
    async with Door(**SLOW_HERE, unproven_in_work=2) as door, AsyncExitStack() as stack:
        first, second, third = [
            await stack.enter_async_context(Slow(door.port, at_the_right_address(ADDRESS))) for _ in range(3)
        ]
        assert await third.status() == 429
        monkeypatch.setattr(body, "PATIENCE_SECONDS", 0.0)
        async with Slow(door.port, at_the_right_address(ADDRESS)) as fourth:
            assert await first.status() == 408
            assert second.unanswered()
            assert fourth.unanswered()


async def test_a_greedy_address_gives_a_place_up_at_once() -> None:
    """Of two addresses the one that has more places than the other loses its oldest to it."""
    async with Door(**SLOW_HERE, unproven_in_work=3) as door, AsyncExitStack() as stack:
        part = at_the_right_address(ADDRESS)
        greedy = [await stack.enter_async_context(Slow(door.port, part, "127.0.0.2")) for _ in range(3)]
        await asyncio.sleep(0.05)
        other = await stack.enter_async_context(Slow(door.port, part, "127.0.0.3"))
        assert await greedy[0].status() == 408
        again = await stack.enter_async_context(Slow(door.port, part, "127.0.0.3"))
        assert await again.status() == 429  # 2 against 1: one more would only turn it round
        assert other.unanswered()


async def test_unfinished_bodies_have_a_bound_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places may be many and bodies large, but not both: what really came in is counted, not what was promised."""
    monkeypatch.setattr(body, "SOURCE_BYTES", 100)
    async with Door(**SLOW_HERE, max_in_work=64, max_body=1000) as door, AsyncExitStack() as stack:
        part = with_the_right_token(length=900)
        first, second = [await stack.enter_async_context(Slow(door.port, part)) for _ in range(2)]
        await first.send(b" " * 800)
        await asyncio.sleep(0.05)
        assert first.unanswered()
        await second.send(b" " * 300)
        assert await second.status() == 429
        assert first.unanswered()


async def test_a_place_is_free_again_after_every_end() -> None:
    """Whole, broken off, too large, given up: nothing leaks."""
    async with Door(read_timeout=0.1, max_in_work=2, max_body=200) as door:
        for length in (150, 150, 300, 150):
            async with Slow(door.port, with_the_right_token(length=length)):
                pass
        async with Slow(door.port, with_the_right_token(length=150)) as late:
            assert await late.status() == 408
        for _ in range(3):
            async with Slow(door.port, with_the_right_token(length=2)) as late:
                await late.send(b"}")
                assert await late.status() == 400


async def test_a_body_whose_time_is_just_over_gives_its_place_up_too() -> None:
    """Between the end of its time and of its task it still has its place; with no reading at all none is free."""
    bodies, over = Bodies(Limits(places=1, memory=9, largest=9, seconds=9)), asyncio.timeout(0)
    with pytest.raises(TimeoutError):
        async with over:
            await asyncio.sleep(1)
    bodies._readings[_Reading("one", 0.0, over)] = None
    bodies._make_room("other", 100.0)
    with pytest.raises(web.HTTPTooManyRequests):
        bodies._make_room("other", 100.0)


async def test_a_wait_whose_time_is_just_over_does_not_disturb_the_stop() -> None:
    """The same where requests wait for Kafka."""
    async with Door() as door:
        over = asyncio.timeout(0)
        with pytest.raises(TimeoutError):
            async with over:
                await asyncio.sleep(1)
        door.intake._waiting[over] = 0.0
        door.intake.finish(1.0)
        del door.intake._waiting[over]
