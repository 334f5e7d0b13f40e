"""Segments' words → one transcript. Pure: ownership at the cuts, checks, readable text, tracks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from processors.utterances import utterances as by_pauses
from schemas.errors import Terminal
from schemas.events import Utterance
from schemas.sources import Word
from schemas.speech import FinishedSegment
from streams.transcribe.sound.audio import Segment


class Inconsistent(Terminal):
    """The parts do not make up the whole: a bug of ours, and never to be passed on as a transcript."""


Place = tuple[str, Segment]
"""A segment and the name of its track."""


class Heard(NamedTuple):
    """An engine's answer to a segment of a track."""

    track: str
    segment: Segment
    finished: FinishedSegment


class WithWords(Protocol):
    """A `SegmentResult` or a `FinishedSegment`."""

    @property
    def words(self) -> Sequence[Word]: ...


def merge(results: Iterable[tuple[Segment, WithWords]]) -> list[Word]:
    """Words that their segment owns, in order; starts never go back, no word ends before it starts.

    Beside a hard cut two engine runs may place one word's midpoint on both sides of it: such a twin is dropped.
    """
    return [word for words in _owned(results) for word in words]


def _owned(results: Iterable[tuple[Segment, WithWords]]) -> list[list[Word]]:
    """As `merge`, by segment."""
    merged: list[list[Word]] = []
    last: Word | None = None
    for segment, result in results:
        words = [word for word in result.words if segment.owns(word)]
        if last and words and _twins(last, words[0]):
            words = words[1:]
        placed = []
        for word in words:
            start = max(word.start_ms, last.start_ms if last else 0)
            last = Word(word.text, start, max(word.end_ms, start), word.confidence, word.speaker)
            placed.append(last)
        merged.append(placed)
    return merged


def _twins(one: Word, other: Word) -> bool:
    return one.text == other.text and one.start_ms < other.end_ms and other.start_ms < one.end_ms


def joined(heard: Sequence[Heard]) -> tuple[list[Word], list[Utterance]]:
    """All words in order of time, with the track's name as speaker; and utterances, where they say more than pauses."""
    tracks: dict[str, list[Heard]] = defaultdict(list)
    for part in heard:
        tracks[part.track].append(part)
    words: list[Word] = []
    said: list[Utterance] = []
    readable = any(part.finished.utterances for part in heard)
    for track, parts in tracks.items():
        owned = _owned((part.segment, part.finished) for part in parts)
        for part, mine in zip(parts, owned, strict=True):
            said += _spoken(part.finished, mine, track) if readable or track else []
            words += [Word(w.text, w.start_ms, w.end_ms, w.confidence, track) for w in mine] if track else mine
    if len(tracks) > 1:
        words.sort(key=lambda word: word.start_ms)
    return words, sorted(said, key=lambda utterance: utterance.start_ms)


def _spoken(finished: FinishedSegment, owned: Sequence[Word], track: str) -> list[Utterance]:
    """The engine's own sentences where all their words are the segment's; beside a cut, the words that are."""
    if not finished.utterances:
        return [_named(utterance, track) for utterance in by_pauses(owned)]
    spoken: list[Utterance] = []
    rest = list(owned)
    for utterance in finished.utterances:
        inside = [word for word in rest if _within(word, utterance)]
        rest = [word for word in rest if not _within(word, utterance)]
        whole = len(inside) == sum(_within(word, utterance) for word in finished.words)
        spoken += [utterance] if whole and inside else by_pauses(inside)
    return [_named(utterance, track) for utterance in sorted(spoken + by_pauses(rest), key=lambda u: u.start_ms)]


def _within(word: Word, utterance: Utterance) -> bool:
    return utterance.start_ms * 2 <= word.start_ms + word.end_ms <= utterance.end_ms * 2


def _named(utterance: Utterance, track: str) -> Utterance:
    if not track:
        return utterance
    return Utterance(utterance.start_ms, utterance.end_ms, utterance.text, track, utterance.confidence)


def verify(planned: Sequence[Place], heard: Sequence[Heard], failed: Sequence[Place]) -> None:
    """Every planned segment once, heard or failed; owned spans apart; words in order. Raises `Inconsistent`."""
    answered = [(part.track, part.segment) for part in heard] + list(failed)
    if sorted(answered, key=_at) != sorted(planned, key=_at):
        raise Inconsistent(f"{len(planned)} segments planned, {len(answered)} answered, and they are not the same")
    tracks: dict[str, list[Segment]] = defaultdict(list)
    for track, segment in planned:
        tracks[track].append(segment)
    for segments in tracks.values():
        for one, other in pairwise(segments):
            if other.own_start_ms < one.own_end_ms:
                raise Inconsistent(f"segments {one.index} and {other.index} own the same sound")
    for part in heard:
        starts = [word.start_ms for word in part.finished.words]
        if starts != sorted(starts):
            raise Inconsistent(f"segment {part.segment.index}: {part.finished.note.engine}'s words go back in time")


def _at(part: Place) -> tuple[str, int]:
    return part[0], part[1].index
