"""Decoded sound, and the stretches of it that an engine is given."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from schemas.sources import Word

RATE = 16_000
"""Samples a second of all audio behind `decode`: mono, signed 16 bit, little endian."""

Pcm = npt.NDArray[np.int16]
"""Samples at `RATE`."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded sound in a spooled file: `samples` of s16le mono at `RATE`.

    `damaged` says that the source ended early or had broken parts; `flaw` says which.
    """

    path: Path
    samples: int
    damaged: bool = False
    flaw: str = ""

    @property
    def duration_ms(self) -> int:
        return self.samples * 1000 // RATE

    def pcm(self) -> Pcm:
        """All samples, mapped into memory, read only."""
        return np.memmap(self.path, dtype="<i2", mode="r", shape=(self.samples,))


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a recording for one call of an engine. All times in ms from the recording's start.

    The engine hears `send_…`; a word belongs to the segment whose `own_…` span (end excluded) holds its midpoint.
    The two differ only beside a hard cut, where neighbours hear each other's edge.
    """

    index: int
    own_start_ms: int
    own_end_ms: int
    send_start_ms: int
    send_end_ms: int

    def owns(self, word: Word) -> bool:
        return self.own_start_ms * 2 <= word.start_ms + word.end_ms < self.own_end_ms * 2
