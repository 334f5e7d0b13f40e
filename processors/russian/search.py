"""What a person looks for: words in all their forms, and phrases word for word. Pure."""

import re
from typing import NamedTuple

from processors.russian.dictionary import readings_of

MOST_WORDS = 10
MOST_FORMS = 200
"""Of one word: the longest lexemes of verbs, with participles, have some 170."""
_LIKELY = 0.25
"""Readings that are so much rarer than the likeliest are other words that happen to look the same."""
_PHRASE = re.compile(r'["«“„]([^"«»“”„]*)["»”“]')
_TOKEN = re.compile(r"[^\W_]+")


class Wanted(NamedTuple):
    """`words`: of each its forms, one of which must be there; `phrases`: words in this order, beside each other. All in
    lower case, е for ё, as the store's index has them."""

    words: list[list[str]]
    phrases: list[str]


def wanted(query: str) -> Wanted:
    """`уходит к "другой склад"`: any form of each word, and the phrase. A first word costs 0.2 s (`dictionary`)."""
    phrases = [" ".join(tokens(found[1])) for found in _PHRASE.finditer(query)]
    loose = list(dict.fromkeys(tokens(_PHRASE.sub(" ", query))))
    return Wanted([forms(word) for word in loose], [phrase for phrase in dict.fromkeys(phrases) if phrase])


def tokens(text: str) -> list[str]:
    """The words of a text as the index cuts them."""
    return _TOKEN.findall(text.lower().replace("ё", "е"))


def forms(word: str) -> list[str]:
    """All forms of the words that this may be, itself first; of a word in no dictionary only itself."""
    readings = [reading for reading in readings_of(word) if reading.is_known]
    likely = readings[0].score * _LIKELY if readings else 0.0
    found = [word]
    for reading in readings:
        if reading.score >= likely:
            found += [form.word.replace("ё", "е") for form in reading.lexeme]
    return list(dict.fromkeys(found))[:MOST_FORMS]
