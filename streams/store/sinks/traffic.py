"""`lead.events` into the table `events_minute`: how much came in a minute, by source and kind.

`events` stands client by client, so a minute of all clients is nowhere together in it. A count would grow with each
replay; here stand the offsets that came, as a set, in blocks of so many that no row grows large in an import.
"""

from collections.abc import Sequence

from schemas.events import Event
from streams.store.sinks.columns import WORD, Record, Rows, Table

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


def traffic_rows(events: Sequence[Event], kinds: Sequence[str], records: Sequence[Record]) -> Rows:
    """Minutes are of the broker's append time. Never empty: there is an event."""
    found: dict[tuple[int, str, str, int, int], list[int]] = {}
    for event, kind, record in zip(events, kinds, records, strict=True):
        offset: int = record.offset
        name = record.timestamp // 60_000 * 60, event.source, kind, record.partition, offset >> BLOCK_BITS
        found.setdefault(name, []).append(offset & _IN_BLOCK)
    columns: list[Sequence[object]] = [*zip(*found, strict=True), list(found.values())]
    return Rows(EVENTS_MINUTE, columns)
