"""The outbox of the partitions that this worker owns: memory in front of the topic `notify.outbox`."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from alerting.outbox import Item, Wish, due, merge, unheard, want
from schemas.codec import Codec, Rejected
from schemas.topics import OUTBOX
from streams.engine.dead_letters import history_of
from streams.engine.kafka import Output, Outputs
from streams.engine.reader import Reader

log = logging.getLogger(__name__)
ITEM: Codec[Item] = Codec(Item)


class Place(NamedTuple):
    """The partition whose owner does the sending. Its items stand in the outbox partition of the same number."""

    topic: str
    partition: int


@dataclass(slots=True)
class _Slot:
    """Items of a place. `unsure` were in a call when they were read; at `look_again` they are read once more."""

    generation: int = -1
    items: dict[str, Item] = field(default_factory=dict)
    due: dict[str, None] = field(default_factory=dict)
    unheard: dict[str, None] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    look_again: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def set(self, item: Item) -> None:
        self.items[item.key] = item
        for names, belongs in ((self.due, due(item)), (self.unheard, unheard(item))):
            if belongs:
                names[item.key] = None
            else:
                names.pop(item.key, None)


class Shelf:
    """Items by place. What is in memory is in Kafka first (broker ack)."""

    def __init__(
        self,
        outputs: Outputs,
        reader: Reader,
        call_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outputs, self._reader, self._clock = outputs, reader, clock
        self._patience = call_seconds + 1.0
        self._slots: dict[Place, _Slot] = {}
        self._loading = asyncio.Lock()
        self.changed = asyncio.Event()

    async def open(self, places: Collection[Place], generation: int) -> None:
        """Have these places current as of `generation`. Raises `Transient` when they cannot be read.

        Memory is current when the place was ours in the generation before: nobody else can have written.
        """
        async with self._loading:
            stale = [p for p in places if p not in self._slots or self._slots[p].generation < generation - 1]
            for place, items in (await self._read(stale)).items():
                slot = self._slots[place] = _Slot()
                for item in items.values():
                    slot.set(item)
                slot.unsure = {key for key, item in items.items() if item.calling}
                slot.look_again = self._clock() + self._patience
            for place in places:
                self._slots[place].generation = max(generation, self._slots[place].generation)
        if stale:
            self.changed.set()

    async def settle_doubts(self, places: Collection[Place]) -> None:
        """Read again what was in a call when a place was opened, once such a call must have ended.

        The former owner may only have been slow: what it wrote since counts. The rest is sent again.
        """
        now = self._clock()
        waiting = [p for p in places if (s := self._slots.get(p)) and s.unsure and now >= s.look_again]
        for place, items in (await self._read(waiting)).items():
            slot = self._slots[place]
            async with slot.lock:
                for key in slot.unsure & items.keys():
                    slot.set(merge(slot.items[key], items[key]))
                left = sum(slot.items[key].calling for key in slot.unsure)
                log.info("calls of a former owner looked up", extra={"calls": len(slot.unsure), "in_doubt": left})
                slot.unsure = set()
            self.changed.set()

    async def put(self, place: Place, wishes: Sequence[Wish]) -> list[Wish]:
        """Write down what is to be said; returns what is new of it. Raises `Transient`; then all may be repeated."""
        slot = self._slots[place]
        async with slot.lock:
            fresh: dict[str, Item] = {}
            new = []
            for wish in wishes:
                item = want(fresh.get(wish.key) or slot.items.get(wish.key), wish, place.topic)
                if item is not None:
                    fresh[wish.key] = item
                    new.append(wish)
            await self._outputs.send(_record(place, item) for item in fresh.values())
            for item in fresh.values():
                slot.set(item)
        if fresh:
            self.changed.set()
        return new

    async def change(self, place: Place, key: str, step: Callable[[Item], Item], also: Sequence[Output] = ()) -> Item:
        """Write down the next state of an item, behind `also`. Raises `Transient`; then nothing has changed."""
        slot = self._slots[place]
        async with slot.lock:
            item = step(slot.items[key])
            if also:
                await self._outputs.send(also)
            await self._outputs.send([_record(place, item)])
            slot.set(item)
        return item

    def item(self, place: Place, key: str) -> Item:
        """The item as it is now."""
        return self._slots[place].items[key]

    def knows(self, place: Place, key: str) -> bool:
        """Whether anything was ever wanted under this key."""
        return key in self._slots[place].items

    def under(self, place: Place, prefix: str) -> Iterator[Item]:
        """Items whose key begins so, as they are now."""
        return (item for key, item in self._slots[place].items.items() if key.startswith(prefix))

    def due(self) -> Iterator[tuple[Place, Item]]:
        """What is to be done, oldest first in each place; nothing that is in doubt yet."""
        for place, slot in self._slots.items():
            for key in slot.due:
                if key not in slot.unsure:
                    yield place, slot.items[key]

    def unheard(self) -> Iterator[tuple[Place, Item]]:
        """News that neither Telegram nor the mail has taken, oldest first in each place."""
        return ((place, slot.items[key]) for place, slot in self._slots.items() for key in slot.unheard)

    def is_open(self, places: Collection[Place]) -> bool:
        """Whether all of these were read."""
        return all(place in self._slots for place in places)

    async def _read(self, places: Collection[Place]) -> dict[Place, dict[str, Item]]:
        found: dict[Place, dict[str, Item]] = defaultdict(dict)
        if not places:
            return found
        found |= {place: {} for place in places}
        async for record in self._reader.read(sorted({place.partition for place in places})):
            item = ITEM.decode(record.value)
            if isinstance(item, Rejected):
                log.warning("outbox record unreadable", extra={"partition": record.partition, "offset": record.offset})
                continue
            place = Place(item.topic, record.partition)
            if again := history_of(record.headers):  # a person put it back
                item = replace(item, before=tuple(again))
            if place in found:
                found[place][item.key] = merge(found[place].get(item.key), item)
        return found


def _record(place: Place, item: Item) -> Output:
    return Output(OUTBOX.name, item.key.encode(), ITEM.encode(item), place.partition)
