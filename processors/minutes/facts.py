"""What a client tells of himself: what he sells, where, a client of ours since when."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from processors.minutes.vocabulary import vocabulary
from processors.minutes.wording import line, sentence_quote
from processors.minutes.words import Said, Sentence
from schemas.minutes import Fact

_DATA = vocabulary("facts")

MOST = 15
"""Facts of a conversation."""

_SELLS = _DATA.phrases("sells")
_WHERE = _DATA.phrases("where")
_SELLING = re.compile(r"\b(?:торгу\w+|прода[ею]\w*|выходим|стоим|сидим|магазин\w*|представлены|размещ\w+|открыва\w+)\b")
_NOT_SELLING = _DATA.phrases("not_selling")
_SINCE = _DATA.phrases("since")


def find(conversation: Sequence[Said], client: Sequence[str]) -> list[Fact]:
    """In the order they were told. `client`: the names of the client's people; nobody else known by name tells them."""
    found: list[Fact] = []
    for said in conversation:
        if client and said.speaker is not None and said.speaker not in client:
            continue
        found.extend(_facts(said))
        if len(found) >= MOST:
            break
    return found[:MOST]


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
