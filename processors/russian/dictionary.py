"""What Russian's dictionary knows of a word: whether it is one, and whether it is somebody's name."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import SEEK_CUR, BufferedReader
from mmap import ACCESS_READ, MADV_DONTNEED, mmap
from struct import calcsize
from typing import Literal, NamedTuple

import pymorphy3
from dawg_python.wrapper import Dictionary, Guide

from processors.russian.stems import CACHED

_ASKED = re.compile(r"[a-zа-яё0-9'-]+\Z")
"""Words that are looked up; pymorphy3 raises `ValueError` for a character that Unicode has no name for."""


@lru_cache(1)
def dictionary() -> pymorphy3.MorphAnalyzer:
    """OpenCorpora's 390 000 lexemes in all forms: 10 MB and 0.2 s, so only where somebody asks."""
    with _left_in_files():
        return pymorphy3.MorphAnalyzer()


@contextmanager
def _left_in_files() -> Iterator[None]:
    """What the dictionary's automata hold, 15 MB, stays in their files, of which a question reads some pages: so they
    are read from now on, up to the end of the block."""

    def units(self: Dictionary, file: BufferedReader) -> None:
        self._units = _mapped(file, "I", 1)

    def guide(self: Guide, file: BufferedReader) -> None:
        self._units = _mapped(file, "B", 2)

    usual = Dictionary.read, Guide.read
    Dictionary.read, Guide.read = units, guide
    try:
        yield
    finally:
        Dictionary.read, Guide.read = usual


def _mapped(file: BufferedReader, letter: Literal["I", "B"], each: int) -> memoryview:
    """As many units as the number says that stands before them (32 bits), `each` values to a unit; the file is then
    behind them."""
    count = int.from_bytes(file.read(4), sys.byteorder) * each
    begin = file.tell()
    end = file.seek(count * calcsize(letter), SEEK_CUR)
    pages = mmap(file.fileno(), 0, access=ACCESS_READ)
    _FILES.append(pages)
    return memoryview(pages)[begin:end].cast(letter)


_FILES: list[mmap] = []


def put_aside() -> None:
    """What was looked at is no longer this process's memory, but the system's cache of files. The next word takes it
    back. For who asks seldom."""
    for pages in _FILES:
        pages.madvise(MADV_DONTNEED)


def readings_of(word: str) -> list[pymorphy3.analyzer.Parse]:
    """All readings of a word in lower case, the likeliest first; none of what no Russian word is written with."""
    return dictionary().parse(word) if _ASKED.match(word) else []


@lru_cache(CACHED)
def is_word(word: str) -> bool:
    """Whether a word in lower case stands in the dictionary (e may stand for ё). A new word costs about 15 µs."""
    return bool(dictionary().word_is_known(word))


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
    readings = [reading for reading in readings_of(word) if reading.score >= _LIKELY]
    people = [reading for reading in readings if any(mark in reading.tag for mark in _PERSON)]
    if not people:
        return NameReading(0.0, "")
    share = sum(reading.score for reading in people) / sum(reading.score for reading in readings)
    return NameReading(float(share), str(people[0].normal_form).replace("ё", "е"))


class Grammar(NamedTuple):
    """What a word most likely is. `lemmas` are those of all its likely readings. `acts`: a verb in any form, or a short
    adjective or participle; `done`: in the past, or a passive participle, so that it is told as a fact."""

    lemmas: frozenset[str]
    acts: bool
    done: bool


_ACTING = frozenset({"VERB", "INFN", "PRTS", "PRTF", "GRND", "ADJS"})
_DONE = ("past", "pssv")


@lru_cache(CACHED)
def grammar(word: str) -> Grammar:
    """The grammar of a word in lower case; one in no dictionary is guessed by its ending. Some 50 µs a new word."""
    readings = readings_of(word)
    acting = [reading for reading in readings if reading.tag.POS in _ACTING]
    acts = bool(acting) and sum(reading.score for reading in acting) >= 0.5 * sum(reading.score for reading in readings)
    done = acts and any(mark in reading.tag for reading in acting[:1] for mark in _DONE)
    likely = readings[0].score / 4 if readings else 0.0
    lemmas = {str(reading.normal_form).replace("ё", "е") for reading in readings if reading.score >= likely}
    return Grammar(frozenset(lemmas), acts, done)
