"""The access log to the head: once a night, once an hour, and over restarts."""

from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from processors.privacy.reading import MOST_CLIENTS
from schemas.people import AccessEntry
from streams.notify.reading import Readings
from tests.unit.notify.shelf import Shelf
from tests.unit.store.records import batch

TEN = 1_795_244_400_000
LOG = [
    msgspec.json.encode(AccessEntry(at=TEN + n, user="u1", name="Ольга", action="view", lead=str(n)))
    for n in range(MOST_CLIENTS + 3)
]


class Topic:
    """`audit.access`, and how often it was read."""

    def __init__(self) -> None:
        self.reads = 0

    async def read(self, _partitions: Iterable[int], since: int = 0) -> AsyncIterator[Any]:
        self.reads += 1
        for offset, value in enumerate(LOG):
            if offset >= since:
                yield SimpleNamespace(offset=offset, value=value)


async def settled(process: Readings, first: int, last: int) -> None:
    """A batch of these offsets."""
    outcome = await process(batch("audit.access", LOG[first:last], first=first))
    assert (outcome.rejected, outcome.outputs) == ([], [])


async def test_what_was_opened_before_a_restart_counts() -> None:
    """Each half of the hour is read by another process: the head hears of the fifty-first client all the same."""
    shelf, topic = Shelf(), Topic()
    await settled(Readings(cast(Any, shelf), cast(Any, topic)), 0, 30)
    assert shelf.wishes == []
    process = Readings(cast(Any, shelf), cast(Any, topic))
    await settled(process, 30, MOST_CLIENTS)
    assert shelf.wishes == []
    await settled(process, MOST_CLIENTS, MOST_CLIENTS + 3)
    assert topic.reads == 2  # not again for a batch that follows
    assert [(wish.to, wish.rings) for wish in shelf.wishes] == [("head", True)]
    assert f"{MOST_CLIENTS + 1}\u00a0клиента" in shelf.wishes[0].message.text


async def test_it_is_told_once() -> None:
    """The batch comes again after a fault: the outbox knows the key, and the window is not counted double."""
    shelf = Shelf()
    process = Readings(cast(Any, shelf), cast(Any, Topic()))
    await settled(process, 0, MOST_CLIENTS + 1)
    shelf.known |= {wish.key for wish in shelf.wishes}
    await settled(process, 0, MOST_CLIENTS + 3)
    assert len(shelf.wishes) == 1
