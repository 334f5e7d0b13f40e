"""Words of a claim and of what it stands on, in the one form in which they are compared."""

import re

from processors.minutes.vocabulary import vocabulary
from processors.russian.words import plain

_DATA = vocabulary("supported")
_ONE_NAME = {name: names.split()[0] for names in _DATA.lines("names") for name in names.split()}
_SIGNS = {"%": "процентов", "₽": "рублей", "$": "долларов"}

MEASURES = tuple(sorted(_DATA.words("measures")))
"""Beginnings of days, months and units."""

WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*|[%₽$]|[.,!?;:()—–«»\"\n]")
"""A word, a figure, a sign of a unit, or a mark."""


def comparable(text: str) -> list[str]:
    """The words as they are compared, without marks."""
    return [word for found in WORD.findall(text) if (word := compared(found))[0].isalnum()]


def compared(written: str) -> str:
    """A word in small letters, a sign as its word, one spelling of names that have several."""
    word = plain(_SIGNS.get(written, written))
    return _ONE_NAME.get(word, word)
