"""What a word is in a sentence: its part of speech, who does it and when, its cases. OpenCorpora's marks."""

from functools import lru_cache
from typing import NamedTuple

from processors.russian.dictionary import readings_of
from processors.russian.stems import CACHED

_PROPER = ("Name", "Surn", "Patr", "Geox")
_MODIFIERS = frozenset({"ADJF", "PRTF", "NUMR", "NPRO"})


class Reading(NamedTuple):
    """A word by itself, in its likeliest reading. `part` is "" for what is no Russian word (Latin letters, digits).

    `predicate`: a clause may hang on it (пришлю, готово, нужно); `cases` are those of all its readings as a noun or
    what goes with one ("nomn", "gent", …); `person` is "1", "2", "3" or "".
    `proper`: "Name", "Surn", "Patr" or "Geox" for people and places, else ""; `known`: it stands in the dictionary.
    """

    part: str
    lemma: str
    person: str
    past: bool
    orders: bool
    predicate: bool
    cases: frozenset[str]
    proper: str
    known: bool

    @property
    def noun(self) -> bool:
        """Whether it names a thing or somebody."""
        return self.part == "NOUN"

    @property
    def modifies(self) -> bool:
        """Whether it stands before a noun and goes with it: новый, три, этот."""
        return self.part in _MODIFIERS


@lru_cache(CACHED)
def reading(word: str) -> Reading:
    """Of a word in lower case (е may stand for ё). A new word costs some 50 µs."""
    parses = readings_of(word)
    if not parses:
        return Reading("", word, "", False, False, False, frozenset(), "", False)
    tag = parses[0].tag
    part = str(tag.POS or "")
    known = parses[0].is_known
    cases = frozenset(str(one.tag.case) for one in parses if one.tag.case is not None)
    predicate = (known and part in ("VERB", "PRED")) or part == "PRTS" or (part == "ADJS" and "Qual" in tag)
    return Reading(
        part,
        str(parses[0].normal_form),
        str(tag.person or "")[:1],
        tag.tense == "past",
        tag.mood == "impr" and "excl" in tag,
        predicate,
        cases,
        next((mark for mark in _PROPER if known and any(mark in one.tag for one in parses[:3])), ""),
        known,
    )


@lru_cache(CACHED)
def nominative(word: str) -> str:
    """A common noun or a town in lower case, in the nominative (озоне → озон, казани → Казань), else ""."""
    parse = next(iter(readings_of(word)), None)
    if parse is None or parse.tag.POS != "NOUN" or {"Name", "Surn", "Patr"} & parse.tag.grammemes:
        return ""
    found = parse.inflect({"nomn"})
    if found is None:
        return ""
    return str(found.word).capitalize() if "Geox" in parse.tag else str(found.word)
