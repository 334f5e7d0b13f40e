"""One participant's sound in one connection: its packets become open and closed turns. It decodes only what it must:
Opus of turns, or everything where the bridge tells no levels.
"""

from collections.abc import Iterator
from math import log10

import av
import numpy as np

from processors.turns import PACKET, Act, Begun, Ended, Heard, InOrder, Turns
from schemas.audio import TICKS_PER_MS, UNTOLD, AudioBlock, Packet
from schemas.types import Millis

RATE = 48_000
OUT = 16_000
SILENT = 127
"""-dBov of nothing."""
LONGEST_HOLE = RATE
"""Ticks of lost packets that are filled with silence, so that the times stay right."""


class Voice:
    """Opus packets of one sender → s16le 16 kHz. The decoder goes on from packet to packet."""

    def __init__(self) -> None:
        self._decoder = av.AudioCodecContext.create("libopus", "r")
        self._decoder.sample_rate, self._decoder.layout = RATE, "mono"
        self._down = av.AudioResampler(format="s16", layout="mono", rate=OUT)

    def pcm(self, opus: bytes) -> bytes:
        """The sound of a packet; silence of its length for one that is broken. One without a byte would tell the
        decoder that nothing comes any more, and it would say nothing of all that follows."""
        if not opus:
            return bytes(PACKET // 3 * 2)
        try:
            frames = [out for frame in self._decoder.decode(av.Packet(opus)) for out in self._down.resample(frame)]
        except av.error.FFmpegError:
            return bytes(PACKET // 3 * 2)
        return b"".join(frame.to_ndarray().tobytes() for frame in frames)


def level_of(pcm: bytes) -> int:
    """-dBov of s16le sound, as RFC 6464 has it."""
    sound = np.frombuffer(pcm, "<i2").astype(np.float32)
    power = float((sound * sound).mean()) if sound.size else 0.0
    return SILENT if power < 1e-3 else min(SILENT, max(0, round(-10 * log10(power / 32768**2))))


class Source:
    """Turns of one source. `zero`: the wall clock at tick 0, as known best. What is before `since` was told already."""

    def __init__(self, block: AudioBlock, since: int = -1) -> None:
        self.meeting_id, self.connection, self.tag = block.meeting_id, block.connection, block.tag
        self.endpoint, self.zero = block.endpoint, block.zero
        self._order, self._turns = InOrder(), Turns(since)
        self._voice = Voice()
        self._at = -1

    def take(self, block: AudioBlock) -> Iterator[Act]:
        """What a block means; the sound of what is heard is s16le 16 kHz."""
        self.zero = block.zero
        for packet in self._order.take(block.packets):
            yield from self._heard(packet)

    def close(self) -> Iterator[Act]:
        """Nothing comes any more, or for a while."""
        for packet in self._order.rest():
            yield from self._heard(packet)
        yield from self._sounding(self._turns.close())

    @property
    def who(self) -> str:
        """One source, unlike any other's."""
        return f"{self.connection}/{self.tag}"

    def wall(self, ticks: int) -> Millis:
        """The wall clock at a tick, as known best."""
        return self.zero + round(ticks / TICKS_PER_MS)

    @property
    def open(self) -> bool:
        """Whether a turn is."""
        return self._turns.open

    def _heard(self, packet: Packet) -> Iterator[Act]:
        if packet.level == UNTOLD:
            pcm = self._voice.pcm(packet.opus)
            heard = Heard(packet.ts, level_of(pcm), pcm)
        else:
            heard = Heard(packet.ts, packet.level, packet.opus)
        yield from self._sounding(self._turns.take(heard), decoded=packet.level == UNTOLD)

    def _sounding(self, acts: Iterator[Act], decoded: bool = False) -> Iterator[Act]:
        for act in acts:
            match act:
                case Heard(ts, level, sound):
                    pcm = sound if decoded else self._voice.pcm(sound)
                    hole = ts - self._at if self._at >= 0 else 0
                    lost = bytes(hole // 3 * 2) if 0 < hole <= LONGEST_HOLE else b""
                    self._at = ts + len(pcm) // 2 * 3
                    yield Heard(ts, level, lost + pcm)
                case Begun():
                    self._at = -1
                    yield act
                case Ended():
                    yield act
