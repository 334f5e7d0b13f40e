"""What an item is about: the stems of its words that carry sense. By them two items are the same."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from processors.minutes.due import timed
from processors.minutes.verbs import verb
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from processors.russian.grammar import reading
from processors.russian.numerals import is_number
from processors.russian.stems import stem
from processors.russian.words import plain

STOP_WORDS = vocabulary("stop_words").words("stop_words")
"""Words that say nothing of the matter."""

SAME = 0.75
"""The share of two items' words that near-duplicates have in common."""

_Item = TypeVar("_Item")


def things(said: Said, first: int, last: int) -> frozenset[str]:
    """Of tokens `first`..`last` (inclusive), without verbs, times and words that say nothing."""
    gone = timed(said)
    return frozenset(
        said.stems[at]
        for at in range(first, last + 1)
        if at not in gone
        and (len(said.words[at]) >= 4 or is_number(said.words[at]))
        and said.words[at] not in STOP_WORDS
        and not verb(said.words[at])
        and reading(said.words[at]).part not in ("VERB", "INFN", "GRND")
    )


def named(said: Said, first: int, last: int) -> bool:
    """Whether those tokens name a thing that something is done to: a noun without a preposition before it."""
    gone = timed(said)
    for at in range(first, last + 1):
        here = reading(said.words[at])
        unheard_of = here.part == "" and said.words[at].isalpha() and len(said.words[at]) > 2
        if at in gone or not (here.noun or unheard_of) or said.words[at] in STOP_WORDS or verb(said.words[at]):
            continue
        before = at - 1
        while before >= first and (reading(said.words[before]).modifies or is_number(said.words[before])):
            before -= 1
        if before < first or reading(said.words[before]).part != "PREP":
            return True
    return False


def folded(
    items: Iterable[_Item], words: Callable[[_Item], str], apart: Callable[[_Item], str] = lambda _: ""
) -> list[_Item]:
    """Without those that say the same as one before: most of their words are shared, every number and "не", and what
    keeps them `apart` (an owner).
    """
    kept: list[_Item] = []
    known: list[tuple[frozenset[str], frozenset[str]]] = []
    for item in items:
        parts = [plain(word.strip('.,;:!?«»()—–-…"')) for word in words(item).split()]
        stems = frozenset(stem(word) for word in parts if len(word) > 2 or word.isdigit())
        decisive = frozenset(word for word in parts if word in ("не", "нет", "без") or (word and is_number(word)))
        decisive |= {apart(item)}
        if any(decisive == other and alike(stems, one) for one, other in known):
            continue
        known.append((stems, decisive))
        kept.append(item)
    return kept


def alike(one: Collection[str], other: Collection[str]) -> bool:
    """Whether two items share `SAME` of their words."""
    shared = len(set(one) & set(other))
    return one == other or shared >= SAME * len(set(one) | set(other)) > 0


def contained(one: Sequence[str] | frozenset[str], other: Sequence[str] | frozenset[str]) -> bool:
    """Whether all that one names the other names too, and it names something."""
    return bool(one) and bool(other) and (set(one) <= set(other) or set(other) <= set(one))
