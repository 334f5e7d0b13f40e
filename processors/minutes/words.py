"""Utterances in words: sentences and clauses by the punctuation, or without it by the words that begin one."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from processors.phrases.pattern import plain, word_list
from processors.phrases.spelling import stem
from schemas.meetings import Utterance

WORD = re.compile(r"\d+(?:[.,:]\d+)+|\w+(?:-\w+)*|…")
_SENTENCE_ENDS = re.compile(r"[.!?;\n]")
_CLAUSE_ENDS = re.compile(r"[,:()—–]| - ")

LONGEST = 20_000
"""Characters of an utterance that are looked at: an hour of somebody who never stops for breath."""

OPENERS = frozenset(
    word_list("а но тогда хорошо ладно окей ок договорились кстати спасибо поэтому отлично супер понял поняла принято")
)
"""Where nothing is punctuated, these begin a sentence."""

CLAUSE_OPENERS = frozenset(word_list("если что чтобы когда потому пока хотя который которая которые и"))
"""Where nothing is punctuated, these begin a clause."""

INTERROGATIVES = frozenset(
    word_list("когда сколько какой какая какие какое каким какую кто где куда откуда почему зачем как что чем кому чей")
)
FILLERS = frozenset(word_list("а и ну вот так да же то ага угу слушай слушайте скажи скажите кстати хорошо ладно еще"))


class Token(NamedTuple):
    """A word as it is compared, and where it stands in the text."""

    word: str
    start: int
    end: int


class Sentence(NamedTuple):
    """Tokens `first`..`last` (inclusive). `asks`: it is a question."""

    first: int
    last: int
    asks: bool


class Said:
    """An utterance in words. `segment` is its number in the conversation, `speaker` who said it, if known."""

    def __init__(self, segment: int, utterance: Utterance) -> None:
        self.segment = segment
        self.speaker = utterance.speaker
        self.start_ms, self.end_ms = utterance.start_ms, utterance.end_ms
        self.text = utterance.text[:LONGEST]
        self.tokens = [Token(plain(m.group()), *m.span()) for m in WORD.finditer(self.text)]
        self.words = [token.word for token in self.tokens]
        self.punctuated = _punctuated(self.text)

    @cached_property
    def stems(self) -> list[str]:
        """Snowball stems of the words."""
        return [stem(word) for word in self.words]

    @cached_property
    def _marks(self) -> tuple[list[Sentence], list[int]]:
        return _marks(self)

    @property
    def sentences(self) -> list[Sentence]:
        """In order; together they hold every token."""
        return self._marks[0]

    @property
    def clauses(self) -> list[int]:
        """The number of each token's clause; no clause reaches over the end of a sentence."""
        return self._marks[1]

    def quote(self, first: int, last: int) -> str:
        """The text of tokens `first`..`last`, verbatim, with the mark at its end."""
        start, end = self.tokens[first].start, self.tokens[last].end
        if end < len(self.text) and self.text[end] in ".!?":
            end += 1
        return self.text[start:end]

    def clause(self, at: int) -> range:
        """The tokens of the clause that holds token `at`."""
        number, first, last = self.clauses[at], at, at
        while first and self.clauses[first - 1] == number:
            first -= 1
        while last + 1 < len(self.words) and self.clauses[last + 1] == number:
            last += 1
        return range(first, last + 1)

    def sentence(self, at: int) -> Sentence:
        """The sentence that holds token `at`."""
        return next(one for one in self.sentences if one.first <= at <= one.last)


def read(utterances: Sequence[Utterance]) -> list[Said]:
    """All utterances in words."""
    return [Said(segment, utterance) for segment, utterance in enumerate(utterances)]


def asks(words: Sequence[str]) -> bool:
    """Whether words without punctuation are a question: by a question word near their beginning, or "ли"."""
    rest = list(_without_fillers(words))
    if not rest:
        return False
    head = rest[1:3] if rest[0] in ("вы", "ты", "у", "по", "с", "на", "до", "в") else rest[:1]
    if rest[0] in INTERROGATIVES or "ли" in rest[:4]:
        return True
    return any(word in INTERROGATIVES and word not in ("что", "как") for word in head)


def _without_fillers(words: Sequence[str]) -> Iterator[str]:
    begun = False
    for word in words:
        begun = begun or word not in FILLERS
        if begun:
            yield word


def _punctuated(text: str) -> bool:
    """Whether someone put in marks; a recogniser's "…" is none."""
    return any(mark in text for mark in ".,!?;:")


def _marks(said: Said) -> tuple[list[Sentence], list[int]]:
    sentences: list[Sentence] = []
    clauses: list[int] = []
    clause = first = 0
    for i, token in enumerate(said.tokens):
        between = said.text[said.tokens[i - 1].end : token.start] if i else ""
        if i and _ends_sentence(said, i, between, i - first):
            sentences.append(_sentence(said, first, i - 1, between))
            first = i
            clause += 1
        elif i and (_CLAUSE_ENDS.search(between) or (not said.punctuated and token.word in CLAUSE_OPENERS)):
            clause += 1
        clauses.append(clause)
    if said.tokens:
        sentences.append(_sentence(said, first, len(said.tokens) - 1, said.text[said.tokens[-1].end :]))
    return sentences, clauses


def _ends_sentence(said: Said, i: int, between: str, length: int) -> bool:
    if said.punctuated:
        return _SENTENCE_ENDS.search(between) is not None
    return length >= 2 and said.words[i] in OPENERS


def _sentence(said: Said, first: int, last: int, behind: str) -> Sentence:
    if said.punctuated:
        return Sentence(first, last, "?" in behind.strip()[:3])
    return Sentence(first, last, asks(said.words[first : last + 1]))
