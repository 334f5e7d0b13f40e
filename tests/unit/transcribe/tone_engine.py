"""Engines that hear tones exactly, and fail where a test says so."""

from dataclasses import dataclass, field

import numpy as np

from schemas.sources import Word
from streams.speech.faults import Health
from streams.transcribe.engines.interface import Capabilities, SegmentResult
from streams.transcribe.sound.audio import RATE, Audio, Segment
from tests.tones import hear


@dataclass(frozen=True)
class Bounds:
    segment_min_s: float = 3.0
    segment_max_s: float = 4.0
    hard_max_s: float = 5.0


CAPS = Capabilities(300_000, 1, offline=True, punctuation=False)


@dataclass
class ToneEngine:
    """Hears a word in every tone: its text is the pitch in Hz, its times are exact. Faults by segment number."""

    faults: dict[int, Exception] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    name: str = "tones"
    model: str = "fft"
    caps: Capabilities = CAPS

    def check(self) -> None: ...

    def health(self) -> Health:
        return Health(True, "")

    async def close(self) -> None: ...

    async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        self.asked.append(segment.index)
        if segment.index in self.faults:
            raise self.faults[segment.index]
        first = segment.send_start_ms * 16
        pcm = audio.pcm()[first : segment.send_end_ms * 16].astype(float)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], np.abs(pcm) > 1, [0])))).tolist()
        spans: list[list[int]] = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if spans and start - spans[-1][1] < 200:  # a tone crosses zero
                spans[-1][1] = end
            else:
                spans.append([start, end])
        words = tuple(Word(_pitch(pcm[a:b]), round((first + a) / 16), round((first + b) / 16), 1.0) for a, b in spans)
        return SegmentResult(words, self.name, self.model)


def _pitch(tone: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    return str(int(np.abs(np.fft.rfft(tone, RATE)).argmax()))


class Ears(ToneEngine):
    """Hears `tests.tones`, exactly."""

    async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        self.asked.append(segment.index)
        self.lengths.append(segment.send_end_ms - segment.send_start_ms)
        pcm = audio.pcm()[segment.send_start_ms * 16 : segment.send_end_ms * 16]
        return SegmentResult(tuple(hear(pcm, segment.send_start_ms)), self.name, self.model)
