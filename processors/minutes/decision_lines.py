"""A decision in words: the sentence that decides, with what it is about where it does not say so itself."""

import re
from collections.abc import Sequence

from processors.minutes.consent import Decided, Promised
from processors.minutes.objects import LONGEST_SOURCE, asked_before
from processors.minutes.stretch import stretch
from processors.minutes.things import named, things
from processors.minutes.wording import line, shortened
from processors.minutes.words import Said, Sentence
from schemas.minutes import Point

LONGEST_QUOTE = 26
"""Words of a quote; of a longer sentence its first clause is quoted, with what belongs to it."""

BARE = 4
"""Fewer words of a recogniser say too little by themselves: ставим на стоп."""

SHORT = 8
"""Words of a sentence that has room for one thing."""

_HEADS = re.compile(
    r"(?i)^(?:(?:и|ну|тогда|хорошо|так|итак|да),? )*"
    r"(?:решили|договорились|согласен|согласна|приняли решение|решение)(?: так)?[:,] "
)
"""Openings that the list's title says already: решили: коды заказываем мы."""


def holds_promise(said: Said, sentence: Sentence, promised: Promised) -> bool:
    """Whether a promise was made in a sentence."""
    return any(sentence.first <= at <= sentence.last for at in promised.get(said.segment, ()))


def shown(conversation: Sequence[Said], one: Decided, promised: Promised) -> Point:
    """The point of a decision; of a bare consent the words of the proposal."""
    said = conversation[one.segment]
    first, last = _span(said, one.sentence, promised)
    quote = said.quote(first, last)
    if one.meant is not None:
        proposal = conversation[one.of]
        return Point(_line(proposal.quote(*_span(proposal, one.meant, promised))), quote, one.segment)
    text = _line(quote)
    if not _about(said, first, last):
        asked = asked_before(conversation, one.segment, first)
        text = f"{text} — в ответ на «{shortened(asked, LONGEST_SOURCE)}»" if asked else text
    return Point(text, quote, one.segment)


def _line(quote: str) -> str:
    return line(_HEADS.sub("", quote))


def _about(said: Said, first: int, last: int) -> bool:
    """Whether tokens name a thing or a number, or say much without."""
    if last - first >= SHORT or any(first <= number.first <= last for number in said.numbers):
        return True
    return named(said, first, last) or len(things(said, first, last)) > 1


def _span(said: Said, sentence: Sentence, promised: Promised) -> tuple[int, int]:
    first, last = sentence.first, sentence.last
    if last - first >= LONGEST_QUOTE:
        return stretch(said, first)
    if not said.punctuated and last - first < BARE:
        return _widened(said, first, last, promised)
    return first, last


def _widened(said: Said, first: int, last: int, promised: Promised) -> tuple[int, int]:
    """A few words of a recogniser with the sentence before them, or else behind: так и сделаем | платим за квартал."""
    for other in (first - 1, last + 1):
        if not 0 <= other < len(said.words):
            continue
        beside = said.sentence(other)
        if beside.asks or beside.last - beside.first < 1 or holds_promise(said, beside, promised):
            continue
        if things(said, beside.first, beside.last):
            return min(first, beside.first), max(last, beside.last)
    return first, last
