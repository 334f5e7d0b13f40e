"""A file through its mapping: its events in their order, and what of it is none. The same each time it is read."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator

import msgspec

from processors.mapping import Bad, Mapped, SourceMapping, mapped, words
from processors.wms_event import TOO_OLD, Good
from schemas.types import Millis
from schemas.wms import WmsPayload
from streams.loading.items import Items

MOST_KEPT = 10_000
"""Faults that are kept; the rest is counted."""

Watch = Callable[[Items], Iterable[tuple[int, object]]]
"""Gives the items, and lets a person see how far they have come."""


class Seen:
    """`processors.mapping.Seen` in a temporary database: a file may be of any length, and memory is not."""

    def __init__(self) -> None:
        # a file without a name, gone when it is closed; one thread at a time reads on, but not always the same
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA cache_size = -16384;"
            "CREATE TABLE seen (key BLOB PRIMARY KEY, content BLOB, place INT, times INT) WITHOUT ROWID; BEGIN;"
        )

    def add(self, key: bytes, content: bytes, place: int) -> tuple[int, bytes, int]:
        """As the protocol says."""
        row: tuple[int, bytes, int] = self._database.execute(
            "INSERT INTO seen VALUES (?, ?, ?, 0) ON CONFLICT (key) DO UPDATE SET times = times + 1 "
            "RETURNING times, content, place",
            (key, content, place),
        ).fetchone()
        return row

    def close(self) -> None:
        """Forget all of it."""
        self._database.close()


class Fault(msgspec.Struct, frozen=True):
    """What is wrong at a place of the file (a row, or the index of an item)."""

    place: int
    words: str


class Survey(msgspec.Struct):
    """What a file comes to. Counts of events, of items that are none, of repeats, of what is older than is kept, of
    documents with faults; the first events; when they are (ms UTC).
    """

    events: int = 0
    passed: int = 0
    repeats: int = 0
    old: int = 0
    bad: int = 0
    faults: list[Fault] = []
    first: list[WmsPayload] = []
    clients: set[tuple[str, str]] = set()
    since: Millis = 1 << 62
    until: Millis = 0


Derive = Callable[[Iterable[Good]], Iterator[Good]]


def unwatched(items: Items) -> Iterable[tuple[int, object]]:
    """The items; nobody looks on."""
    return items.read()


def survey(
    items: Items,
    mapping: SourceMapping,
    now: Millis,
    shown: int = 0,
    watch: Watch = unwatched,
    derive: Derive = iter,
) -> Survey:
    """Read a file through. `shown`: how many of its first events are kept. `derive` adds what follows from them."""
    found = Survey()
    for outcome in derive(goods(items, mapping, now, found, watch)):
        event = outcome.payload
        found.events += 1
        found.clients.add((event.client.kind, event.client.value))
        found.since, found.until = min(found.since, outcome.ts), max(found.until, outcome.ts)
        if len(found.first) < shown:
            found.first.append(event)
    return found


def goods(items: Items, mapping: SourceMapping, now: Millis, found: Survey, watch: Watch = unwatched) -> Iterator[Good]:
    """The events of a file in its order, the same each time; what is none is counted in `found`."""
    seen = Seen()
    try:
        for outcome in mapped(mapping, watch(items), now, seen):
            match outcome:
                case Mapped():
                    yield outcome.good
                case Bad() if all(fault.reason == TOO_OLD for _, fault in outcome.faults):
                    found.old += 1
                case Bad():
                    found.bad += 1
                    room = MOST_KEPT - len(found.faults)
                    found.faults += [Fault(place, words(fault)) for place, fault in outcome.faults[:room]]
                case _ if outcome.repeat:
                    found.repeats += 1
                case _:
                    found.passed += 1
    finally:
        seen.close()
