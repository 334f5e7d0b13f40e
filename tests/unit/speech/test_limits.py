"""Slots and starts on a clock that the test turns by hand."""

import asyncio
from contextlib import AsyncExitStack

from streams.speech.limits import CALM_S, Slots, Starts


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
    """A refusal for the quota halves the places once, however many sessions meet it together; successes give back."""
    clock = Clock()
    slots = Slots(8, clock)
    async with slots.taken(), slots.taken(), slots.taken(), slots.taken(), slots.taken():
        slots.narrow()
        slots.narrow()
        assert slots.limit == 4
    assert await free(slots) in (4, 5)  # the surplus goes as places come back
    assert await free(slots) == 4
    clock.now += CALM_S
    slots.narrow()
    assert await free(slots) >= 2
    assert await free(slots) == 2
    for _ in range(10):
        slots.widen()
    assert slots.limit == 8
    assert await free(slots) == 8


async def test_never_less_than_one() -> None:
    """However often it is narrowed, one session may run."""
    clock = Clock()
    slots = Slots(3, clock)
    for _ in range(5):
        clock.now += CALM_S
        slots.narrow()
    await free(slots)
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
