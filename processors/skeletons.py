"""What is compared of a client's name: without legal form and words that any chat has, in one alphabet whichever way it
was transliterated; and the parts of which it may consist, a firm and its brand. Pure.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from processors.russian.first_names import FIRST_NAMES
from processors.russian.names import FULL_NAMES, canonical
from processors.russian.words import word_list

_FORMS: Final = re.compile(
    r"\b(?:общество с ограниченной ответственностью|индивидуальный предприниматель|торговый дом|группа компаний"
    r"|крестьянское \(?фермерское\)? хозяйство|о\.\s?о\.\s?о)\b"
)
IDLE: Final = frozenset(
    word_list(
        "ооо оао зао пао нао ао ип тоо чп тд гк нко ано фоп кфх спк llc ltd inc gmbh ooo ip "
        "чат группа склад склады клиент фулфилмент фф fulfillment fulfilment отгрузки отгрузка поставки "
        "wb вб озон ozon ym ям маркет маркетплейс fbo fbs фбо фбс филиал leadpulse kickoff lead ru рф "
        "контрагент покупатель поклажедатель бренд дубль"
    )
)
"""Legal forms, and what stands in the title of any chat of a warehouse or in its 1C."""

_CITIES: Final = frozenset(
    word_list(
        "москва мск спб петербург екатеринбург екб новосибирск нск казань нижний новгород нн самара челябинск омск уфа "
        "ростов красноярск воронеж пермь волгоград краснодар саратов тюмень тольятти ижевск барнаул ульяновск иркутск "
        "хабаровск ярославль владивосток томск оренбург кемерово новокузнецк рязань пенза липецк тула киров чебоксары "
        "калининград курск ставрополь сочи тверь иваново брянск белгород владимир подольск коледино минск алматы "
        "астана на дону санкт город"
    )
)
"""Where a branch is. A part of a name that is nothing else names nobody: a firm of its own is called so as a whole."""

_TOKEN: Final = re.compile(r"[^\W_]+")
_BETWEEN: Final = re.compile(r"[«»\"“”„()\[\]/|,;—–]|\s-\s|\b(?:ип|ip|бренд|это)\b")
"""What stands between a firm and its brand, or before a sole trader's surname."""
PATRONYMIC: Final = re.compile(r".{2,}(?:[oei]vich|[oei]vna|ichna)\Z")

_LATIN: Final = dict(
    zip(
        "абвгдезийклмнопрстуфыэ",
        ("a", "b", "v", "g", "d", "e", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "i", "e"),
        strict=True,
    )
) | {
    "ж": "zh",
    "х": "h",
    "ц": "c",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ъ": "",
    "ь": "",
    "ю": "iu",
    "я": "ia",
}

_SPELLINGS: Final = (
    (re.compile(r"shch|sch|tsch"), "sh"),
    (re.compile(r"kh"), "h"),
    (re.compile(r"ts|tz"), "c"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"ck"), "k"),
    (re.compile(r"ee"), "i"),
    (re.compile(r"oo"), "u"),
    (re.compile(r"c(?=[aou]|[bdfgklmnpqrstvxz]|\Z)"), "k"),
    (re.compile(r"q"), "k"),
    (re.compile(r"w"), "v"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"[yj]"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)
"""The ways in which Russian is written in Latin letters (GOST 7.79, passports, as people type), to one of them."""


class Person(NamedTuple):
    """A surname, then the first name and the patronymic as far as they are written: in full or by their letters."""

    surname: str
    names: tuple[str, ...]


class Skeleton(NamedTuple):
    """What is compared of a name: its words by the alphabet, all of it in one word, its numbers, and whom it names."""

    words: str
    joined: str
    numbers: frozenset[str] = frozenset()
    person: Person | None = None


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> Skeleton:
    """Of a name of nothing but idle words these are kept."""
    return _of(_TOKEN.findall(_FORMS.sub(" ", _plain(name))))


@lru_cache(maxsize=65_536)
def parts(name: str) -> tuple[Skeleton, ...]:
    """A firm and its brand, a title and the person in it; empty where the name is one whole."""
    found: dict[str, Skeleton] = {}
    for text in _BETWEEN.split(_plain(name)):
        words = [word for word in _TOKEN.findall(_FORMS.sub(" ", text)) if word not in IDLE]
        if any(len(word) > 2 and word not in _CITIES and not word.isdigit() for word in words):
            part = _of(words)
            found[part.joined] = part
    found.pop(skeleton(name).joined, None)
    return tuple(found.values())


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().replace("ё", "е").replace("&", " и ")


def _of(words: list[str]) -> Skeleton:
    kept = [canonical(word) for word in words if word not in IDLE] or words
    found = [one for one in (spelt(FULL_NAMES.get(word, word)) for word in kept) if one]
    numbers = frozenset(word for word in kept if word.isdigit())
    return Skeleton(" ".join(sorted(found)), "".join(found), numbers, _person(found))


def spelt(word: str) -> str:
    """A word in lower case as it is compared: in Latin letters, one way of writing for all."""
    latin = "".join(_LATIN.get(letter, letter) for letter in word)
    for pattern, one in _SPELLINGS:
        latin = pattern.sub(one, latin)
    return latin


FIRST: Final = frozenset(spelt(name) for name in FIRST_NAMES)


def _person(words: list[str]) -> Person | None:
    """One surname and one or two names; the word before a patronymic is a first name, listed or not."""
    given = [
        len(word) == 1 or word in FIRST or bool(PATRONYMIC.match(word) or PATRONYMIC.match("".join(after)))
        for word, after in zip(words, [*([one] for one in words[1:]), []], strict=False)
    ]
    surnames = [word for word, name in zip(words, given, strict=True) if not name]
    names = tuple(word for word, name in zip(words, given, strict=True) if name)
    whole = len(surnames) == 1 and len(surnames[0]) > 1 and 1 <= len(names) <= 2
    return Person(surnames[0], names) if whole and not surnames[0].isdigit() else None
