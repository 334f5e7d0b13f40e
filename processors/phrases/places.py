"""Where the words of phrases stand in a text, and which of them belong together."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from processors.phrases.pattern import BETWEEN
from processors.phrases.spelling import BEGINS, Spelling

CLUE_WITHIN = 14
"""Words between a phrase and its clue: speech has no full stops, so the sentence alone does not bound it."""


class Place(NamedTuple):
    """Where a word or a group stands (indices of words, both inclusive), the sum of scores, its anchor or -1."""

    first: int
    last: int
    score: float
    anchor: int


Places = Mapping[int, list[Place]]
"""Index of a phrase word → where its partners stand, in the order of the text."""

Numbers = tuple[tuple[int, bool], ...]
"""A group as `Places` knows it: index of each word, and whether it is the anchor."""


def places_of(words: Sequence[str], spelling: Spelling) -> Places:
    """Everything of the phrases that stands in a text."""
    places: dict[int, list[Place]] = defaultdict(list)
    for i, word in enumerate(words):
        for number, score in spelling.near(word):
            places[number].append(Place(i, i, score, -1))
    for i, (a, b) in enumerate(pairwise(words)):
        if spelling.anchors[a] == BEGINS:
            for number, score in spelling.joined(a, b):
                insort(places[number], Place(i, i + 1, score, -1))
    return places


def occurrences(group: Numbers, places: Places) -> Iterator[Place]:
    """Where the words of a group stand one after the other."""
    (number, is_anchor), *rest = group
    for place in places.get(number, ()):
        whole = place._replace(anchor=place.first if is_anchor else -1)
        for number, is_anchor in rest:
            following = _following(places.get(number, ()), whole.last)
            if following is None:
                break
            anchor = following.first if is_anchor else whole.anchor
            whole = Place(whole.first, following.last, whole.score + following.score, anchor)
        else:
            yield whole


def choose(
    anchor: Place, others: Sequence[Sequence[Place]], window: int, sentences: Sequence[int]
) -> list[Place] | None:
    """One place a group, as near to the anchor's as can be: in the window, in one sentence, on no word twice."""
    chosen = [anchor]
    for here in others:
        free = [
            place
            for place in _within(here, anchor.first - window, anchor.last + window)
            if sentences[place.first] == sentences[anchor.first] == sentences[place.last]
            and all(place.last < other.first or place.first > other.last for other in chosen)
        ]
        if not free:
            return None
        chosen.append(min(free, key=lambda place: max(anchor.first - place.last, place.first - anchor.last)))
    first, last = min(place.first for place in chosen), max(place.last for place in chosen)
    return chosen if last - first < window else None


def clues_near(clues: Sequence[Place], chosen: Sequence[Place], sentences: Sequence[int]) -> Iterator[Place]:
    """Those of the clues that stand in the same sentence or in one beside it."""
    first, last = min(place.first for place in chosen), max(place.last for place in chosen)
    for place in _within(clues, first - CLUE_WITHIN, last + CLUE_WITHIN):
        if abs(sentences[place.first] - sentences[first]) <= 1 and all(
            place.last < other.first or place.first > other.last for other in chosen
        ):
            yield place


def _following(places: Sequence[Place], last: int) -> Place | None:
    return next(iter(_within(places, last + 1, last + 1 + BETWEEN)), None)


def _within(places: Sequence[Place], first: int, last: int) -> Sequence[Place]:
    """The places that begin at `first`..`last`. Found by bisection: a hostile text is full of them."""
    return places[bisect_left(places, first, key=_first) : bisect_left(places, last + 1, key=_first)]


def _first(place: Place) -> int:
    return place.first
