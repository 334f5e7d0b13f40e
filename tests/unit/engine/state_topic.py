"""A stand-in for `lead.state`: records that the owner of a partition reads and writes."""

from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

from processors.state import decode_state
from schemas.errors import Transient
from streams.engine.kafka import Output, Placed
from streams.engine.versions import VERSION


class Topic:
    """A stand-in for the reader of `lead.state`, and for who knows its end: the records, and how often it was read."""

    def __init__(self, *records: tuple[bytes | None, bytes | None]) -> None:
        self.records = list(records)
        self.versions: dict[int, int] = {}
        """Of single records, by their offsets."""
        self.reads: list[list[int]] = []
        self.fault: Transient | None = None

    async def read(self, partitions: Iterable[int], since: int = 0) -> AsyncIterator[Any]:
        """Every record; then the fault, if there is one."""
        self.reads.append(list(partitions))
        for offset, (key, value) in enumerate(self.records[since:], since):
            headers = [(VERSION, b"%d" % self.versions[offset])] if offset in self.versions else []
            yield SimpleNamespace(key=key, value=value, offset=offset, headers=headers)
        if self.fault is not None:
            raise self.fault

    async def of(self, *_: object) -> int:
        """The end offset."""
        return len(self.records)

    def take(self, outputs: Iterable[Output]) -> list[Placed]:
        """Write what the owner sends; where it lies."""
        begin = len(self.records)
        self.records += [(output.key, output.value) for output in outputs]
        return [Placed(begin, len(self.records) - begin)]

    def last(self, lead: str) -> int:
        """The fence of the lead's last record."""
        return decode_state([value for key, value in self.records if key == lead.encode() and value][-1]).applied
