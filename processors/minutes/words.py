"""Utterances in words: sentences and clauses by the punctuation, or without it by the words that begin one."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from processors.minutes.clauses import SENTENCE, borders
from processors.minutes.vocabulary import vocabulary
from processors.phrases.negation import PREPOSITIONS
from processors.russian.numerals import Number, numbers
from processors.russian.stems import stem
from processors.russian.words import plain
from schemas.meetings import Utterance

_DATA = vocabulary("words")

WORD = re.compile(r"\d+(?:[.,:]\d+)+|\w+(?:-\w+)*|…")
_BLANK_PARTED = re.compile(r"\S+")
_SENTENCE_ENDS = re.compile(r"[.!?;\n]")
_CLAUSE_ENDS = re.compile(r"[,:()—–]| - ")

LONGEST = 100_000
"""Characters of an utterance that are looked at: two hours of somebody who never stops for breath."""

LONGEST_SENTENCE = 80
"""Words; who never stops is cut here, and what is looked for in a sentence costs no more."""

INTERROGATIVES = _DATA.words("interrogatives")
FILLERS = _DATA.words("fillers")


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
        self.words: list[str] = [token.word for token in self.tokens]
        self.pauses = _places(self, utterance.pauses)
        self.punctuated = _punctuated(self.text)

    @cached_property
    def stems(self) -> list[str]:
        """Snowball stems of the words."""
        return [stem(word) for word in self.words]

    @cached_property
    def numbers(self) -> list[Number]:
        """The numbers named in it, in order."""
        return numbers(self.words)

    @cached_property
    def _marks(self) -> "_Marks":
        return _marks(self)

    @property
    def sentences(self) -> list[Sentence]:
        """In order; together they hold every token."""
        return self._marks.sentences

    @property
    def clauses(self) -> list[int]:
        """The number of each token's clause; no clause reaches over the end of a sentence."""
        return self._marks.clauses

    def quote(self, first: int, last: int) -> str:
        """The text of tokens `first`..`last`, verbatim, with the mark at its end."""
        start, end = self.tokens[first].start, self.tokens[last].end
        if end < len(self.text) and self.text[end] in ".!?":
            end += 1
        return self.text[start:end]

    def clause(self, at: int) -> range:
        """The tokens of the clause that holds token `at`."""
        return self._marks.spans[self.clauses[at]]

    def next_sentence(self, at: int) -> Sentence | None:
        """The sentence behind the one that holds token `at`."""
        number = self._marks.holders[at] + 1
        return self.sentences[number] if number < len(self.sentences) else None

    def sentence(self, at: int) -> Sentence:
        """The sentence that holds token `at`."""
        return self.sentences[self._marks.holders[at]]


class _Marks(NamedTuple):
    """The sentences; for each token the number of its clause and of its sentence; the tokens of each clause."""

    sentences: list[Sentence]
    clauses: list[int]
    holders: list[int]
    spans: list[range]


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
    if rest[1:2] and rest[1] in PREPOSITIONS:  # платите по какой цене
        head = [*head, *rest[2:3]]
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


def _places(said: Said, pauses: Sequence[int]) -> frozenset[int]:
    """The tokens before which the speaker stopped; a recogniser parts words by blanks."""
    if not pauses:
        return frozenset()
    starts = [match.start() for match in _BLANK_PARTED.finditer(said.text)]
    at = {token.start: number for number, token in enumerate(said.tokens)}
    return frozenset(at[starts[i]] for i in pauses if 0 <= i < len(starts) and starts[i] in at)


def _marks(said: Said) -> _Marks:
    found = _Marks([], [], [], [])
    heard = {} if said.punctuated else borders(said.words, said.pauses)
    first = begun = 0
    for i, token in enumerate(said.tokens):
        between = said.text[said.tokens[i - 1].end : token.start] if i else ""
        if i and _ends_sentence(said, heard.get(i, 0), between, i - first):
            found.sentences.append(_sentence(said, first, i - 1, between))
            found.spans.append(range(begun, i))
            first = begun = i
        elif i and (_CLAUSE_ENDS.search(between) or i in heard):
            found.spans.append(range(begun, i))
            begun = i
        found.clauses.append(len(found.spans))
        found.holders.append(len(found.sentences))
    if said.tokens:
        found.sentences.append(_sentence(said, first, len(said.tokens) - 1, said.text[said.tokens[-1].end :]))
        found.spans.append(range(begun, len(said.tokens)))
    return found


def _ends_sentence(said: Said, border: int, between: str, length: int) -> bool:
    if length >= LONGEST_SENTENCE:
        return True
    return _SENTENCE_ENDS.search(between) is not None if said.punctuated else border == SENTENCE


def _sentence(said: Said, first: int, last: int, behind: str) -> Sentence:
    if said.punctuated:
        return Sentence(first, last, "?" in behind.strip()[:3])
    return Sentence(first, last, asks(said.words[first : last + 1]))
