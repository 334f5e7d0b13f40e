"""What a word says as a verb: who will do it ("пришлю", "пришлём"), who is asked to ("пришлите"), and how surely.

The verbs are listed in `verb_list`. A form is looked up; where a recogniser misheard its ending, its stem is, but only
behind a pronoun (`misheard`).
"""

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from processors.minutes.verb_list import DURATIVE, LIGHT, PERFECTIVE, PROCESS, REGULAR, ROOTS
from processors.phrases.spelling import stem


_NO_PROMISE = ("бору", "л", "ла", "ло", "ли")
"""Past forms, and nouns like "разбору" that are one letter off "разберу"."""
_PAST = ("л", "ла", "ло", "ли", "лся", "лась", "лись")


class Person(Enum):
    """Who does it, or how the verb stands."""

    I = "я"  # noqa: E741 - that is what the pronoun is called
    WE = "мы"
    HE = "он"
    THEY = "они"
    YOU = "вы"
    ASKED = "пришлите"
    INFINITIVE = "прислать"


class Verb(NamedTuple):
    """A form of a verb. `key` is its infinitive; `done` where it will be done once (пришлю), not again and again (шлю).

    `light` says little by itself (посмотрю, скажу); `process` is about the talk (обсудим, вернёмся).
    """

    key: str
    person: Person
    done: bool
    light: bool
    process: bool


def verb(word: str) -> Verb | None:
    """The form that a plain word is, None for no verb of the list."""
    return _FORMS.get(word)


@lru_cache(1 << 14)
def misheard(word: str) -> Verb | None:
    """What a word may be that follows "я" or "мы" and is no known form: "пришлет", "отправлу" → to send."""
    if len(word) < 5 or word in _FORMS or word.endswith(_PAST):
        return None
    return _BY_STEM.get(stem(word)) or misspelt(word)


@lru_cache(1 << 14)
def misspelt(word: str) -> Verb | None:
    """The promise's form that a word is with one wrong letter before its ending: "прешлю", "подготовем"."""
    if len(word) < 6 or word in _FORMS or word.endswith(_NO_PROMISE):
        return None
    for form in _BY_ENDING.get(word[-2:], ()):
        if len(form) == len(word) and form[0] == word[0] and Levenshtein.distance(word, form, score_cutoff=1) <= 1:
            return _FORMS[form]
    return None


def _forms() -> dict[str, Verb]:
    forms: dict[str, Verb] = {}
    for line in (*ROOTS, *_conjugated()):
        prefixes, _, words = line.partition("|")
        infinitive, *conjugated, imperative = words.split()
        for prefix in prefixes.strip().split(","):
            _add(forms, "" if prefix == "-" else prefix, infinitive, conjugated, imperative)
    return forms


def _conjugated() -> Iterator[str]:
    for line in REGULAR:
        prefixes, _, words = line.partition("|")
        for infinitive in words.split():
            base = f"{infinitive[:-5]}у" if infinitive.endswith("овать") else infinitive[:-2]
            yield f"{prefixes}| {infinitive} {base}ю {base}ем {base}ет {base}ют {base}й"


def _add(forms: dict[str, Verb], prefix: str, infinitive: str, conjugated: list[str], imperative: str) -> None:
    key = prefix + infinitive
    done = bool(prefix) or infinitive in PERFECTIVE
    if key in DURATIVE:
        done = False
    plain = Verb(key, Person.INFINITIVE, done, key in LIGHT, key in PROCESS)
    turned = f"{key}ся" if not key.endswith("сь") else key
    back = plain._replace(key=turned, light=turned in LIGHT, process=turned in PROCESS)
    for person, word in zip((Person.I, Person.WE, Person.HE, Person.THEY), conjugated, strict=True):
        form = prefix + word
        forms.setdefault(form, plain._replace(person=person))
        forms.setdefault(f"{form}{'сь' if form[-1] in 'аеиоуюя' else 'ся'}", back._replace(person=person))
    forms.setdefault(f"{prefix}{conjugated[2][:-1]}те", plain._replace(person=Person.YOU))
    forms.setdefault(f"{prefix}{conjugated[2][:-1]}шь", plain._replace(person=Person.YOU))
    forms.setdefault(key, plain)
    forms.setdefault(turned, back)
    asked, vowel = prefix + imperative, imperative[-1] in "аеиоуюя"
    for ending in ("", "те"):
        forms[f"{asked}{ending}"] = plain._replace(person=Person.ASKED)
        reflexive = f"{asked}{ending}{'сь' if ending or vowel else 'ся'}"
        forms.setdefault(reflexive, back._replace(person=Person.ASKED))


_FORMS = _forms()
_BY_STEM = {stem(form): found for form, found in _FORMS.items() if found.done and found.person is Person.I}
_BY_ENDING: dict[str, list[str]] = {}
for _form, _found in _FORMS.items():
    if _found.done and not _found.light and _found.person in (Person.I, Person.WE):
        _BY_ENDING.setdefault(_form[-2:], []).append(_form)
