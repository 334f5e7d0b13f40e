"""What a file comes to into Kafka, in batches, with a note of how far it has come after each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from processors.lead import LATE_MS
from processors.mapping import SourceMapping
from processors.wms_event import Good
from schemas.codec import Codec
from schemas.sources import Inbound
from schemas.topics import WMS
from schemas.types import Millis
from streams.engine.kafka import Output
from streams.loading.cursor import Cursor, Progress, key_of
from streams.settings import Settings

AT_ONCE = 1000
"""Events that are sent together, between two looks at what is written down: some hundred kB."""

_INBOUND: Codec[Inbound] = Codec(Inbound)
_ENCODE = msgspec.json.Encoder().encode

Send = Callable[[list[Output]], Awaitable[None]]


class Notes(NamedTuple):
    """Where the notes of an installation's imports lie, and what tells its Kafka from another."""

    folder: Path
    kafka: str

    @classmethod
    def of(cls, settings: Settings) -> "Notes":
        """Beside the store's folder."""
        return cls(settings.store.folder.parent / "imports", f"{settings.kafka.bootstrap}/{settings.kafka.prefix}")

    def cursor(self, file: Path, mapping: SourceMapping, source: str) -> Cursor:
        """The note of a table, by its content. Raises `ConfigError` where it cannot be read."""
        return self.of_file(file, mapping.digest, source)

    def of_file(self, file: Path, *others: str) -> Cursor:
        """The note of a file, by its content and what else decides what is sent. Raises `ConfigError`."""
        return Cursor(self.folder, key_of(file, *others, self.kafka))


async def load(send: Send, cursor: Cursor, progress: Progress, records: Iterator[Output]) -> None:
    """Send the records that are not there yet. `progress` is changed in place. Raises `ConfigError`, and what `send`
    raises: then what was noted is on Kafka, and a repeat goes on there.

    The file is read in a thread beside the loop, so that a worker may do this too.
    """
    skipped = progress.sent
    await asyncio.to_thread(lambda: sum(1 for _ in islice(records, skipped)))
    while batch := await asyncio.to_thread(lambda: list(islice(records, AT_ONCE))):
        await send(batch)
        progress.sent += len(batch)
        await asyncio.to_thread(cursor.write, progress)


def outputs(progress: Progress, events: Iterable[Good]) -> Iterator[Output]:
    """The records of events."""
    return (output(progress.source, good, progress.started) for good in events)


def output(source: str, good: Good, started: Millis) -> Output:
    """The record of an event. What the fold would not count as live anyway is history (design rule 6)."""
    event = good.payload
    if good.ts < started - LATE_MS:
        event = msgspec.structs.replace(event, backfill=True)
    key = f"{event.client.kind}:{event.client.value}"
    return Output(WMS.name, key.encode(), _INBOUND.encode(Inbound(source, msgspec.Raw(_ENCODE(event)))))
