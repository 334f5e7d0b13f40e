"""Segments' words → one transcript. Pure: ownership at the cuts, checks, readable text, tracks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import msgspec

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


class Joined(NamedTuple):
    """One transcript. `repeats`: words that both neighbours of a hard cut owned, left out once."""

    words: list[Word]
    utterances: list[Utterance]
    repeats: int


Owned = dict[int, Word]
"""The words that count, by their place among all words of the segment's answer."""


def merge(results: Iterable[tuple[Segment, WithWords]]) -> list[Word]:
    """Words that their segment owns, in order; starts never go back, no word ends before it starts.

    Beside a hard cut two engine runs may place one word's midpoint on both sides of it: such a twin is dropped. Or each
    on the other's side, so that none owns it: such an orphan is the later one's.
    """
    return [word for owned in _owned(list(results))[0] for word in owned.values()]


def _owned(results: Sequence[tuple[Segment, WithWords]]) -> tuple[list[Owned], int]:
    """As `merge`, by segment; and how many twins were dropped."""
    merged: list[Owned] = []
    twins = 0
    last: Word | None = None
    orphan: Word | None = None  # the first word past the former segment's end
    for segment, result in results:
        places = [at for at, word in enumerate(result.words) if segment.owns(word)]
        first = places[0] if places else next(_past(segment, result.words), len(result.words))
        if places and last and _twins(last, result.words[first]):
            places = places[1:]
            twins += 1
        elif orphan and first and _twins(orphan, result.words[first - 1]):
            places = [first - 1, *places]
        owned: Owned = {}
        for at in places:
            word = result.words[at]
            start = max(word.start_ms, last.start_ms if last else 0)
            last = owned[at] = Word(word.text, start, max(word.end_ms, start), word.confidence, word.speaker)
        orphan = next((result.words[at] for at in _past(segment, result.words)), None)
        merged.append(owned)
    return merged, twins


def _past(segment: Segment, words: Sequence[Word]) -> Iterator[int]:
    """Places of the words behind what the segment owns."""
    return (at for at, word in enumerate(words) if word.start_ms + word.end_ms >= 2 * segment.own_end_ms)


def _twins(one: Word, other: Word) -> bool:
    return one.text == other.text and one.start_ms < other.end_ms and other.start_ms < one.end_ms


def joined(heard: Sequence[Heard]) -> Joined:
    """All words in order of time, with the track's name as speaker; and utterances, where they say more than pauses."""
    tracks: dict[str, list[Heard]] = defaultdict(list)
    for part in heard:
        tracks[part.track].append(part)
    words: list[Word] = []
    said: list[Utterance] = []
    repeats = 0
    readable = any(part.finished.utterances for part in heard)
    for track, parts in tracks.items():
        owned, twins = _owned([(part.segment, part.finished) for part in parts])
        repeats += twins
        for part, mine in zip(parts, owned, strict=True):
            said += _spoken(part.finished, mine, track) if readable or track else []
            counted = mine.values()
            words += [Word(w.text, w.start_ms, w.end_ms, w.confidence, track) for w in counted] if track else counted
    if len(tracks) > 1:
        words.sort(key=lambda word: word.start_ms)
    return Joined(words, sorted(said, key=lambda utterance: utterance.start_ms), repeats)


def _spoken(finished: FinishedSegment, owned: Owned, track: str) -> list[Utterance]:
    """The engine's own sentences where all their words count; beside a cut, the words that do."""
    if sum(finished.lengths) != len(finished.words):
        return [_named(utterance, track) for utterance in by_pauses(owned.values())]
    spoken: list[Utterance] = []
    at = 0
    for utterance, length in zip(finished.utterances, finished.lengths, strict=True):
        inside = [owned[place] for place in range(at, at + length) if place in owned]
        spoken += [utterance] if len(inside) == length else by_pauses(inside)
        at += length
    return [_named(utterance, track) for utterance in spoken]


def _named(utterance: Utterance, track: str) -> Utterance:
    if not track:
        return utterance
    return msgspec.structs.replace(utterance, speaker=track)


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
