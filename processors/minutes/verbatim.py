"""Where words were said: the stretch of an utterance that a quote means, however its case and points are."""

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from processors.minutes.vocabulary import vocabulary
from processors.russian.numerals import NUMERAL
from processors.russian.stems import stem
from processors.russian.words import plain

_DATA = vocabulary("verbatim")

SIMILAR = 90.0
"""Least `fuzz.ratio` of a quote and what was said: a word of ten may be misheard (research/domain.md 6)."""

_WORD = re.compile(r"\w+")
_DECISIVE = re.compile(rf"\b(?:не|ни|нет|без)\b|\d+|{NUMERAL}")
"""One such word more or less turns a sentence round and costs a long quote no point."""
_EMPTY = frozenset(_DATA.words("empty"))
_CONTENT = 4
"""Letters; shorter words are mostly prepositions and pronouns."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance in words: as they are compared, and where they stand."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    normal: str
    stems: frozenset[str]


def spoken(text: str) -> Spoken:
    """The words of a text."""
    found = [(match.span(), plain(match[0])) for match in _WORD.finditer(text)]
    words = tuple(word for _, word in found)
    return Spoken(text, words, tuple(span for span, _ in found), " ".join(words), content(text))


def content(text: str) -> frozenset[str]:
    """Stems of the words that carry sense, and figures."""
    words = (plain(word) for word in _WORD.findall(text))
    return frozenset(stem(word) for word in words if word.isdigit() or (len(word) >= _CONTENT and word not in _EMPTY))


def alike(one: str, other: str) -> bool:
    """Whether two texts, as they are compared, say the same: few letters differ, no number and no negation."""
    return fuzz.ratio(one, other) >= SIMILAR and _DECISIVE.findall(one) == _DECISIVE.findall(other)


def window(wanted: str, said: Spoken) -> tuple[int, int, float] | None:
    """First and last word of what is most like the quote, and how much, if it is enough."""
    if not said.words:
        return None
    start, end = 0, len(said.normal)
    if len(wanted) < end:
        alignment = fuzz.partial_ratio_alignment(wanted, said.normal, score_cutoff=SIMILAR)
        if alignment is None:
            return None
        start, end = alignment.dest_start, alignment.dest_end
    inside, at = [], 0
    for number, word in enumerate(said.words):
        if min(end, at + len(word)) - max(start, at) > len(word) / 2:
            inside.append(number)
        at += len(word) + 1
    if not inside:
        return None
    found = " ".join(said.words[inside[0] : inside[-1] + 1])
    score = fuzz.ratio(wanted, found)
    if score < SIMILAR or _DECISIVE.findall(wanted) != _DECISIVE.findall(found):
        return None
    return inside[0], inside[-1], score
