"""Packets of one connection of the bridge, gathered into blocks of about a second. Pure: every time comes in.

packets      a1 a1 b1 a1 …                       one source each, as they come
blocks       [a1: 1 s] [b1: 1 s] [a1: 1 s] …     cut by the second, or by `due` where a source falls silent
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from processors.bridge import SURE, Media, Start, sealed_by, unpack_red
from schemas.audio import TICKS_PER_MS, AudioBlock, AudioUnreadable, Packet, Reason
from schemas.types import Millis

BLOCK_MS = 1000
SILENT_MS = 300
"""Nothing came for so long: a microphone was muted, and who listens need not wait for the rest of a block."""
BLOCK_BYTES = 256 << 10
MOST_TAGS = 64
"""Sources in one connection, and participants told of as unreadable."""
FRAME_MS = 20
AHEAD_MS = 10_000
"""By which a source's clock may be ahead of its connection's age: of twins one begins some seconds before the other."""
LEAK = 0.0001
"""ms that the lowest delay is forgotten by in a ms: 0.1 a second, for two clocks drift apart by less."""


class Anchor:
    """The wall clock at `ts` 0. The bridge sends no origin, so it is the lower envelope of arrival - ts."""

    def __init__(self, opened: Millis) -> None:
        self._zero, self._at = float(opened), float(opened)
        self._heard = False

    def heard(self, ts: int, arrived: Millis) -> None:
        """A packet came."""
        zero = arrived - ts / TICKS_PER_MS
        leaked = self._zero + LEAK * max(0.0, arrived - self._at)
        self._zero = min(zero, leaked) if self._heard else zero
        self._at, self._heard = arrived, True

    @property
    def zero(self) -> Millis:
        """By what is known so far."""
        return max(0, round(self._zero))


@dataclass
class _Source:
    tag: str
    endpoint: str
    encoding: str
    packets: list[Packet] = field(default_factory=list)
    size: int = 0
    began: Millis = 0
    """When the first of `packets` came, and the last."""
    last: Millis = 0
    seal: int | None = None
    sealed: int = 0
    shift: int = 0
    """Ticks by which its clock is wrong."""


class Gathering:
    """One connection. What it gives is to be kept in that order. It is not told apart who is the twin of whom."""

    def __init__(self, meeting_id: str, connection: str, opened: Millis) -> None:
        self._meeting, self._connection, self._opened = meeting_id, connection, opened
        self._sources: dict[str, _Source] = {}
        self._told: set[tuple[str, Reason]] = set()
        self.anchor = Anchor(opened)
        self.unknown = 0
        """Packets of sources that were never announced."""

    def start(self, start: Start) -> Iterator[AudioBlock | AudioUnreadable]:
        """A source begins, or begins anew under the same name."""
        known = self._sources.get(start.tag)
        if known is None and len(self._sources) >= MOST_TAGS:
            yield from self._unreadable(start.endpoint, "limit")
            return
        if known is not None:
            yield from self._cut(known)
        source = _Source(start.tag, start.endpoint or start.tag, start.encoding)
        self._sources[start.tag] = source
        if source.encoding not in ("opus", "red"):
            yield from self._unreadable(source.endpoint, "encoding")

    def media(self, media: Media, now: Millis) -> Iterator[AudioBlock | AudioUnreadable]:
        """A packet came at `now` (ms UTC)."""
        source = self._sources.get(media.tag)
        if source is None:
            self.unknown += 1
            return
        ts = self._time(source, media.timestamp, now)
        self.anchor.heard(ts, now)
        opus = media.payload
        if source.encoding == "red":
            found = unpack_red(opus)
            if found is None:
                yield from self._unreadable(source.endpoint, "red")
                return
            opus = found[0]
        elif source.encoding != "opus":
            return
        if self._is_sealed(source, opus):
            yield from self._unreadable(source.endpoint, "encrypted")
            return
        if not opus:
            return
        if not source.packets:
            source.began = now
        source.last = now
        source.packets.append(Packet(media.chunk, ts, media.level, opus))
        source.size += len(opus)
        if now - source.began >= BLOCK_MS or source.size >= BLOCK_BYTES or _span(source.packets) >= BLOCK_MS:
            yield from self._cut(source)

    def due(self, now: Millis) -> Iterator[AudioBlock]:
        """Blocks of sources that fell silent: nothing comes of a muted one."""
        for source in self._sources.values():
            if source.packets and (now - source.began >= BLOCK_MS or now - source.last >= SILENT_MS):
                yield from self._cut(source)

    def rest(self) -> Iterator[AudioBlock]:
        """The connection is over."""
        for source in self._sources.values():
            yield from self._cut(source)

    def _cut(self, source: _Source) -> Iterator[AudioBlock]:
        packets, source.packets, source.size = source.packets, [], 0
        if packets:
            zero = self.anchor.zero
            yield AudioBlock(self._meeting, self._connection, source.tag, source.endpoint, zero, packets)

    def _time(self, source: _Source, told: int, now: Millis) -> int:
        """Of a packet, on the connection's clock. What is before its beginning or ahead of its age cannot be: the
        source's own clock has jumped, and goes on from what it is now, or has come back."""
        age = (now - self._opened) * TICKS_PER_MS
        for shift in (0, source.shift):
            if 0 <= told - shift <= age + AHEAD_MS * TICKS_PER_MS:
                source.shift = shift
                return told - shift
        source.shift = told - age
        return age

    def _is_sealed(self, source: _Source, payload: bytes) -> bool:
        seal = sealed_by(payload)
        if seal is None or seal != source.seal:
            source.seal, source.sealed = seal, 0 if seal is None else 1
            return False
        source.sealed += 1
        if source.sealed >= SURE:
            source.packets, source.size = [], 0
        return source.sealed >= SURE

    def _unreadable(self, endpoint: str, why: Reason) -> Iterator[AudioUnreadable]:
        if (endpoint, why) not in self._told and len(self._told) < MOST_TAGS:
            self._told.add((endpoint, why))
            yield AudioUnreadable(self._meeting, self._connection, endpoint, why)


def span_of(block: AudioBlock) -> tuple[Millis, Millis]:
    """Wall clock of the block's first and last moment."""
    times = [packet.ts for packet in block.packets]
    return block.zero + min(times) // TICKS_PER_MS, block.zero + max(times) // TICKS_PER_MS + FRAME_MS


def _span(packets: list[Packet]) -> int:
    return (packets[-1].ts - packets[0].ts) // TICKS_PER_MS
