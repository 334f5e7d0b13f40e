"""A promise in words that say what is promised, also where it was named only in the request or the question before."""

from collections.abc import Iterator, Sequence
from itertools import islice

from processors.minutes.due import times
from processors.minutes.people import People
from processors.minutes.promise import Promise
from processors.minutes.stretch import stretch
from processors.minutes.things import named, things
from processors.minutes.verbs import verb
from processors.minutes.wording import deed, line, shortened
from processors.minutes.words import Said
from processors.russian.grammar import reading

BACK = 4
"""Utterances before a promise in which its object may have been named."""

LOOKED_AT = 8
"""Sentences before a promise that are looked at, the nearest first."""

LONGEST_SOURCE = 110
"""Characters of the words that are shown beside a promise that says nothing by itself."""


def worded(names: People, conversation: Sequence[Said], promise: Promise) -> str:
    """The line of a promise."""
    said = conversation[promise.segment]
    places = range(promise.first, promise.last + 1)
    if promise.request:
        return deed(names, said, places, promise.at, promise.key)
    text = line(_timeless(said, promise) if promise.superseded else said.quote(promise.first, promise.last))
    if named(said, promise.first, promise.last):
        return text
    before = list(islice(_before(conversation, promise), LOOKED_AT))
    spoken = said.text[said.tokens[promise.at].start : said.tokens[promise.at].end]
    for source, at in before:
        if at is not None:
            return deed(names, source, _around(source, at), at, spoken)
    asked = _asked(before, promise)
    return f"{text} — в ответ на «{shortened(asked, LONGEST_SOURCE)}»" if asked else text


def _before(conversation: Sequence[Said], promise: Promise) -> Iterator[tuple[Said, int | None]]:
    """The utterances before, the nearest first, with the token of the same verb in any form that has an object."""
    for source in reversed(conversation[max(0, promise.segment - BACK) : promise.segment + 1]):
        here = source.segment == promise.segment
        yield source, next((at for at in _same_verb(source, promise, promise.first if here else None)), None)


def _same_verb(source: Said, promise: Promise, end: int | None) -> Iterator[int]:
    for at in range((len(source.words) if end is None else end) - 1, -1, -1):
        form = verb(source.words[at])
        if form is None or form.key != promise.key:
            continue
        places = _around(source, at)
        if things(source, places.start, places.stop - 1):
            yield at


def _around(source: Said, at: int) -> range:
    first, last = stretch(source, at)
    return range(first, last + 1)


def _asked(before: Sequence[tuple[Said, int | None]], promise: Promise) -> str:
    """The nearest request or question before that names a thing; without one what was said just before; or ""."""
    for source, _ in before:
        for sentence in reversed(source.sentences):
            if source.segment == promise.segment and sentence.last >= promise.first:
                continue
            words = source.words[sentence.first : sentence.last + 1]
            wanted = sentence.asks or any(map(_asks, words))
            said_of = named if source.segment >= promise.segment - 1 and not wanted else things
            if (wanted or said_of is named) and said_of(source, sentence.first, sentence.last):
                return line(source.quote(sentence.first, sentence.last))
    return ""


def _asks(word: str) -> bool:
    here = reading(word)
    return here.orders or here.lemma in ("нужный", "надо", "нужно", "хотеть", "просить")


def _timeless(said: Said, promise: Promise) -> str:
    """Its words without the time that is over."""
    words = said.words[promise.first : promise.last + 1]
    gone = {promise.first + i for due in times(words) for i in range(due.first, due.last + 1)}
    kept = [said.text[said.tokens[i].start : said.tokens[i].end] for i in range(promise.first, promise.last + 1) if i not in gone]
    return " ".join(kept)
