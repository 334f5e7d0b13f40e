"""Lists of words and phrases, written as text."""

import re


def word_set(text: str) -> frozenset[str]:
    """The words of a text; plain ones (small letters, no ё) where they are compared with words of an utterance."""
    return frozenset(text.split())


def any_of(phrases: str) -> re.Pattern[str]:
    """A pattern of whole words that finds any of the phrases, which stand between slashes."""
    return re.compile(rf"\b(?:{'|'.join(phrase.strip() for phrase in phrases.split(' / '))})\b")
