"""Slots and starts on a clock that the test turns by hand."""

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest

from streams.transcribe.engines.limits import Slots, Starts


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.now += seconds


async def free(slots: Slots) -> int:
    """How many more may run now."""
    count = 0
    async with AsyncExitStack() as stack:
        while True:
            try:
                async with asyncio.timeout(0.01):
                    await stack.enter_async_context(slots.taken())
            except TimeoutError:
                return count
            count += 1


async def test_narrow_and_widen() -> None:
    """Who is refused leaves room for as many as run beside him; successes give the places back one by one."""
    slots = Slots(8)
    async with slots.taken(), slots.taken(), slots.taken(), slots.taken():
        async with slots.taken():
            slots.narrow()
        assert slots.limit == 4
        assert await free(slots) == 0
    for expected in (4, 5):
        assert await free(slots) == slots.limit == expected
        slots.widen()
    for _ in range(10):
        slots.widen()
    assert await free(slots) == slots.limit == 8


async def test_all_are_refused() -> None:
    """However often it is narrowed, one session may run."""
    slots = Slots(3)
    for _ in range(2):
        async with AsyncExitStack() as stack:
            for _ in range(slots.limit):
                await stack.enter_async_context(slots.taken())
            slots.narrow()
    async with slots.taken():
        slots.narrow()
    assert slots.limit == 1
    assert await free(slots) == 1


async def test_what_was_begun_goes_first() -> None:
    """A resumed segment passes those that wait for their first place; one cancelled in the queue takes none."""
    slots = Slots(1)
    order: list[str] = []

    async def run(name: str, place: AbstractAsyncContextManager[None]) -> None:
        async with place:
            order.append(name)

    async with slots.taken():
        waiting = [asyncio.create_task(run(name, slots.taken())) for name in ("first", "gone", "second")]
        waiting.append(asyncio.create_task(run("resumed", slots.taken_again())))
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*waiting, return_exceptions=True)
    assert order == ["resumed", "first", "second"]
    assert await free(slots) == 1


async def test_a_place_that_comes_with_the_cancellation() -> None:
    """Who is cancelled in the moment he gets a place gives it back."""
    slots = Slots(1)

    async def run() -> None:
        async with slots.taken():
            raise AssertionError

    async with slots.taken():
        waiting = asyncio.create_task(run())
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await free(slots) == 1


async def test_starts_are_spaced() -> None:
    """Ten starts at five a second take 1.8 s; after a rest the first one goes at once."""
    clock = Clock()
    starts = Starts(5, clock, clock.pause)
    for _ in range(10):
        await starts.wait()
    assert abs(clock.now - 101.8) < 1e-6
    clock.now += 10
    before = clock.now
    await starts.wait()
    assert clock.now == before
