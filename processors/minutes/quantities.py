"""Figures of a claim against those of its quote: the same ones, in the same order, of the same things."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from processors.minutes.compared import MEASURES, comparable
from processors.russian.numerals import numbers
from processors.russian.stems import stem

_LETTERS = 4
"""Shorter words tell no things."""
_NEARER = 1
"""Words by which another figure must be nearer to a thing to be its figure."""


class _Figure(NamedTuple):
    """A figure at the words `first`..`last`."""

    first: int
    last: int
    value: str

    def distance(self, at: int) -> int:
        return max(self.first - at, at - self.last, 0)


def figures(text: str) -> tuple[str, ...]:
    """The figures of a text in order, said or written: "двадцать восемь" and "28" are one; a phone is its digits."""
    return tuple(figure.value for figure in _read(text)[1])


def agree(claim: str, quote: str) -> bool:
    """Whether the quote has all figures of the claim in the same order ("28 вместо 36" is not "36 вместо 28"), and no
    thing beside a figure of the claim has another one in the quote ("брак 200" of "200 штук, из них брак 40")."""
    said, told = _read(claim)
    heard, named = _read(quote)
    rest = iter(named)
    held = [next((figure for figure in rest if figure.value == wanted.value), None) for wanted in told]
    return all(
        figure is not None and not any(_anothers(thing, figure, heard, named) for thing in _beside(wanted, said, told))
        for wanted, figure in zip(told, held, strict=True)
    )


def _beside(figure: _Figure, said: Sequence[str], told: Sequence[_Figure]) -> list[str]:
    """Stems of the things right before and right behind a figure."""
    places = [at for at in (figure.first - 1, figure.last + 1) if 0 <= at < len(said)]
    free = [at for at in places if not any(other.distance(at) == 0 for other in told)]
    return [stem(said[at]) for at in free if len(said[at]) >= _LETTERS and not said[at].startswith(MEASURES)]


def _anothers(thing: str, figure: _Figure, heard: Sequence[str], named: Sequence[_Figure]) -> bool:
    """Whether wherever the thing is named in the quote, another figure is nearer."""
    places = [at for at, word in enumerate(heard) if stem(word) == thing]
    return bool(places) and all(
        min(other.distance(at) for other in named) + _NEARER < figure.distance(at) for at in places
    )


@lru_cache(1 << 10)
def _read(text: str) -> tuple[tuple[str, ...], tuple[_Figure, ...]]:
    said = comparable(text)
    found: list[_Figure] = []
    taken: set[int] = set()
    for number in numbers(said):
        value = f"{number.value:g}" if number.value < 1e6 else str(number.value)
        found.append(_Figure(number.first, number.last, value))
        taken.update(range(number.first, number.last + 1))
    for at, word in enumerate(said):
        if at not in taken:
            found += [_Figure(at, at, digits) for digits in re.findall(r"\d+", word)]
    return tuple(said), tuple(sorted(found, key=lambda figure: figure.first))
