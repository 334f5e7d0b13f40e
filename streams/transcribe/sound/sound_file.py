"""Frames of a decoded stream → files of 16 kHz s16le, holes filled, with what went wrong on the way."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np

from schemas.errors import Terminal, Transient
from streams.transcribe.sound.audio import RATE, Pcm
from streams.transcribe.sound.channels import Channels

GAP_S = 0.1
"""A hole in the source's time stamps longer than this becomes silence, so later words keep their times."""
SHORT_S = 1.0
"""Missing sound at the end that still counts as whole: containers round, encoders pad."""
LONGEST_S = 12 * 3600
"""Longest recording we take; also stops a broken time stamp from filling the disk with silence."""
MOST_HOLES = 5
"""Holes that are told with their place; of the others how many there are."""
LOWEST, HIGHEST = 4000, 1_000_000
"""Samples a second of what may be speech: the telephone has 8000, the finest recorders 768 000. A file that claims less
would become 16 000 times as large."""
BLOCK = 1 << 15
"""Samples resampled at once (0.7 s at 44.1 kHz): the whole decode takes 4.3 s of CPU for 90 min, 7.8 s at 1024."""


class Unreadable(Terminal):
    """There is no sound to be had from this file; the text says why."""


class NoSound(Unreadable):
    """The file can be read, and nothing in it is sound."""


class FileAway(Transient):
    """The file is not there, or not to be read, but may be later: nothing is known against it. Others do not wait."""


class SoundFile:
    """The files being written, side by side, and what went wrong on the way.

    `channels` of the source, one for each file; without them all are mixed into the only file.
    """

    def __init__(self, paths: Sequence[Path], channels: Sequence[int] = ()) -> None:
        self.paths, self.channels = paths, channels
        self.lasting_s: float | None = None
        self.samples = 0
        self.flaw = ""
        self._holes: list[tuple[float, float]] = []
        self._files: list[BinaryIO] = []

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._files = [opened.enter_context(path.open("wb")) for path in self.paths]
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._opened.close()

    def write(self, frame: Any) -> None:
        """An audio frame of packed s16 at `RATE`."""
        if self.samples > LONGEST_S * RATE:
            raise Unreadable(f"длиннее {LONGEST_S // 3600} ч")
        pcm = np.frombuffer(frame.planes[0], "<i2", frame.samples * len(frame.layout.channels))
        by_channel = pcm.reshape(frame.samples, -1)
        sounds = [by_channel[:, at] for at in self.channels] or [_mixed(by_channel)]
        for file, sound in zip(self._files, sounds, strict=True):
            file.write(sound.tobytes())
        self.samples += frame.samples

    def advance(self, to_s: float) -> None:
        """Fill up with silence to `to_s` seconds if that is a hole; a hole past the known end is a broken stamp."""
        missing = round(to_s * RATE) - self.samples
        if missing <= GAP_S * RATE:
            return
        if to_s > (LONGEST_S if self.lasting_s is None else self.lasting_s + SHORT_S):
            self.flaw = "испорчены отметки времени"
            return
        if self.samples:  # before the first sound it is a late start
            self._holes.append((self.samples / RATE, to_s))
        for file in self._files:
            file.seek(missing * 2, 1)  # a hole in a sparse file reads as zeros
        self.samples += missing

    def holes(self) -> str:
        """Where sound is missing in the middle, in words; nothing where it is not."""
        told = ", ".join(f"с {start:.1f} по {end:.1f} с" for start, end in self._holes[:MOST_HOLES])
        more = f" и ещё {len(self._holes) - MOST_HOLES}" if len(self._holes) > MOST_HOLES else ""
        return f"нет звука {told}{more}" if told else ""

    def shortfall(self) -> str:
        if self.lasting_s is None or self.samples / RATE >= self.lasting_s - max(SHORT_S, self.lasting_s / 1000):
            return ""
        return f"кончается на {self.samples / RATE:.1f} с из {self.lasting_s:.1f} с"


def _mixed(by_channel: Pcm) -> Pcm:
    return by_channel if by_channel.shape[1] == 1 else np.asarray(by_channel.mean(axis=1, dtype=np.float32), np.int16)


class Blocks:
    """Gathers small frames into blocks and resamples those. A stream may change rate or layout in the middle."""

    def __init__(self, spool: SoundFile, channels: Channels | None) -> None:
        self.spool = spool
        self._channels = channels
        self._shape: tuple[str, str, int] | None = None
        self._fifo: Any = None
        self._resampler: Any = None

    @property
    def reached_s(self) -> float:
        """How much sound came so far, in seconds."""
        held = self._fifo.samples / self._fifo.sample_rate if self._fifo and self._fifo.sample_rate else 0.0
        return float(held + self.spool.samples / RATE)

    def take(self, frame: Any) -> None:
        """A decoded frame. Raises `Unreadable` for one that no speech can be in."""
        if not LOWEST <= frame.sample_rate <= HIGHEST:
            raise Unreadable(f"частота дискретизации {frame.sample_rate} Гц: речи в таком файле быть не может")
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self.flush()
            self._restart(frame.layout)
            self._shape = shape
        frame.pts = None  # time is kept by `advance`; the fifo would refuse jumps
        self._fifo.write(frame)
        while block := self._fifo.read(BLOCK):
            self._resample(block)

    def advance(self, to_s: float) -> None:
        """Bring out what is held back if `to_s` may be past a hole, so the hole is filled at its place."""
        if to_s - self.reached_s > GAP_S:
            self.flush()
            self.spool.advance(to_s)

    def flush(self) -> None:
        if self._shape is None:
            return
        if block := self._fifo.read(0, partial=True):
            self._resample(block)
        self._resample(None)
        self._shape = None

    def _restart(self, layout: Any) -> None:
        import av

        self._fifo = av.AudioFifo()
        # channels without names would be taken for surround sound, where the third is left out, or refused from nine on
        nameless = len(layout.channels) > 2 and layout.name.endswith(" channels")
        separate = self.spool.channels or nameless
        self._resampler = av.AudioResampler(format="s16", layout=layout if separate else "mono", rate=RATE)

    def _resample(self, block: Any) -> None:
        if self._channels and block:
            self._channels.take(block)
        for out in self._resampler.resample(block):
            self.spool.write(out)
