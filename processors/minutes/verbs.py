"""What a word says as a verb: who will do it ("пришлю", "пришлём"), who is asked to ("пришлите"), and how surely.

The verbs are listed in `data/verb_list.toml`: add one there and it is known in every form. A prefix makes a verb
perfective; forms that do not exist do no harm, nobody says them. A form is looked up; where a recogniser misheard its
ending, its stem is, but only behind a pronoun (`misheard`).
"""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from processors.minutes.vocabulary import vocabulary
from processors.russian.stems import stem

_DATA = vocabulary("verbs")
_LISTED = vocabulary("verb_list")
_PROCESS = _LISTED.words("process")
_LIGHT = _LISTED.words("light")
_DURATIVE = _LISTED.words("durative")
_NO_INFINITIVES = _LISTED.words("not_deeds")
_PERFECTIVE = _LISTED.words("perfective")
_REGULAR = _LISTED.lines("regular")
_ROOTS = _LISTED.lines("roots")

_PAST = ("л", "ла", "ло", "ли", "лся", "лась", "лось", "лись")
_PRESENT = ("у", "ю", "ем", "им", "ет", "ит", "ут", "ют", "ат", "ят", "ешь", "ишь", "ете", "ите", "е", "и", "сь", "ся")
_NO_PROMISE = (*_PAST, "бору")
"""Past forms, and nouns like "разбору", one letter off "разберу"."""


_PREFIXES = ("по", "с", "от", "вы", "под", "при", "про", "до", "за", "пере", "у", "раз", "рас", "из", "об", "на")
_WE_DO = re.compile(r"\w{2,}[аяу]ем(?:ся)?\Z")
_NOUNS = _DATA.words("nouns")
_BORROWED = re.compile(r"(\w{2,}ир)(ую|уем|ует|уют|уйте|овать)\Z")


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
    return _FORMS.get(word) or _ending(word)


@lru_cache(1 << 14)
def _ending(word: str) -> Verb | None:
    """By its ending: verbs in -ировать, of which there is no end (отсортируем); what "мы" do now (сдвигаем)."""
    match = _BORROWED.match(word)
    if match is None:
        ongoing = _WE_DO.match(word) is not None and word not in _NOUNS
        return Verb(word, Person.WE, done=False, light=False, process=False) if ongoing else None
    person = {"ую": Person.I, "уем": Person.WE, "ует": Person.HE, "уют": Person.THEY, "овать": Person.INFINITIVE}
    done = word.startswith(_PREFIXES) and not word.startswith("пере")
    return Verb(f"{match[1]}овать", person.get(match[2], Person.ASKED), done, light=False, process=False)


@lru_cache(1 << 14)
def misheard(word: str) -> Verb | None:
    """What a word may be that follows "я" or "мы" and is no known form: "пришлет", "отправлу" → to send."""
    if len(word) < 5 or word in _FORMS or word.endswith(_PAST) or not word.endswith(_PRESENT):
        return None
    return _BY_STEM.get(stem(word)) or misspelt(word)


def unlisted(word: str) -> Verb | None:
    """A verb that is not in the list, for a word that follows "я" and looks like a deed: "отволоку завтра"."""
    if word.endswith(_ONGOING) or word in _NOT_DEEDS or len(word) < 5 or not word.startswith(_PREFIXES):
        return None
    if not word.endswith(("у", "ю", "усь", "юсь")):
        return None
    return Verb(word, Person.I, done=True, light=True, process=False)


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
    for line in (*_ROOTS, *_conjugated()):
        prefixes, _, words = line.partition("|")
        infinitive, *conjugated, imperative = words.split()
        for prefix in prefixes.strip().split(","):
            _add(forms, "" if prefix == "-" else prefix, infinitive, conjugated, imperative)
    return forms


def _conjugated() -> Iterator[str]:
    for line in _REGULAR:
        prefixes, _, words = line.partition("|")
        for infinitive in words.split():
            base = f"{infinitive[:-5]}у" if infinitive.endswith("овать") else infinitive[:-2]
            yield f"{prefixes}| {infinitive} {base}ю {base}ем {base}ет {base}ют {base}й"


def _add(forms: dict[str, Verb], prefix: str, infinitive: str, conjugated: list[str], imperative: str) -> None:
    key = prefix + infinitive
    if key in _NO_INFINITIVES:
        return
    done = bool(prefix) or infinitive in _PERFECTIVE
    if key in _DURATIVE:
        done = False
    plain = Verb(key, Person.INFINITIVE, done, key in _LIGHT, key in _PROCESS)
    turned = f"{key}ся"
    back = plain._replace(key=turned, light=turned in _LIGHT, process=turned in _PROCESS)
    for person, word in zip((Person.I, Person.WE, Person.HE, Person.THEY), conjugated, strict=True):
        form = prefix + word
        forms.setdefault(form, plain._replace(person=person))
        if turned not in _NO_INFINITIVES:
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
_ONGOING = ("аю", "яю", "ую", "ею", "аюсь", "яюсь", "уюсь")
_NOT_DEEDS = _DATA.words("not_deeds")
_BY_STEM = {stem(form): found for form, found in _FORMS.items() if found.done and found.person is Person.I}
_BY_ENDING: dict[str, list[str]] = {}
for _form, _found in _FORMS.items():
    if _found.done and not _found.light and _found.person in (Person.I, Person.WE):
        _BY_ENDING.setdefault(_form[-2:], []).append(_form)
