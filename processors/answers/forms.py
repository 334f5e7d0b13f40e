"""A word in all its forms, also one that stands in no dictionary. Pure."""

from functools import lru_cache

from processors.russian.dictionary import readings_of

CACHED = 1 << 12
"""Words remembered: the thesaurus has some five hundred, a question a handful."""
MOST_FORMS = 200
"""Of one word, as in the search: the longest lexemes of verbs have some 170."""
_LIKELY = 0.25
"""Readings that are so much rarer than the likeliest are other words that happen to look the same."""


@lru_cache(CACHED)
def forms_of(word: str) -> tuple[str, ...]:
    """All forms of a plain word, itself first. Words of the trade are in no dictionary (фулфил, палета): they are bent
    as their endings say. Some 0.3 ms a new word."""
    found = [word]
    readings = readings_of(word)
    likely = readings[0].score * _LIKELY if readings else 0.0
    for reading in readings:
        if reading.score >= likely:
            found += [str(form.word).replace("ё", "е") for form in reading.lexeme]
    return tuple(dict.fromkeys(found))[:MOST_FORMS]


@lru_cache(CACHED)
def lemmas_of(word: str) -> frozenset[str]:
    """The lemmas that a plain word may be of, е for ё; the word itself where it has no reading."""
    readings = readings_of(word)
    likely = readings[0].score * _LIKELY if readings else 0.0
    found = {str(reading.normal_form).replace("ё", "е") for reading in readings if reading.score >= likely}
    return frozenset(found or {word})
