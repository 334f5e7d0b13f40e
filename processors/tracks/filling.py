"""What tracks have not, from the mixed sound of the same meeting, under no name. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from msgspec.structs import replace

from processors.tracks.entry import STEP
from processors.utterances import utterances
from schemas.meetings import Utterance
from schemas.sources import Transcript, Word

NEAR_MS = 30_000
"""So far the two files' own beginnings may be off: of Jibri's file nobody knows but when it was written last."""
LEAST = 3
"""Words that must agree before their offset is believed, rather than the clocks'."""
MOST_SAID = 20
"""A word that is said more often tells no place, and makes thousands of pairs."""
WINDOW_MS = 300
"""Offsets of one and the same: the engines' times of a word differ by as much."""
SAME_MS = 600
"""The same word so near is the same word: the two engines' times differ by some hundred milliseconds."""


def offset_ms(tracks: Sequence[Word], mixed: Sequence[Word], guess: int) -> int:
    """What is to be added to a time of the mixed sound for a time of the tracks.

    Each pair of equal words, of those that are not said all the time, says an offset; the true one is said by most. It
    is the median of the densest `WINDOW_MS` of them, of equal ones the one next to `guess`, which is by the clocks and
    stands where too few agree.
    """
    usual = _usual(tracks) | _usual(mixed)
    starts = _starts(word for word in tracks if word.text not in usual)
    apart = sorted(at - word.start_ms for word in mixed for at in starts.get(word.text, ()))
    near = [one for one in apart if abs(one - guess) <= NEAR_MS]
    best: list[int] = []
    first = 0
    for last, one in enumerate(near):
        while one - near[first] > WINDOW_MS:
            first += 1
        found = near[first : last + 1] if last + 1 - first >= len(best) else []
        if len(found) > len(best) or (found and abs(median(found) - guess) < abs(median(best) - guess)):
            best = found
    return round(median(best)) if len(best) >= LEAST else guess


def _usual(words: Iterable[Word]) -> set[str]:
    return {text for text, number in Counter(word.text for word in words).items() if number > MOST_SAID}


def _starts(words: Iterable[Word]) -> dict[str, list[int]]:
    starts: dict[str, list[int]] = {}
    for word in words:
        starts.setdefault(word.text, []).append(word.start_ms)
    return starts


def fill(tracks: Transcript, mixed: Transcript) -> Transcript | None:
    """The text of the tracks with the words that only the mixed sound has in their gaps; None where it has none."""
    clocks = mixed.recording.started_at - tracks.recording.started_at
    offset = offset_ms(tracks.words, mixed.words, clocks)
    moved = [Word(w.text, w.start_ms + offset, w.end_ms + offset, w.confidence) for w in mixed.words]
    inside = [word for word in moved if _in_gap(word, tracks.recording.gaps) and word.start_ms >= 0]
    known = Counter[str]()
    starts = _starts(tracks.words)
    fresh = []
    for word in inside:
        same = [at for at in starts.get(word.text, []) if abs(at - word.start_ms) <= SAME_MS]
        if known[word.text] < len(same):  # somebody's track has it
            known[word.text] += 1
            continue
        fresh.append(word)
    if not fresh:
        return None
    said: list[Utterance] = [*(tracks.utterances or utterances(tracks.words)), *utterances(fresh)]
    return replace(
        tracks,
        words=sorted([*tracks.words, *fresh], key=lambda word: word.start_ms),
        utterances=sorted(said, key=lambda one: one.start_ms),
        version=min(tracks.version + mixed.version - 1, STEP - 1),
        segments=[],
        seconds=0.0,
        filled=True,
        filled_from=[*tracks.filled_from, mixed.recording.recording_id],
    )


def _in_gap(word: Word, gaps: Iterable[tuple[int, int]]) -> bool:
    middle = (word.start_ms + word.end_ms) // 2
    return any(since <= middle < until for since, until in gaps)
