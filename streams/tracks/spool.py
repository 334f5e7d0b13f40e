"""The sound of one meeting on this machine's disk, as it is read from the topic: memory does not grow with it."""

from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

from processors.tracks.lines import Span
from processors.tracks.packets import LONGEST, QUIET, ROW, TICKS, Table, in_order, length_of
from schemas.audio import (
    AudioAlive,
    AudioBlock,
    AudioClosed,
    AudioGap,
    AudioOpened,
    AudioRecord,
    AudioUnreadable,
    Packet,
)
from schemas.types import Millis

LONGEST_S = 2 * 86_400
"""Of a connection: older sound the broker does not keep."""


class SourceKey(NamedTuple):
    """A tag of a connection, and whose it is."""

    connection: str
    tag: str
    endpoint: str


class Sound:
    """What was read: all payloads behind each other in one file, and a file of rows for each source."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.payloads = folder / "opus"
        self._written = 0
        self.sources: dict[SourceKey, int] = {}
        """Their numbers."""
        self.zeros: dict[str, Millis] = {}
        """Of each connection the wall clock at tick 0: the lowest that was told, for what comes late says more."""
        self._seen: dict[str, list[Millis]] = {}
        self.gaps: list[Span] = []
        self.ended_at: Millis = 0
        """When the bridge said last that the session is over; 0 where it never did."""

    def take(self, record: AudioRecord) -> None:
        """One record of this meeting, in any order; twice is once. Raises `OSError`."""
        match record:
            case AudioBlock():
                self._keep(record)
            case AudioOpened() | AudioAlive() | AudioClosed():
                self.ended_at = max(self.ended_at, record.at if isinstance(record, AudioClosed) and record.ended else 0)
                self._seen.setdefault(record.connection, []).append(record.at)
            case AudioGap():
                self.gaps.append(Span(record.since, record.until))
            case AudioUnreadable():
                pass

    def _keep(self, block: AudioBlock) -> None:
        packets = [packet for packet in block.packets if _is_sane(packet)]
        if not packets:
            return
        self.zeros[block.connection] = min(block.zero, self.zeros.get(block.connection, block.zero))
        key = SourceKey(block.connection, block.tag, block.endpoint)
        number = self.sources.setdefault(key, len(self.sources))
        rows = []
        for packet in packets:
            length, size = min(length_of(packet.opus), LONGEST), len(packet.opus)
            level = max(-1, min(packet.level, QUIET))
            rows.append((packet.ts, packet.chunk, crc32(packet.opus), level, length, size, self._written))
            self._written += size
        with self.payloads.open("ab") as out:
            out.write(b"".join(packet.opus for packet in packets))
        with self._rows(number).open("ab") as out:
            out.write(np.array(rows, ROW).tobytes())

    def _rows(self, number: int) -> Path:
        return self._folder / f"{number}.rows"

    def table(self, number: int) -> Table:
        """A source's packets in order, each once."""
        return in_order(np.fromfile(self._rows(number), ROW))

    def connections(self) -> dict[str, Span]:
        """From when to when each was there, wall clock: as told, and as its sound says."""
        found: dict[str, Span] = {connection: Span(min(at), max(at)) for connection, at in self._seen.items()}
        for key, number in self.sources.items():
            table = np.fromfile(self._rows(number), ROW)
            zero = self.zeros[key.connection]
            span = Span(zero + int(table["ts"].min()) // 48, zero + int(table["ts"].max()) // 48)
            told = found.get(key.connection, span)
            found[key.connection] = Span(min(told.since, span.since), max(told.until, span.until))
        return found

    def lane(self, number: int) -> Path:
        """The file of a finished line."""
        return self._folder / f"{number}.lane.npy"


def _is_sane(packet: Packet) -> bool:
    """Whether it is a packet of sound with a time and a number that can be."""
    in_time = 0 <= packet.ts < LONGEST_S * TICKS and 0 <= packet.chunk < 1 << 48
    return in_time and length_of(packet.opus) > 0 and len(packet.opus) < 1 << 16
