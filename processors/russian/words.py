"""Words as they are compared and listed."""

from typing import Final
from unicodedata import normalize

MARKED: Final = r"\w[\w\u0300-\u036F\u00AD]*"
"""A word in a text, as a pattern, with the accents over its letters and the soft hyphens among them: what is copied on
a Mac has й and ё as two characters each, a mail has hyphens where a line may break."""

_SILENT: Final = dict.fromkeys((0x0300, 0x0301, 0x00AD))
"""Stress, and soft hyphens."""


def word_list(text: str) -> tuple[str, ...]:
    """The words of a written list."""
    return tuple(text.split())


def plain(word: str) -> str:
    """Small letters, ё as е, no stress, й as one character."""
    word = word.lower()
    if not word.isalnum():  # accents are no letters
        word = normalize("NFC", word).translate(_SILENT)
    return word.replace("ё", "е")
