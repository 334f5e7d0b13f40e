"""The topic `clients`, followed."""

import asyncio
from types import SimpleNamespace
from typing import Any

from processors.cards import HAND
from schemas.cards import ClientCard
from streams.engine.cards import CARD, KnownCards
from streams.engine.process import Batch, Outcome

SAID = ClientCard(lead_id="12", source=HAND, ts=3, name="Ромашка")
RECORD: Any = SimpleNamespace(key=b"12/hand", value=CARD.encode(SAID), offset=0)
BROKEN: Any = SimpleNamespace(key=b"13/hand", value=b"{", offset=1)


class Topic:
    """A reader that gives what stands in the topic when it is told to."""

    def __init__(self) -> None:
        self.read = asyncio.Event()

    async def follow(self, take: Any) -> None:
        await take(RECORD)
        await take(BROKEN)
        await self.read.wait()
        await take(None)


async def test_nothing_is_named_before_the_names_are_read() -> None:
    """A batch waits for the end of the topic, and then knows what stands there; what cannot be read costs itself."""
    topic: Any = Topic()
    known = KnownCards(topic)
    following = asyncio.ensure_future(known.follow())
    names = []

    async def process(batch: Batch) -> Outcome:
        card = known.cards.find("12")
        names.append(card.name if card else "")
        return Outcome()

    settled = asyncio.ensure_future(known.before(process)(Batch("lead.alerts", 0, 1, [])))
    await asyncio.sleep(0)
    assert names == []
    topic.read.set()
    await asyncio.wait_for(settled, 60)
    assert names == ["Ромашка"]
    assert known.cards.leads() == ["12"]
    await following
