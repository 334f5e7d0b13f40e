"""What Russian's dictionary knows of a word: whether it is one, and whether it is somebody's name."""

from functools import lru_cache
from typing import NamedTuple

import pymorphy3

from processors.russian.stems import CACHED


@lru_cache(1)
def _dictionary() -> pymorphy3.MorphAnalyzer:
    """OpenCorpora's 390 000 lexemes in all forms: 28 MB and 0.2 s, so only where somebody asks."""
    return pymorphy3.MorphAnalyzer()


@lru_cache(CACHED)
def is_word(word: str) -> bool:
    """Whether a word in lower case stands in the dictionary (e may stand for ё). A new word costs about 15 µs."""
    return bool(_dictionary().word_is_known(word))


_PERSON = ("Name", "Surn", "Patr")
_LIKELY = 0.005
"""Readings of a word that are rarer than this are slips of the corpus."""


class NameReading(NamedTuple):
    """A word read as a name. `share`: how much of what it may be is a first name, a surname or a patronymic, 0 to 1, by
    the counts of OpenCorpora. `lemma` is that name in the nominative, "" where it is none."""

    share: float
    lemma: str


@lru_cache(CACHED)
def name_reading(word: str) -> NameReading:
    """A word in lower case as a name; one that is not in the dictionary is guessed by its ending. Some 50 µs a word."""
    readings = [reading for reading in _dictionary().parse(word) if reading.score >= _LIKELY]
    people = [reading for reading in readings if any(mark in reading.tag for mark in _PERSON)]
    if not people:
        return NameReading(0.0, "")
    share = sum(reading.score for reading in people) / sum(reading.score for reading in readings)
    return NameReading(float(share), str(people[0].normal_form).replace("ё", "е"))
