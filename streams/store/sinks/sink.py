"""Batches of Kafka into tables. A `Sink` is a `settle.Process`: rows are in ClickHouse before the batch is acked."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from schemas.cards import ClientCard
from schemas.codec import Codec, Rejected
from streams.engine import metrics
from streams.engine.settle import Batch, Outcome
from streams.store.database import Database
from streams.store.sinks.cards import card_rows
from streams.store.sinks.columns import token as token
from streams.store.sinks.rows import Record
from streams.store.sinks.tables import Rows

T = TypeVar("T")

_CARD: Codec[ClientCard | None] = Codec(ClientCard)

Build = Callable[[Sequence[tuple[T, Record]]], list[Rows]]
Stored = Callable[[Sequence[tuple[T, Record]]], None]


def both(one: Stored[T], other: Stored[T]) -> Stored[T]:
    """Both are told."""

    def told(stored: Sequence[tuple[T, Record]]) -> None:
        one(stored)
        other(stored)

    return told


class Sink(Generic[T]):
    """Decodes a topic's records, stores them, and tells `stored` what is durable now.

    A fault that is not passing is raised: settle halves the batch until the record that does it is alone.
    """

    def __init__(
        self, database: Database, codec: Codec[T], build: Build[T], stored: Stored[T] = lambda _: None
    ) -> None:
        self._database, self._codec, self._build, self._stored = database, codec, build, stored

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        outcome = Outcome()
        good = [(value, record) for record, value in outcome.readable(batch, self._codec)]
        return await self.store(batch, good, outcome)

    async def store(self, batch: Batch, good: Sequence[tuple[T, Record]], outcome: Outcome) -> Outcome:
        """Of a batch what was `good`; `outcome` when it is durable."""
        name, size = token(batch), sum(len(record.value or b"") for _, record in good)
        for rows in self._build(good):
            await self._database.gather(rows, name, size)
            metrics.STORED_ROWS.labels(rows.table.name).inc(len(rows.columns[0]))
        self._stored(good)
        return outcome


class KeptSink(Generic[T]):
    """A topic of keys that may be taken back: its tombstones are told, as None."""

    def __init__(self, database: Database, codec: Codec[T | None], build: Build[T | None]) -> None:
        self._codec, self._sink = codec, Sink[T | None](database, codec, build)

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        outcome = Outcome()
        good: list[tuple[T | None, Record]] = []
        for record in batch.records:
            value = None if record.value is None else self._codec.decode(record.value)
            if isinstance(value, Rejected):
                outcome.rejected.append((record, value))
            else:
                good.append((value, record))
        return await self._sink.store(batch, good, outcome)


class CardSink(KeptSink[ClientCard]):
    """`clients`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, _CARD, card_rows)
