"""What the store's makers need of the worker: partitions and lag, a producer, a clock."""

from collections.abc import Iterable

from schemas.codec import EVENT, Rejected
from schemas.events import Event
from schemas.topics import LEAD_PARTITIONS
from streams.engine.kafka import Output
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import NOW, record

ALL = frozenset(range(LEAD_PARTITIONS))


class Lag:
    """Everything is ours and stored."""

    def __init__(self, owned: Iterable[int] = ALL) -> None:
        self.owned = set(owned)

    def partitions(self) -> set[int]:
        """As `streams.store.lag.Lag`."""
        return set(self.owned)

    async def caught_up(self, patience: float) -> bool:
        """As `streams.store.lag.Lag`."""
        return True


class Sent(list[Output]):
    """A producer that keeps what it is given; `fault` is raised once, in the middle of a send."""

    fault: Exception | None = None

    async def __call__(self, outputs: Iterable[Output]) -> None:
        """As `Outputs.send`."""
        given = list(outputs)
        if self.fault is not None and given:
            fault, self.fault = self.fault, None
            self.extend(given[: len(given) // 2])
            raise fault
        self.extend(given)

    def take(self) -> list[Event]:
        """The events sent since the last call."""
        events = [EVENT.decode(output.value) for output in self]
        self.clear()
        return [event for event in events if not isinstance(event, Rejected)]


class Clock:
    """Time stands still until it is set."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Feed:
    """Puts events into the store as the sink does, at offsets that go on."""

    def __init__(self, database: Database, first: int = 0) -> None:
        self._sink = Sink(database, EVENT, event_rows)
        self._next = first

    async def __call__(self, events: Iterable[Event], at: int = NOW) -> None:
        """Store `events` as if the broker had taken them at `at`."""
        await self.each((event, at) for event in events)

    async def each(self, events: Iterable[tuple[Event, int]]) -> None:
        """The same, each taken at a time of its own."""
        records = [record(self._next + n, EVENT.encode(event), at) for n, (event, at) in enumerate(events)]
        if records:
            await self._sink(Batch("lead.events", 0, 1, records))
            self._next += len(records)
