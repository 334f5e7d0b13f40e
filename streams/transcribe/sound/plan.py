"""Where to cut a recording: at silences, in stretches an engine takes in one call. Pure numpy, no I/O.

Times inside are in frames of 10 ms; `Segment` is in ms. 90 min are planned in 0.1–0.2 s (allowed: 0.4 s).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from streams.transcribe.sound.audio import RATE, Pcm, Segment

FRAME_MS = 10
FRAME = RATE * FRAME_MS // 1000
PAUSE = 300 // FRAME_MS
"""A silence shorter than this is a stop consonant or a breath: no place to cut."""
PAD = 300 // FRAME_MS
"""Silence left beside speech that is sent: soft onsets lie under the threshold."""
OVERLAP = 2000 // FRAME_MS
"""Where there is no silence, both neighbours hear this much past the cut, so each word is whole in one of them."""
FAINTEST_DB = -65.0
"""dBFS under which nothing is speech: AAC-coded digital silence and dither lie below."""

Levels = npt.NDArray[np.float32]
Runs = npt.NDArray[np.int64]


class Bounds(Protocol):
    """The planner's part of `settings.Speech`; seconds."""

    @property
    def segment_min_s(self) -> float: ...

    @property
    def segment_max_s(self) -> float: ...

    @property
    def hard_max_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Lengths:
    """`Bounds` and nothing else: the settings themselves hold keys, which no decoder needs."""

    segment_min_s: float
    segment_max_s: float
    hard_max_s: float

    @classmethod
    def of(cls, bounds: Bounds) -> "Lengths":
        """The same bounds."""
        return cls(bounds.segment_min_s, bounds.segment_max_s, bounds.hard_max_s)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """dBFS. A pause is below `pause`; a stretch is skipped only where all of it is below `speech`, the lower one:
    a quiet speaker beside a loud one may look like a pause, but must not be lost."""

    pause: float
    speech: float


def plan(pcm: Pcm, bounds: Bounds) -> list[Segment]:
    """Segments in order that own all speech, none of it twice; empty for silence. Raises `ValueError` on bad bounds.

    A cut is made in the longest silence between min and max, else in the longest up to the hard max, else at the
    quietest place within the last two seconds before the hard max (a hard cut, with overlap).
    """
    reach = Reach(
        *(round(s * 1000) // FRAME_MS for s in (bounds.segment_min_s, bounds.segment_max_s, bounds.hard_max_s))
    )
    if not OVERLAP < reach.shortest <= reach.longest <= reach.hardest:
        raise ValueError("segment bounds must be 2 s < min ≤ max ≤ hard max")
    db = levels(pcm)
    limits = thresholds(db)
    speech = np.flatnonzero(db > limits.speech)
    segments: list[Segment] = []
    position = overlap = 0  # the last cut, and how far before it the next segment begins to hear
    while (at := int(np.searchsorted(speech, position))) < len(speech):
        start = max(position, int(speech[at]) - PAD)
        heard_from = start - overlap if start == position else start
        position, overlap = _cut(db, limits.pause, start, reach)
        end = min(position, int(speech[np.searchsorted(speech, position) - 1]) + 1 + PAD)
        heard_to = min(end + overlap, len(db))
        in_ms = (frame * FRAME_MS for frame in (start, end, heard_from, heard_to))
        segments.append(Segment(len(segments), *in_ms))
    return segments


@dataclass(frozen=True, slots=True)
class Reach:
    """`Bounds` in frames."""

    shortest: int
    longest: int
    hardest: int


def _cut(db: Levels, quiet: float, start: int, reach: Reach) -> tuple[int, int]:
    """Where the segment that begins at `start` ends, and the overlap there (0 at a silence)."""
    rest = len(db) - start
    if rest <= reach.longest:
        return len(db), 0
    soft = (start + reach.shortest, start + reach.longest), (start + reach.longest, start + reach.hardest)
    for first, last in soft:
        if found := _pause_in(db, quiet, first, min(last, len(db))):
            return found, 0
    if rest <= reach.hardest:
        return len(db), 0
    return _quietest(db, start + reach.hardest - OVERLAP, start + reach.hardest), OVERLAP


def levels(pcm: Pcm) -> Levels:
    """Level of each whole 10 ms in dBFS (RMS; -120 for digital silence).

    Read in blocks of a minute, so a mapped file costs no second copy.
    """
    frames = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.empty(len(frames), np.float32)
    for at in range(0, len(frames), 6000):
        block = frames[at : at + 6000].astype(np.float32)
        np.einsum("ij,ij->i", block, block, out=power[at : at + 6000])
    decibels: Levels = 10 * np.log10(power / np.float32(FRAME * 32768.0**2) + np.float32(1e-12))
    return decibels


def thresholds(db: Levels) -> Thresholds:
    """From the recording itself: the noise floor (5th percentile) plus a margin that shrinks with the dynamics.

    Sound of one level throughout has no floor to tell from speech: then all of it counts as speech.
    """
    if not len(db):
        return Thresholds(FAINTEST_DB, FAINTEST_DB)
    floor, top = (float(value) for value in np.percentile(db, (5, 99.9)))
    spread = top - max(floor, FAINTEST_DB)
    if spread < 6:
        return Thresholds(FAINTEST_DB, FAINTEST_DB)
    return Thresholds(
        pause=max(FAINTEST_DB, floor) + min(10.0, 0.4 * spread),
        speech=max(FAINTEST_DB, floor + min(6.0, 0.25 * spread)),
    )


def runs(silent: npt.NDArray[np.bool_]) -> Runs:
    """[start, end) of every stretch of at least `PAUSE` silent frames, shape (n, 2)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], silent, [False]))))
    pairs = edges.reshape(-1, 2)
    return pairs[pairs[:, 1] - pairs[:, 0] >= PAUSE]


def _pause_in(db: Levels, quiet: float, first: int, last: int) -> int:
    """Middle of the longest pause within [first, last), counting only what lies inside; 0 if there is none.

    A window with a noise of its own (a room that was muted before) is measured by its own floor.
    """
    window = db[first:last]
    found = runs(window <= max(quiet, thresholds(window).pause))
    if not len(found):
        return 0
    begin, end = found[np.argmax(found[:, 1] - found[:, 0])]
    return first + int(begin + end) // 2


def _quietest(db: Levels, first: int, last: int) -> int:
    """Middle of the quietest 100 ms in [first, last): the place where a word most likely ends."""
    smooth = np.convolve(db[first:last], np.ones(10), mode="valid")
    return first + int(np.argmin(smooth)) + 5
