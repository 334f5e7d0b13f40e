"""What a table and its rows are to the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from aiokafka import ConsumerRecord

from streams.engine.process import Batch

Record: TypeAlias = ConsumerRecord[bytes, bytes]

TIME = "DateTime64(3, 'UTC')"
WORD = "LowCardinality(String)"


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name and its columns: name to ClickHouse type."""

    name: str
    columns: Mapping[str, str]


class Rows(NamedTuple):
    """Rows of one table, by columns. Never empty."""

    table: Table
    columns: list[Sequence[Any]]


def rows_of(table: Table, rows: Sequence[tuple[Any, ...]]) -> list[Rows]:
    """Rows as they go into one table; none for none."""
    return [Rows(table, list(zip(*rows, strict=True)))] if rows else []


_OFFSET_BITS = 22
_OFFSETS = (1 << _OFFSET_BITS) - 1
_LAST = (1 << 64) - 1


def seniority(record: Record) -> int:
    """Higher for the record that was appended earlier (ms, then offset); no two records of a partition have the same.

    Records of one id are in one partition. Of the offset 22 bits are left beside the 42 of the time: two repeats that
    the broker took within one millisecond *and* on both sides of a multiple of 4 194 304 are told apart, but swapped.
    """
    return _LAST - position(record)


def seniorities(records: Sequence[Record]) -> list[int]:
    """The same of many, without a call each."""
    return [_LAST - (record.timestamp << _OFFSET_BITS | record.offset & _OFFSETS) for record in records]


def position(record: Record) -> int:
    """The other way round: higher for the record that was appended later."""
    at: int = record.timestamp << _OFFSET_BITS | record.offset & _OFFSETS
    return at


def token(batch: Batch) -> str:
    """Names exactly these records: the same token with other rows would lose them without a word.

    The append time is in it because offsets begin anew when a topic is made anew under a database that stayed.
    """
    first, last = batch.records[0], batch.records[-1]
    return f"{batch.topic}:{batch.partition}:{first.offset}-{last.offset}:{first.timestamp}"
