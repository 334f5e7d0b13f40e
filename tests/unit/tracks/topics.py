"""Topics that are lists, for the worker without a broker."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from streams.engine.kafka import Output, partition_of
from streams.engine.process import Batch
from streams.engine.reader import Reader


@dataclass
class Topics:
    """Records by topic and partition; `now` stamps what is sent."""

    now: int = 1_790_000_000_000
    kept: dict[tuple[str, int], list[Any]] = field(default_factory=dict)

    async def send(self, outputs: list[Output]) -> None:
        for output in outputs:
            at = output.partition
            if at is None:
                at = partition_of(output.topic, output.key or b"")
            of = self.kept.setdefault((output.topic, at), [])
            of.append(
                SimpleNamespace(
                    *(),
                    key=output.key,
                    value=output.value,
                    offset=len(of),
                    timestamp=self.now,
                    partition=at,
                    headers=(),
                )
            )

    def reader(self, topic: str) -> Reader:
        """As `Reader` of the topic."""

        async def read(partitions: Iterable[int], deadline: float = 0.0, since: int = 0) -> AsyncIterator[Any]:
            for partition in partitions:
                for record in list(self.kept.get((topic, partition), [])):
                    if record.offset >= since:
                        yield record

        return cast(Reader, SimpleNamespace(read=read))

    def batch(self, topic: str, partition: int, since: int = 0) -> Batch:
        """All records from `since` on, as the transport gives them."""
        records = [one for one in self.kept.get((topic, partition), []) if one.offset >= since]
        return Batch(topic, partition, 1, cast(Any, records))

    def values(self, topic: str) -> list[bytes]:
        """Of all partitions."""
        return [one.value for (name, _), of in sorted(self.kept.items()) if name == topic for one in of]
