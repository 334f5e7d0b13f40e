"""What a client complains of, quarrels about, compares us with, and tells of himself."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from processors.minutes.wording import line, sentence_quote
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said, Sentence
from processors.phrases import LEAVING
from schemas.minutes import Fact, Point

_DATA = vocabulary("remarks")

MOST = 15
"""Points of a kind."""

_PAINS = _DATA.phrases("pains")
_NO_PAIN = _DATA.phrases("no_pain")
_CONFLICTS = _DATA.phrases("conflicts")
_RIVALS = _DATA.phrases("rivals")
_SELLS = _DATA.phrases("sells")
_WHERE = _DATA.phrases("where")
_SELLING = re.compile(r"\b(?:торгу\w+|прода[ею]\w*|выходим|стоим|сидим|магазин\w*|представлены|размещ\w+|открыва\w+)\b")
_NOT_SELLING = _DATA.phrases("not_selling")
_SINCE = _DATA.phrases("since")


_OTHERS = ("конкурент", "другой", "другим")
"""In a leaving phrase: it names somebody else."""


class Remarks(NamedTuple):
    """All of them, in the order they were said."""

    pains: list[Point]
    conflicts: list[Point]
    competitors: list[Point]
    facts: list[Fact]
    leaving: list[Point]


def find(conversation: Sequence[Said], client: Sequence[str]) -> Remarks:
    """`client`: the names of the client's people; nobody else known by name complains or tells of himself."""
    found = Remarks([], [], [], [], [])
    quoted: set[str] = set()
    for said in conversation:
        if client and said.speaker is not None and said.speaker not in client:
            continue
        for match in LEAVING.find(said.text)[:1]:
            quote = match.quote
            found.leaving.append(Point(line(quote), quote, said.segment))
            found.conflicts.append(Point(line(quote), quote, said.segment))
            if any(word in match.phrase.text for word in _OTHERS):
                found.competitors.append(Point(line(quote), quote, said.segment))
        for pattern, points in ((_PAINS, found.pains), (_CONFLICTS, found.conflicts), (_RIVALS, found.competitors)):
            if len(points) < MOST and (not points or points[-1].segment != said.segment):
                points.extend(point for point in _matching(said, pattern) if point.quote not in quoted)
                quoted.update(point.quote for point in points[-1:])
        if len(found.facts) < MOST:
            found.facts.extend(_facts(said))
    return found


def _matching(said: Said, pattern: re.Pattern[str]) -> Iterator[Point]:
    """The first sentence of an utterance that matches, questions aside."""
    for sentence in said.sentences:
        words = said.words[sentence.first : sentence.last + 1]
        text = " ".join(words)
        match = pattern.search(text)
        if match is None or sentence.asks or _NO_PAIN.search(text) or len(words) < 2:
            continue
        quote = sentence_quote(said, sentence, sentence.first + text[: match.start()].count(" "))
        yield Point(line(quote), quote, said.segment)
        return


def _facts(said: Said) -> Iterator[Fact]:
    for sentence in said.sentences:
        text = " ".join(said.words[sentence.first : sentence.last + 1])
        if sentence.asks:
            continue
        sells = _SELLS.search(text)
        if _NOT_SELLING.search(text) is not None:
            continue
        if sells is not None and text.count(" ") >= 2:
            yield _fact("sells", said, sentence)
        if _WHERE.search(text) is not None and (sells is not None or _SELLING.search(text) is not None):
            yield _fact("where", said, sentence)
        if _SINCE.search(text) is not None:
            yield _fact("since", said, sentence)


def _fact(field: Literal["sells", "where", "since"], said: Said, sentence: Sentence) -> Fact:
    quote = sentence_quote(said, sentence, sentence.first)
    return Fact(field, line(quote), quote, said.segment)
