"""Finds phrases in a text: each word of a phrase has a partner in a short window, and nothing around turns it round.

Most texts hold no anchor, and that is seen by looking up each word in a cache (no stemming, no comparing), so the fold
can ask this of every message.
"""

import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from processors.phrases.negation import benign, negated
from processors.phrases.pattern import BETWEEN, SLACK, Phrase, Wanted
from processors.phrases.spelling import Spelling
from processors.russian.words import plain

_WORD = re.compile(r"\w+")
_SENTENCE_ENDS = re.compile(r"[.!?\n]")
_CLAUSE_ENDS = re.compile(r"[,;:()—–\n.!?]| - ")
_CONJUNCTIONS = frozenset(("что", "чтобы"))
"""The clause behind them still hangs on the words before."""

LONGEST_TEXT = 100_000
"""Characters looked at: 25 Telegram messages, an hour's speech in one breath."""


class Match(NamedTuple):
    """A phrase found: how well (80..100), and where. `quote` is `text[start:end]`."""

    phrase: Phrase
    score: float
    quote: str
    start: int
    end: int


class _Text(NamedTuple):
    """A text in words: as they are compared, their clause and sentence, their place."""

    words: list[str]
    clauses: list[int]
    sentences: list[int]
    spans: list[tuple[int, int]]


class _Place(NamedTuple):
    """Where a word or a group stands (indices of words, both inclusive), the sum of scores, its anchor or -1."""

    first: int
    last: int
    score: float
    anchor: int


Places = Mapping[int, list[_Place]]
"""Index of a phrase word → where its partners stand, in the order of the text."""


class Phrases:
    """A compiled list of phrases."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.phrases = tuple(phrases)
        self._spelling = Spelling(word for phrase in self.phrases for group in phrase.groups for word in group)
        self._groups = [
            [[(self._spelling.index[word], word) for word in group] for group in phrase.groups]
            for phrase in self.phrases
        ]

    def find(self, text: str) -> list[Match]:
        """At most one match a phrase, the best first. Never raises."""
        tokens = _WORD.findall(text, 0, LONGEST_TEXT)
        if not any(map(self._spelling.is_anchor, tokens)) and not self._anchor_in_two(tokens):
            return []
        split = _split(text)
        places = self._places(split.words)
        found = [
            match
            for phrase, groups in zip(self.phrases, self._groups, strict=True)
            if (match := self._match(phrase, groups, text, split, places)) is not None
        ]
        return sorted(found, key=_rank)

    def _anchor_in_two(self, tokens: Sequence[str]) -> bool:
        if not any(map(self._spelling.may_begin_anchor, tokens)):
            return False
        return any(self._spelling.is_anchor(a + b) for a, b in pairwise(tokens) if self._spelling.may_begin_anchor(a))

    def _places(self, words: Sequence[str]) -> Places:
        places: dict[int, list[_Place]] = defaultdict(list)
        near = self._spelling.near
        for i, word in enumerate(words):
            for number, score in near(word):
                places[number].append(_Place(i, i, score, -1))
        for i, (a, b) in enumerate(pairwise(words)):
            if not self._spelling.may_begin_anchor(a):
                continue
            alone = {number for number, _ in (*near(a), *near(b))}  # "на складе" is no misspelt "складе"
            for number, score in near(a + b):
                if number not in alone:
                    insort(places[number], _Place(i, i + 1, score, -1))
        return places

    def _match(
        self, phrase: Phrase, groups: list[list[tuple[int, Wanted]]], text: str, split: _Text, places: Places
    ) -> Match | None:
        found: list[list[_Place]] = []
        for group in groups:
            here = list(_occurrences(group, places))
            if not here:
                return None
            found.append(here)
        best: Match | None = None
        for anchor in next(here for here in found if here[0].anchor >= 0):
            chosen = _choose(anchor, found, phrase.words + SLACK, split.sentences)
            if chosen is None or _turned(phrase, anchor.anchor, chosen, split):
                continue
            score = sum(place.score for place in chosen) / phrase.words
            if best is None or score > best.score:
                start = split.spans[min(place.first for place in chosen)][0]
                end = split.spans[max(place.last for place in chosen)][1]
                best = Match(phrase, score, text[start:end], start, end)
        return best


def _split(text: str) -> _Text:
    split = _Text([], [], [], [])
    clause = sentence = end = 0
    for token in _WORD.finditer(text, 0, LONGEST_TEXT):
        word = plain(token.group())
        if _CLAUSE_ENDS.search(text, end, token.start()):
            clause += word not in _CONJUNCTIONS
            sentence += _SENTENCE_ENDS.search(text, end, token.start()) is not None
        end = token.end()
        split.words.append(word)
        split.clauses.append(clause)
        split.sentences.append(sentence)
        split.spans.append(token.span())
    return split


def _occurrences(group: Sequence[tuple[int, Wanted]], places: Places) -> Iterator[_Place]:
    """Where the words of a group stand one after the other."""
    (number, wanted), *rest = group
    for place in places.get(number, ()):
        whole = place._replace(anchor=place.first if wanted.anchor else -1)
        for number, wanted in rest:
            following = _following(places.get(number, ()), whole.last)
            if following is None:
                break
            anchor = following.first if wanted.anchor else whole.anchor
            whole = _Place(whole.first, following.last, whole.score + following.score, anchor)
        else:
            yield whole


def _following(places: Sequence[_Place], last: int) -> _Place | None:
    return next(iter(_within(places, last + 1, last + 1 + BETWEEN)), None)


def _within(places: Sequence[_Place], first: int, last: int) -> Sequence[_Place]:
    """The places that begin at `first`..`last`. Found by bisection: a hostile text is full of them."""
    return places[bisect_left(places, first, key=_first) : bisect_left(places, last + 1, key=_first)]


def _choose(
    anchor: _Place, found: Sequence[Sequence[_Place]], window: int, sentences: Sequence[int]
) -> list[_Place] | None:
    """One place a group, as near to the anchor's as can be: in the window, in one sentence, on no word twice."""
    chosen = [anchor]
    for here in found:
        if here[0].anchor >= 0:
            continue
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


def _turned(phrase: Phrase, anchor: int, chosen: Sequence[_Place], split: _Text) -> bool:
    """Whether the words around make it mean something else."""
    if not phrase.negative and negated(split.words, split.clauses, anchor):
        return True
    first, last = min(place.first for place in chosen), max(place.last for place in chosen)
    return benign(split.words, split.clauses, first, last, phrase.unless)


def _first(place: _Place) -> int:
    return place.first


def _rank(match: Match) -> tuple[float, int]:
    return -match.score, match.start
