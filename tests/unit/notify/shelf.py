"""A shelf that keeps what it is told to say, and what records want said."""

from collections.abc import Sequence

import msgspec

from alerting.outbox import Wish
from streams.engine.kafka import Output
from tests.unit.store.records import batch


class Shelf:
    """Keeps wishes, and knows those of before."""

    def __init__(self, *known: str) -> None:
        self.known = set(known)
        self.wishes: list[Wish] = []

    async def open(self, places: object, generation: int) -> None:
        """As `streams.notify.telegram.shelf.Shelf`."""

    def knows(self, place: object, key: str) -> bool:
        return key in self.known

    async def put(self, place: object, wishes: Sequence[Wish]) -> list[Wish]:
        self.wishes += wishes
        return list(wishes)


async def told(process: object, *values: object) -> list[Output]:
    outcome = await process(batch("t", map(msgspec.json.encode, values)))  # type: ignore[operator]
    assert outcome.rejected == []
    return list(outcome.outputs)
