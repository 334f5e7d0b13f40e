"""Work on events whose partitions stand beside each other: in order within a partition, at once across them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any


async def beside(events: AsyncIterator[Any], work: Callable[[Any], Awaitable[None]]) -> None:
    """Call `work` with each event when the one before it in its partition has ended; return when all have.

    `work` raises nothing but CancelledError. When this is cancelled, so is all work.
    """
    lanes: dict[int, asyncio.Task[None]] = {}

    async def in_turn(before: asyncio.Task[None] | None, event: Any) -> None:
        if before is not None:
            await before  # when this one is cut off, so is that
        await work(event)

    try:
        async for event in events:
            partition = event.message.partition
            lanes[partition] = asyncio.ensure_future(in_turn(lanes.get(partition), event))
        await asyncio.gather(*lanes.values())
    finally:
        for lane in lanes.values():
            lane.cancel()
        await asyncio.gather(*lanes.values(), return_exceptions=True)
