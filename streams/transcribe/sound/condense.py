"""Somebody's own track without its silence, and the map that gives words their times back. Pure, but for the file.

In a meeting each of four people is silent for most of it, and a service that counts seconds counts those, too. What is
left of a longer silence is half a second: enough for an engine to hear that a sentence is over.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec import structs

from processors.utterances import utterances as by_pauses
from schemas.meetings import Utterance
from schemas.sources import Word
from schemas.speech import FinishedSegment
from streams.transcribe.sound.audio import RATE, Audio, Pcm, Segment
from streams.transcribe.sound.plan import FRAME_MS, levels, thresholds

PAD = 250 // FRAME_MS
"""Frames of silence that stay on each side of speech: half a second between two stretches."""
PER_MS = RATE // 1000
APART_MS = 1000
"""Words with so much cut out between them are of two utterances, whatever the engine made of them."""


class Piece(NamedTuple):
    """A stretch that stays: where it begins in what is left and in the source, ms."""

    at: int
    source: int
    length: int


@dataclass(frozen=True, slots=True)
class TimeMap:
    """From times in what is left to times of the source. Without pieces they are the same."""

    pieces: tuple[Piece, ...] = ()

    def start(self, at: int) -> int:
        """Of something that begins at `at`."""
        place = max(0, bisect_right(self.pieces, at, key=lambda one: one.at) - 1)
        return at if not self.pieces else self._in(self.pieces[place], at)

    def end(self, at: int) -> int:
        """Of something that ends at `at`: at a joint it ends with the stretch before it."""
        place = max(0, bisect_left(self.pieces, at, key=lambda one: one.at) - 1)
        return at if not self.pieces else self._in(self.pieces[place], at)

    def _in(self, piece: Piece, at: int) -> int:
        return piece.source + at - piece.at

    def word(self, word: Word) -> Word:
        """A word does not reach over what was cut out."""
        start, end = self.start(word.start_ms), self.end(word.end_ms)
        length = word.end_ms - word.start_ms
        return Word(word.text, start, min(max(end, start), start + length), word.confidence, word.speaker)

    def segment(self, segment: Segment) -> Segment:
        """The stretch of the source."""
        return replace(
            segment,
            own_start_ms=self.start(segment.own_start_ms),
            own_end_ms=self.end(segment.own_end_ms),
            send_start_ms=self.start(segment.send_start_ms),
            send_end_ms=self.end(segment.send_end_ms),
        )

    def finished(self, finished: FinishedSegment) -> FinishedSegment:
        """An engine's answer in times of the source. An utterance over a cut is parted there."""
        if not self.pieces:
            return finished
        note = structs.replace(
            finished.note, start_ms=self.start(finished.note.start_ms), end_ms=self.end(finished.note.end_ms)
        )
        words = [self.word(word) for word in finished.words]
        if sum(finished.lengths) != len(words):
            return FinishedSegment(note, words, by_pauses(words) if finished.utterances else [], [])
        said: list[Utterance] = []
        lengths: list[int] = []
        at = 0
        for utterance, length in zip(finished.utterances, finished.lengths, strict=True):
            for first, last in self._parts(finished.words[at : at + length]):
                said.append(_part(utterance, words[at + first : at + last], first, last, length))
                lengths.append(last - first)
            at += length
        return FinishedSegment(note, words, said, lengths)

    def _parts(self, words: Sequence[Word]) -> list[tuple[int, int]]:
        """[first, last) of the words between which something was cut out."""
        cuts = [
            at
            for at, (one, other) in enumerate(pairwise(words), start=1)
            if self.start(other.start_ms) - self.end(one.end_ms) - (other.start_ms - one.end_ms) > APART_MS
        ]
        return list(pairwise([0, *cuts, len(words)]))


def _part(utterance: Utterance, words: Sequence[Word], first: int, last: int, length: int) -> Utterance:
    tokens = utterance.text.split()
    text = " ".join(tokens[first:last] if len(tokens) == length else [word.text for word in words])
    start, end = (words[0].start_ms, words[-1].end_ms) if words else (utterance.start_ms, utterance.end_ms)
    pauses = [pause - first for pause in utterance.pauses if first < pause < last]
    return structs.replace(utterance, start_ms=start, end_ms=end, text=text, pauses=pauses)


def condense(pcm: Pcm) -> TimeMap:
    """Which stretches of the sound stay."""
    db = levels(pcm)
    loud = db > thresholds(db).speech
    if not loud.any():
        return TimeMap()
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False]))))
    pieces: list[Piece] = []
    at = 0
    for start, end in _joined([(int(start) - PAD, int(end) + PAD) for start, end in edges.reshape(-1, 2)]):
        first, last = max(0, start), min(end, len(db))
        pieces.append(Piece(at, first * FRAME_MS, (last - first) * FRAME_MS))
        at += pieces[-1].length
    return TimeMap(tuple(pieces))


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def write(audio: Audio, times: TimeMap, into: Path) -> Audio:
    """The stretches that stay, as a spooled file of their own. Blocking. Raises `OSError`."""
    pcm = audio.pcm()
    samples = 0
    with into.open("wb") as file:
        for piece in times.pieces:
            kept = pcm[piece.source * PER_MS : (piece.source + piece.length) * PER_MS]
            file.write(kept.tobytes())
            samples += len(kept)
    return Audio(into, samples)
