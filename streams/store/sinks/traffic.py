"""`lead.events` into the table `events_minute`: how much came in a minute, by source and kind.

`events` stands client by client, so a minute of all clients is nowhere together in it. A count would grow with each
replay; here stand the offsets that came, as a set, in blocks of so many that no row grows large in an import.
"""

from collections import defaultdict
from collections.abc import Sequence

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


def traffic_rows(
    appended: Sequence[Millis],
    sources: Sequence[str],
    kinds: Sequence[str],
    partitions: Sequence[int],
    offsets: Sequence[int],
) -> Rows:
    """Of events by columns. Minutes are of the broker's append time. Never empty: there is an event."""
    minutes = [at // 60_000 * 60 for at in appended]
    blocks = [offset >> BLOCK_BITS for offset in offsets]
    names = zip(minutes, sources, kinds, partitions, blocks, strict=True)
    found = defaultdict[tuple[int, str, str, int, int], list[int]](list)
    for name, offset in zip(names, offsets, strict=True):
        found[name].append(offset & _IN_BLOCK)
    columns: list[Sequence[object]] = [*zip(*found, strict=True), list(found.values())]
    return Rows(EVENTS_MINUTE, columns)
