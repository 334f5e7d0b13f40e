"""Stems of Russian words."""

import sys
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any

CACHED = 1 << 15
"""Words remembered, some 10 MB at most. Chats use a few thousand; a new word costs about 30 µs, a known one 0.05."""

_ONE_AT_A_TIME = Lock()
"""A Snowball stemmer keeps the word it works on in itself. Without this, four threads (minutes are made in threads) got
wrong stems for 42 to 70 of 3 393 words, and `IndexError` now and then."""


@lru_cache(1)
def _stemmer() -> Any:
    """Loaded for the first word, under another name than its package, which would bring the stemmers of thirty
    languages, 4 MB."""
    found = find_spec("snowballstemmer")
    if found is None or found.submodule_search_locations is None:
        raise ModuleNotFoundError("snowballstemmer")
    package = ModuleType(_ALONE)
    package.__path__ = found.submodule_search_locations
    sys.modules[_ALONE] = package
    return import_module(f"{_ALONE}.russian_stemmer").RussianStemmer()


_ALONE = "leadpulse_snowball"


@lru_cache(CACHED)
def stem(word: str) -> str:
    """The Snowball stem of a word in lower case without ё. Threads may call it."""
    with _ONE_AT_A_TIME:
        return str(_stemmer().stemWord(word))
