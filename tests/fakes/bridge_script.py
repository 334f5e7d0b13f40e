"""What is said in a meeting, by whom and when: espeak voices as Opus packets of each microphone, and the truth of it.

script = Script.of([Turn("a1b2c3d4", 0.5, "мы уходим к другому складу"), Turn("b1b2c3d4", 1.0, "подождите", "ru+m3")])
script.frames   # of all microphones, in order of time
script.words    # every word: who, and from when to when

A microphone is muted outside of its turns: nothing comes, as the bridge drops what is silent. `open_ms` of an open one
is DTX: a packet of 20 ms each 400, and no hole in the sequence.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import av
import numpy as np

from schemas.audio import AudioBlock, AudioClosed, AudioOpened, AudioRecord, Packet
from tests.speech import RATE, Pcm, quiet, speak

FRAME_MS, TICKS = 20, 960
SILENT = 127
DTX_MS = 400
LEAD_MS, TAIL_MS = 100, 300
"""Of an unmuted microphone around what is said."""


class Turn(NamedTuple):
    """`who` speaks (an endpoint's id), `at` seconds from the script's start. `open_ms`: so long the microphone stays
    open after it."""

    who: str
    at: float
    text: str
    voice: str = "ru"
    open_ms: int = 0


class SaidWord(NamedTuple):
    """The truth. ms from the script's start."""

    who: str
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of a microphone: when it was spoken (ms from the script's start), its number in his sequence."""

    who: str
    at_ms: int
    number: int
    level: int
    opus: bytes


@dataclass(frozen=True)
class Script:
    """`frames` in order of time."""

    frames: Sequence[Frame]
    words: Sequence[SaidWord]

    @classmethod
    def of(cls, turns: Iterable[Turn]) -> "Script":
        """Speaks all of it; turns of one person must not overlap."""
        frames: list[Frame] = []
        words: list[SaidWord] = []
        by: dict[str, list[Turn]] = {}
        for turn in sorted(turns, key=lambda one: one.at):
            by.setdefault(turn.who, []).append(turn)
        for who, his in by.items():
            frames += _microphone(who, his)
            words += [word for turn in his for word in _words(turn)]
        return cls(sorted(frames, key=lambda one: one.at_ms), sorted(words, key=lambda one: one.start_ms))

    @property
    def length_ms(self) -> int:
        """To its last frame's end."""
        return max((frame.at_ms for frame in self.frames), default=0) + FRAME_MS

    def records(self, meeting: str, zero: int, connection: str = "c0", room: str = "") -> Iterator[AudioRecord]:
        """What the entrance writes of it where nothing is lost: `zero` is the wall clock of the script's start."""
        yield AudioOpened(meeting, connection, zero, room, "2.3.300")
        blocks: dict[tuple[int, str], list[Packet]] = {}
        for frame in self.frames:
            packet = Packet(frame.number, frame.at_ms * 48, frame.level, frame.opus)
            blocks.setdefault((frame.at_ms // 1000, frame.who), []).append(packet)
        for (_, who), packets in sorted(blocks.items()):
            yield AudioBlock(meeting, connection, f"{who}-a0", who, zero, packets)
        yield AudioClosed(meeting, connection, zero + self.length_ms, ended=True)


def _words(turn: Turn) -> Iterator[SaidWord]:
    start = round(turn.at * 1000)
    for word in _spoken(turn.text, turn.voice).words:
        yield SaidWord(turn.who, word.text.lower(), start + round(word.start * 1000), start + round(word.end * 1000))


@cache
def _spoken(text: str, voice: str):  # type: ignore[no-untyped-def]
    return speak(text, voice)


def _microphone(who: str, turns: Sequence[Turn]) -> Iterator[Frame]:
    """One encoder and one sequence for the whole meeting, as a browser has."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.format, encoder.layout, encoder.bit_rate = 48_000, "s16", "mono", 32_000
    encoder.options = {"application": "voip", "frame_duration": str(FRAME_MS), "packet_loss": "2", "fec": "1"}
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
    number, free = 31_000, 0
    for turn in turns:
        begin = max(0, round(turn.at * 1000) - LEAD_MS) // FRAME_MS * FRAME_MS
        assert begin >= free, f"{who} speaks twice at {turn.at}"
        before = round(turn.at * 1000) - begin
        sound = np.concatenate([quiet(before / 1000), _spoken(turn.text, turn.voice).pcm, quiet(TAIL_MS / 1000)])
        last = begin
        for place, pcm in enumerate(_pieces(sound)):
            last = begin + place * FRAME_MS
            for packet in _encoded(encoder, resampler, pcm):
                yield Frame(who, last, number, _level(pcm), packet)
                number += 1
        free = last + FRAME_MS
        for at in range(free + DTX_MS, free + turn.open_ms, DTX_MS):
            for packet in _encoded(encoder, resampler, quiet(FRAME_MS / 1000)):
                yield Frame(who, at // FRAME_MS * FRAME_MS, number, 90, packet)
                number += 1
            free = at + FRAME_MS


def _pieces(pcm: Pcm) -> Iterator[Pcm]:
    size = RATE * FRAME_MS // 1000
    for start in range(0, len(pcm), size):
        piece = pcm[start : start + size]
        yield np.concatenate([piece, np.zeros(size - len(piece), np.int16)]) if len(piece) < size else piece


def _encoded(encoder: av.AudioCodecContext, resampler: av.AudioResampler, pcm: Pcm) -> Iterator[bytes]:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm)[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts = RATE, None
    for piece in resampler.resample(frame):
        piece.pts = None
        for packet in encoder.encode(piece):
            yield bytes(packet)


def _level(pcm: Pcm) -> int:
    """RFC 6464: -dBov, 127 for digital silence."""
    power = float(np.mean(np.square(pcm.astype(np.float64)))) / 32768**2
    return SILENT if power <= 0 else min(SILENT, round(-10 * np.log10(power)))
