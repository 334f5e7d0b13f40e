"""A promise in words that say what is promised, also where it was named only in the request or the question before."""

from collections.abc import Iterator, Sequence

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
    spoken = said.text[said.tokens[promise.at].start : said.tokens[promise.at].end]
    found = source(conversation, promise)
    if found is not None:
        return deed(names, *found, spoken)
    asked = asked_before(conversation, promise.segment, promise.first)
    return f"{text} — в ответ на «{shortened(asked, LONGEST_SOURCE)}»" if asked else text


def about(conversation: Sequence[Said], promise: Promise) -> frozenset[str]:
    """The stems of what is promised; of a promise that says nothing by itself, of the request that it answers."""
    said = conversation[promise.segment]
    own = things(said, promise.first, promise.last)
    if own or promise.request or (found := source(conversation, promise)) is None:
        return own
    other, places, _ = found
    return things(other, places.start, places.stop - 1)


def source(conversation: Sequence[Said], promise: Promise) -> tuple[Said, range, int] | None:
    """The nearest words before a promise that name a thing beside the same verb, in whatever form, and that verb."""
    for other in reversed(conversation[max(0, promise.segment - BACK) : promise.segment + 1]):
        end = promise.first if other.segment == promise.segment else None
        at = next(_same_verb(other, promise, end), None)
        if at is not None:
            return other, _around(other, at), at
    return None


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


def asked_before(conversation: Sequence[Said], segment: int, first: int, *, asks: bool = False) -> str:
    """The nearest request or question before token `first` of an utterance that names a thing, as a line; without one,
    unless only what `asks` will do, what was said just before; else "".
    """
    for source in reversed(conversation[max(0, segment - (1 if asks else BACK)) : segment + 1]):
        for sentence in reversed(source.sentences):
            if source.segment == segment and sentence.last >= first:
                continue
            words = source.words[sentence.first : sentence.last + 1]
            wanted = sentence.asks or (not asks and any(map(_asks, words)))
            near = source.segment >= segment - 1 and not asks
            names_it = things if wanted else named
            if (wanted or near) and names_it(source, sentence.first, sentence.last):
                return line(source.quote(sentence.first, sentence.last))
    return ""


def _asks(word: str) -> bool:
    here = reading(word)
    return here.orders or here.lemma in ("нужный", "надо", "нужно", "хотеть", "просить")


def _timeless(said: Said, promise: Promise) -> str:
    """Its words without the time that is over."""
    words = said.words[promise.first : promise.last + 1]
    gone = {promise.first + i for due in times(words) for i in range(due.first, due.last + 1)}
    kept = [
        said.text[said.tokens[i].start : said.tokens[i].end]
        for i in range(promise.first, promise.last + 1)
        if i not in gone
    ]
    return " ".join(kept)
