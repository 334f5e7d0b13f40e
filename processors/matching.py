"""How alike two names of a client are: a chat's title and a card, a customer of a warehouse and a lead. Pure.

A name is compared by its skeleton: without legal form and words that any chat has, in one alphabet whichever way it was
transliterated. Likeness only suggests; what is linked without a person is the same phone, mail or INN
(`processors.contact`).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from processors.russian.words import word_list

LEAST: Final = 60.0
"""Below this likeness (0..100) nothing is suggested: two names of one length without a common word have about 40."""

AT_ONCE: Final = 500
"""Names compared at once: 500 × 5 000 likenesses of four bytes are 10 MB."""

_FORMS: Final = re.compile(
    r"\b(?:общество с ограниченной ответственностью|индивидуальный предприниматель|торговый дом|группа компаний)\b"
)
_IDLE: Final = frozenset(
    word_list(
        "ооо оао зао пао нао ао ип тоо чп тд гк нко ано фоп llc ltd inc gmbh ooo ip "
        "чат группа склад склады клиент фулфилмент фулфилмент фф fulfillment fulfilment отгрузки отгрузка поставки "
        "wb вб озон ozon ym ям маркет маркетплейс fbo fbs фбо фбс филиал leadpulse kickoff lead ru рф"
    )
)
"""Legal forms, and what stands in the title of any chat of a warehouse."""

_TOKEN: Final = re.compile(r"[^\W_]+")

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


class Alike(NamedTuple):
    """A candidate by its place in the list, and how alike it is (0..100)."""

    place: int
    likeness: float


class Skeleton(NamedTuple):
    """What is compared of a name: its words by the alphabet, and all of it in one word."""

    words: str
    joined: str


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> Skeleton:
    """Of a name of nothing but idle words these are kept."""
    text = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е").replace("&", " и ")
    words = _TOKEN.findall(_FORMS.sub(" ", text))
    kept = [word for word in words if word not in _IDLE] or words
    spelt = [one for one in map(_spelt, kept) if one]
    return Skeleton(" ".join(sorted(spelt)), "".join(spelt))


def _spelt(word: str) -> str:
    latin = "".join(_LATIN.get(letter, letter) for letter in word)
    for pattern, one in _SPELLINGS:
        latin = pattern.sub(one, latin)
    return latin


def suggest(names: Sequence[str], among: Sequence[str], most: int = 3) -> list[list[Alike]]:
    """For each name the candidates most like it, the best first, none below `LEAST`. 5 000 × 5 000 take seconds."""
    asked, known = [skeleton(name) for name in names], [skeleton(name) for name in among]
    found: list[list[Alike]] = []
    for start in range(0, len(asked), AT_ONCE):
        rows = _likeness(asked[start : start + AT_ONCE], known)
        for name, row in zip(asked[start:], rows, strict=False):
            if not name.joined:  # a sunflower is like nobody
                found.append([])
                continue
            best = np.argsort(-row, kind="stable")[:most]
            found.append([Alike(int(at), round(float(row[at]), 1)) for at in best if row[at] >= LEAST])
    return found


def _likeness(asked: Sequence[Skeleton], known: Sequence[Skeleton]) -> NDArray[np.float32]:
    """Whole names, whole names without their blanks, and words that both have: a branch or a remark more in one of them
    must not hide it, but of two that share the same words the whole one goes first."""
    here, there = [one.words for one in asked], [one.words for one in known]
    whole = _cdist(here, there, fuzz.ratio)
    joined = _cdist([one.joined for one in asked], [one.joined for one in known], fuzz.ratio)
    shared = _cdist(here, there, fuzz.token_set_ratio)
    closest: NDArray[np.float32] = np.maximum(whole, joined)
    return np.maximum(closest, 0.7 * shared + 0.3 * closest)


def _cdist(asked: Sequence[str], known: Sequence[str], scorer: Callable[..., float]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = process.cdist(asked, known, scorer=scorer, dtype=np.float32, workers=-1)
    return found
