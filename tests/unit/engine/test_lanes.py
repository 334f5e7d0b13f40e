"""Partitions beside each other, a partition's events in order."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from streams.engine.lanes import beside


async def events(*partitions: int) -> AsyncIterator[Any]:
    """Events numbered in the order of delivery."""
    for number, partition in enumerate(partitions):
        yield SimpleNamespace(number=number, message=SimpleNamespace(partition=partition))


async def test_a_partition_that_waits_holds_up_no_other() -> None:
    """Partition 0 stands still at its first event; partition 1 gets all of its own done."""
    gate, other = asyncio.Event(), asyncio.Event()
    done: list[int] = []

    async def work(event: Any) -> None:
        if event.message.partition == 0:
            await gate.wait()
        done.append(event.number)
        if len(done) == 3:
            other.set()

    running = asyncio.ensure_future(beside(events(0, 1, 0, 1, 1), work))
    await asyncio.wait_for(other.wait(), 120)
    assert done == [1, 3, 4]
    gate.set()
    await running
    assert done == [1, 3, 4, 0, 2]


async def test_a_partition_keeps_its_order() -> None:
    """However long each takes, the next begins when the one before it has ended."""
    log: list[tuple[str, int]] = []

    async def work(event: Any) -> None:
        log.append(("begin", event.number))
        for _ in range(5 - event.number):
            await asyncio.sleep(0)
        log.append(("end", event.number))

    await beside(events(3, 3, 3, 3), work)
    assert log == [(what, number) for number in range(4) for what in ("begin", "end")]


async def test_who_is_cancelled_cancels_all_work() -> None:
    """What is in work is cut off, what waits in line never begins, and nothing is left running."""
    begun: list[int] = []
    cut: list[int] = []
    both = asyncio.Event()

    async def endless() -> AsyncIterator[Any]:
        async for event in events(0, 0, 1):
            yield event
        await asyncio.Event().wait()

    async def work(event: Any) -> None:
        begun.append(event.number)
        if len(begun) == 2:
            both.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut.append(event.number)
            raise

    running = asyncio.ensure_future(beside(endless(), work))
    await asyncio.wait_for(both.wait(), 120)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (sorted(begun), sorted(cut)) == ([0, 2], [0, 2])
