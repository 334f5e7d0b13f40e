"""A text in words, as phrases are looked for in it."""

import re
from typing import NamedTuple

from processors.russian.words import MARKED, plain

WORD = re.compile(MARKED)
_SENTENCE_ENDS = re.compile(r"[.!?\n]")
_CLAUSE_ENDS = re.compile(r"[,;:()—–\n.!?]| - ")
_CONJUNCTIONS = frozenset(("что", "чтобы"))
"""The clause behind them still hangs on the words before."""

LONGEST_TEXT = 100_000
"""Characters looked at: 25 Telegram messages, an hour's speech in one breath."""


class Split(NamedTuple):
    """A text in words: as they are compared, their clause and sentence, their place."""

    words: list[str]
    clauses: list[int]
    sentences: list[int]
    spans: list[tuple[int, int]]


def split(text: str) -> Split:
    """The first `LONGEST_TEXT` characters in words."""
    made = Split([], [], [], [])
    clause = sentence = end = 0
    for token in WORD.finditer(text, 0, LONGEST_TEXT):
        word = plain(token.group())
        if _CLAUSE_ENDS.search(text, end, token.start()):
            clause += word not in _CONJUNCTIONS
            sentence += _SENTENCE_ENDS.search(text, end, token.start()) is not None
        end = token.end()
        made.words.append(word)
        made.clauses.append(clause)
        made.sentences.append(sentence)
        made.spans.append(token.span())
    return made
