"""One participant's packets as they come → what he said, turn by turn: put in order, opened by a voice, closed by a
pause. Pure: the pause is measured by the bridge's media clock, so packets that come again make the same turns.

    packet 20 ms    level below LOUD opens a turn, with what was just before it (`BEFORE`)
    turn            over after a pause of `PAUSE`; a long one at the first short pause, the longest in mid-word
    nothing comes   muted, or the meeting is over: whoever feeds it closes the turn (`Turns.close`) after a while
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from schemas.audio import TICKS_PER_MS, Packet

PACKET: Final = 20 * TICKS_PER_MS
"""Of a packet, as browsers send them."""
HELD: Final = 4
HELD_TICKS: Final = 100 * TICKS_PER_MS
"""So many packets wait for an earlier one, and so long by the times of later ones; then it is lost."""
LOUD: Final = 60
"""-dBov: a voice is louder (a smaller figure), a quiet room is not."""
BEFORE: Final = 12
"""Packets before the first loud one that belong to the turn: a word begins softly."""
PAUSE: Final = 600 * TICKS_PER_MS
LONG: Final = 15_000 * TICKS_PER_MS
SHORT_PAUSE: Final = 200 * TICKS_PER_MS
"""A turn of that length is over at a pause of that length: what was said must be there to be read."""
LONGEST: Final = 30_000 * TICKS_PER_MS


class Heard(NamedTuple):
    """A packet in its place. `sound`: whatever the feeder needs of it."""

    ts: int
    level: int
    sound: bytes


class Begun(NamedTuple):
    """A turn begins. `mark`: its first loud packet, which is the same however it is heard again."""

    mark: int


class Ended(NamedTuple):
    """It is over. `last`: where its sound ends."""

    last: int


Act: TypeAlias = Begun | Heard | Ended


class InOrder:
    """Packets of one source in the order of their sequence numbers, each once; one that comes too late is lost."""

    def __init__(self) -> None:
        self._held: dict[int, Packet] = {}
        self._next, self._latest = -1, -1

    def take(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """What can be heard now."""
        for packet in packets:
            if packet.chunk < self._next:
                if packet.ts <= self._latest:
                    continue
                yield from self.rest()  # the same voice from another sender: its numbers begin anew
            self._held[packet.chunk] = packet
            while self._held and (self._next in (-1, first := min(self._held)) or self._waited(first, packet.ts)):
                yield self._pop()

    def rest(self) -> Iterator[Packet]:
        """What waited for an earlier packet that does not come any more."""
        while self._held:
            yield self._pop()
        self._next = -1

    def _waited(self, first: int, now: int) -> bool:
        return len(self._held) > HELD or now - self._held[first].ts > HELD_TICKS

    def _pop(self) -> Packet:
        first = self._held.pop(min(self._held))
        self._next, self._latest = first.chunk + 1, max(self._latest, first.ts)
        return first


class Turns:
    """Turns of one source. What is before `since` (ticks) was told already."""

    def __init__(self, since: int = -1) -> None:
        self._before: deque[Heard] = deque(maxlen=BEFORE)
        self._since = since
        self._begun, self._loud, self._at = 0, 0, 0
        self.open = False

    def take(self, heard: Heard) -> Iterator[Act]:
        """What the next packet means."""
        if heard.ts < self._since:
            return
        if self.open and heard.ts - self._at > PAUSE:
            yield from self.close()
        loud = heard.level < LOUD
        if loud:
            self._loud = heard.ts + PACKET
        if not self.open:
            if not loud:
                self._before.append(heard)
                return
            yield from self._open(heard)
        self._at = heard.ts + PACKET
        yield heard
        quiet, length = self._at - self._loud, self._at - self._begun
        if quiet >= PAUSE or (length >= LONG and quiet >= SHORT_PAUSE) or length >= LONGEST:
            yield from self.close()

    def close(self) -> Iterator[Act]:
        """Nothing more comes of this turn."""
        if self.open:
            self.open = False
            yield Ended(self._at)

    def _open(self, loud: Heard) -> Iterator[Act]:
        self.open, self._begun = True, loud.ts
        yield Begun(loud.ts)
        yield from (one for one in self._before if one.ts >= loud.ts - 2 * BEFORE * PACKET)
        self._before.clear()
