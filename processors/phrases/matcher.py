"""Finds phrases in a text: each word of a phrase has a partner in a short window, and nothing around turns it round.

Most texts hold no anchor, and that is seen by looking up each word in a cache (no stemming, no comparing), so the fold
can ask this of every message.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from itertools import compress, pairwise
from operator import or_
from typing import NamedTuple

from processors.phrases.hedges import hedged
from processors.phrases.negation import OTHERS, STRANGERS, benign, done_by_others, negated, spoils
from processors.phrases.pattern import FREE, SLACK, Phrase, Strength
from processors.phrases.places import Numbers, Place, Places, choose, clues_near, occurrences, places_of
from processors.phrases.spelling import BEGINS, Spelling, bits
from processors.phrases.split import LONGEST_TEXT, WORD, Split, split

AT_ONCE = 85.0
"""A match this good is said at once (research/signals.md 8)."""

MAY_BE = 70.0
"""From here to `AT_ONCE` a model is asked, and without one the match only counts a little."""

FAR_COSTS = 6.0
"""Points for each word between those of a phrase beyond `FREE`."""


class Match(NamedTuple):
    """A phrase found: how well (70..100), and where. `quote` is `text[start:end]`.

    `hedged`: said under a condition or as a thought (если …, может быть, думаем).
    """

    phrase: Phrase
    score: float
    quote: str
    start: int
    end: int
    hedged: bool = False

    @property
    def strength(self) -> Strength:
        """What it is worth: nothing under a condition is critical, nothing doubtful is more than a complaint."""
        return "info" if self.score < AT_ONCE else self.if_meant

    @property
    def if_meant(self) -> Strength:
        """What it is worth, however doubtful it is."""
        return "warning" if self.hedged and self.phrase.strength == "critical" else self.phrase.strength


class _Compiled(NamedTuple):
    phrase: Phrase
    anchor: Numbers
    others: tuple[Numbers, ...]
    clues: tuple[Numbers, ...]
    needs: int


class Phrases:
    """A list of phrases, compiled (some 30 ms) for the first text that is asked about."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.phrases = tuple(phrases)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(word for phrase in self.phrases for group in (*phrase.groups, *phrase.clues) for word in group)

    @cached_property
    def _by_anchor(self) -> dict[int, list[_Compiled]]:
        compiled: dict[int, list[_Compiled]] = defaultdict(list)
        for phrase in self.phrases:
            compiled[self._spelling.index[phrase.anchor]].append(self._compiled(phrase))
        return compiled

    def _compiled(self, phrase: Phrase) -> _Compiled:
        index = self._spelling.index
        groups = [tuple((index[word], word.anchor) for word in group) for group in phrase.groups]
        clues = tuple(tuple((index[word], False) for word in group) for group in phrase.clues)
        anchor = next(group for group in groups if any(is_anchor for _, is_anchor in group))
        needs = bits(number for group in (*groups, *clues) for number, _ in group)
        return _Compiled(phrase, anchor, tuple(group for group in groups if group is not anchor), clues, needs)

    def find(self, text: str) -> list[Match]:
        """What is said at once: at most one match a phrase, the best first. Never raises."""
        return [match for match in self.all(text) if match.score >= AT_ONCE]

    def all(self, text: str) -> list[Match]:
        """And what is doubtful."""
        return self.among(WORD.findall(text, 0, LONGEST_TEXT), text)

    def among(self, tokens: Sequence[str], text: str) -> list[Match]:
        """As `all`. The tokens are those of the text."""
        kinds = [*map(self._spelling.anchors.__getitem__, tokens)]
        if not any(kinds):
            return []
        candidates = self._candidates(tokens, kinds)
        if not candidates:
            return []
        words = split(text)
        places = places_of(words.words, self._spelling)
        found = (_match(compiled, text, words, places) for compiled in candidates)
        return sorted((match for match in found if match is not None), key=rank)

    def _candidates(self, tokens: Sequence[str], kinds: Sequence[int]) -> list[_Compiled]:
        """Phrases all whose words stand somewhere in the text, in the order of their anchors."""
        spelling = self._spelling
        here = reduce(or_, map(spelling.bits.__getitem__, tokens))
        anchors = {number for token in compress(tokens, kinds) for number in spelling.meant[token]}
        if BEGINS in kinds:
            halves = ((a, b) for a, b in pairwise(tokens) if spelling.anchors[a] == BEGINS)
            joined = [number for a, b in halves for number, _ in spelling.joined(a, b)]
            here |= bits(joined)
            anchors.update(filter(self._by_anchor.__contains__, joined))
        phrases = (compiled for number in sorted(anchors) for compiled in self._by_anchor[number])
        return [compiled for compiled in phrases if compiled.needs & here == compiled.needs]


def _match(compiled: _Compiled, text: str, words: Split, places: Places) -> Match | None:
    phrase = compiled.phrase
    others = [list(occurrences(group, places)) for group in compiled.others]
    clues = [list(occurrences(clue, places)) for clue in compiled.clues]
    if not all(others) or not all(clues):
        return None
    best: Match | None = None
    for anchor in occurrences(compiled.anchor, places):
        chosen = choose(anchor, others, phrase.words + SLACK, words.sentences)
        if chosen is None or _turned(phrase, anchor.anchor, chosen, words):
            continue
        if not all(_has_one(phrase, clue, chosen, words) for clue in clues):
            continue
        first, last = min(place.first for place in chosen), max(place.last for place in chosen)
        between = last - first + 1 - phrase.words
        score = sum(place.score for place in chosen) / phrase.words - 100.0 + phrase.sure
        score -= FAR_COSTS * max(0, between - FREE)
        if score >= MAY_BE and (best is None or score > best.score):
            start, end = words.spans[first][0], words.spans[last][1]
            best = Match(phrase, score, text[start:end], start, end, hedged(words, anchor.anchor))
    return best


def _has_one(phrase: Phrase, clues: Sequence[Place], chosen: Sequence[Place], words: Split) -> bool:
    """Whether one of the clues stands near and is not somebody else's: "договор аренды не продлеваем"."""
    return any(
        not spoils(words.words[place.last + 1 : place.last + 2], phrase.unless)
        for place in clues_near(clues, chosen, words.sentences)
    )


def _turned(phrase: Phrase, anchor: int, chosen: Sequence[Place], words: Split) -> bool:
    """Whether the words around make it mean something else."""
    if not phrase.negative and negated(words.words, words.clauses, anchor):
        return True
    first, last = min(place.first for place in chosen), max(place.last for place in chosen)
    others = OTHERS if phrase.topic == "leaving" else STRANGERS
    if done_by_others(words.words, words.clauses, anchor, first, others):
        return True
    return benign(words.words, words.clauses, first, last, phrase.unless)


def rank(match: Match) -> tuple[bool, bool, float, int]:
    """The strongest first: critical before warning, then by score, then by place."""
    return match.strength != "critical", match.strength == "info", -match.score, match.start
