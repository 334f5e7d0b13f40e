"""The ids that a busy lead had today beyond its newest few: chunks that are sealed once and written once.

A state record is written for each touched lead and batch, so what it holds must stay small; a lead with 50 000 events
a day has 400 kB of ids. The newest ids stand in the state record itself (`LeadState.ids`); of each full chunk it holds
the number and the hour of its newest id, and the chunk is a record of its own.

Which ids a chunk has follows from the lead's events alone, not from how they were batched: written again, it is equal.
"""

from array import array
from collections.abc import Sequence, Set
from itertools import takewhile

CHUNK = 512
"""Ids of a chunk: 4 kB, about what days and alerts of a state take."""
ID_BYTES = 8


class Sealed:
    """A lead's sealed chunks. Grows in the fold. `fresh` and `gone` are numbers whose records are due."""

    __slots__ = ("_chunks", "fresh", "gone", "hours", "known", "next")

    def __init__(self, next_: int = 0, hours: dict[int, int] | None = None) -> None:
        self.next = next_
        self.hours = hours if hours is not None else {}
        self.known: set[int] = set()
        self.fresh: list[int] = []
        self.gone: list[int] = []
        self._chunks: dict[int, array[int]] = {}

    def seal(self, ids: Sequence[int], hour: int) -> None:
        """Take a chunk of ids, the newest of which arrived in `hour` (hours since 1970)."""
        number, self.next = self.next, self.next + 1
        self.hours[number] = hour
        self.fresh.append(number)
        self._keep(number, array("Q", ids))

    def forget(self, before: int) -> bool:
        """Drop the chunks whose newest id arrived before the hour `before`. Whether there were any."""
        stale = [number for number, _ in takewhile(lambda item: item[1] < before, self.hours.items())]  # oldest first
        for number in stale:
            del self.hours[number]
            self.known.difference_update(self._chunks.pop(number, ()))
        self.gone += stale
        return bool(stale)

    def discard(self, ids: Set[int]) -> None:
        """Forget these ids: their events are another lead's, and may come back."""
        for number, chunk in self._chunks.items():
            if not ids.isdisjoint(chunk):
                self._chunks[number] = array("Q", [id_ for id_ in chunk if id_ not in ids])
                self.fresh.append(number)
        self.known.difference_update(ids)

    def fill(self, chunks: dict[int, bytes]) -> list[int]:
        """Take the records of the chunks back; the numbers that are missing. What the state does not name is `gone`;
        what it does not name *yet* was written by somebody who was killed before his state: it comes again."""
        self.gone += [number for number in chunks if number not in self.hours and number < self.next]
        for number in self.hours.keys() & chunks.keys():
            self._keep(number, array("Q", chunks[number]))
        return [number for number in self.hours if number not in chunks]

    def packed(self, number: int) -> bytes:
        """The record of a chunk: ids of 8 bytes, in the order of this machine (little endian everywhere we run)."""
        return self._chunks[number].tobytes()

    def _keep(self, number: int, ids: "array[int]") -> None:
        self._chunks[number] = ids
        self.known.update(ids)

    def __eq__(self, other: object) -> bool:
        """By what the state record says of them."""
        return isinstance(other, Sealed) and (self.next, self.hours) == (other.next, other.hours)

    __hash__ = None  # type: ignore[assignment]
