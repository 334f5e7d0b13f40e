"""`lead.events` into the table `events_minute`: how much came in a minute, by source and kind.

`events` stands client by client, so a minute of all clients is nowhere together in it. A count would grow with each
replay; here stand the offsets that came, as a set, in blocks of so many that no row grows large in an import.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.types import Millis
from streams.store.sinks.columns import WORD, Rows, Table

EVENTS_MINUTE = Table(
    "events_minute",
    {
        "minute": "DateTime('UTC')",
        "source": WORD,
        "kind": WORD,
        "partition": "UInt32",
        "block": "UInt64",
        "offsets": "Array(UInt16)",
    },
)
BLOCK_BITS = 12
_IN_BLOCK = (1 << BLOCK_BITS) - 1
_MINUTE_MS: Millis = 60_000

_Name = tuple[int, str, str, int, int]
"""A row's key: minute, source, kind, partition, block."""


class Arrived(NamedTuple):
    """Some events by columns: the broker's append time (ms), source, kind, and the record's place. Never empty."""

    appended: Sequence[Millis]
    sources: Sequence[str]
    kinds: Sequence[str]
    partitions: Sequence[int]
    offsets: Sequence[int]


def traffic_rows(parts: Iterable[Arrived]) -> Rows:
    """A row a minute, source, kind, partition and block. Parts are small, so most of them go into few rows."""
    found = defaultdict[_Name, list[int]](list)
    for part in parts:
        of_minutes, blocks = _floors(part.appended, _MINUTE_MS), _floors(part.offsets, _IN_BLOCK + 1)
        names = zip(of_minutes, part.sources, part.kinds, part.partitions, blocks, strict=True)
        places = [offset & _IN_BLOCK for offset in part.offsets]
        if all(column.count(column[0]) == len(column) for column in (of_minutes, *part[1:4], blocks)):
            found[next(names)] += places
        else:
            for name, place in zip(names, places, strict=True):
                found[name].append(place)
    minutes, *more = zip(*found, strict=True)
    columns: list[Sequence[object]] = [[minute * 60 for minute in minutes], *more, list(found.values())]
    return Rows(EVENTS_MINUTE, columns)


def _floors(values: Sequence[int], step: int) -> list[int]:
    """Each in whole steps. Where the least and the greatest are in one, so are all."""
    first = min(values) // step
    return [first] * len(values) if max(values) // step == first else [value // step for value in values]
