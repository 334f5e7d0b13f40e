"""How alike two names of a client are: a chat's title and a card, a customer of a warehouse and a lead. Pure.

Likeness only suggests; what is linked without a person is the same phone, mail or INN (`processors.contact`).
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from processors.skeletons import Person, Skeleton, parts, skeleton

LEAST: Final = 60.0
"""Below this likeness (0..100) nothing is suggested: two names of one length without a common word have about 40."""

AT_ONCE: Final = 500
"""Names compared at once: 500 × 5 000 likenesses of four bytes are 10 MB."""

OF_PART: Final = 0.95
"""What a part of a name is worth: of two cards the one that is called so as a whole goes first."""
OTHERWISE: Final = 70.0
"""The most that two names can have that contradict each other: other initials, other numbers."""
SURNAME: Final = 80.0
"""Likeness of two surnames that may be one: with a typo, of a man and of a woman."""


class Alike(NamedTuple):
    """A candidate by its place in the list, and how alike it is (0..100)."""

    place: int
    likeness: float


Likeness = NDArray[np.float32]


def suggest(names: Sequence[str], among: Sequence[str], most: int = 3) -> list[list[Alike]]:
    """For each name the candidates most like it, the best first, none below `LEAST`. 5 000 × 5 000 take seconds."""
    known = _Spread(among)
    found: list[list[Alike]] = []
    for start in range(0, len(names) if among else 0, AT_ONCE):
        asked = _Spread(names[start : start + AT_ONCE])
        rows = _likeness(asked.skeletons, known.skeletons) * np.outer(asked.worth, known.worth)
        rows = np.maximum.reduceat(np.maximum.reduceat(rows, asked.starts, axis=0), known.starts, axis=1)
        for name, row in zip(names[start:], rows, strict=False):
            if not skeleton(name).joined:  # a sunflower is like nobody
                found.append([])
                continue
            best = np.argsort(-row, kind="stable")[:most]
            found.append([Alike(int(at), round(float(row[at]), 1)) for at in best if row[at] >= LEAST])
    return found or [[] for _ in names]


def is_same(one: str, other: str) -> bool:
    """Whether two names are one but for legal form, alphabet, order of words and initials. What is only like is not:
    "Норд Лайн" and "Норд Лайт" are two firms, however long a name is."""
    mine, his = skeleton(one), skeleton(other)
    if mine.joined == his.joined or mine.words == his.words:
        return True
    if mine.person is None or his.person is None or mine.person.surname != his.person.surname:
        return False
    return _is_one_person(mine.person.names, his.person.names)


def _is_one_person(mine: Sequence[str], his: Sequence[str]) -> bool:
    """A letter stands for a name where both give as many: "Ким Ольга" may be any of the "Ким О. Р."."""
    pairs = list(zip(mine, his, strict=False))
    if any((len(one) > 1 and len(other) > 1 and one != other) or one[0] != other[0] for one, other in pairs):
        return False
    return len(mine) == len(his) or mine[0] == his[0] != mine[0][0]


class _Spread:
    """Names in a row, each followed by its parts: where each begins, and what each skeleton is worth."""

    def __init__(self, names: Sequence[str]) -> None:
        each = [(skeleton(name), *parts(name)) for name in names]
        self.skeletons = [one for name in each for one in name]
        self.starts = np.cumsum([0] + [len(name) for name in each])[:-1]
        self.worth = np.array([1.0 if not at else OF_PART for name in each for at in range(len(name))], np.float32)


def _likeness(asked: Sequence[Skeleton], known: Sequence[Skeleton]) -> Likeness:
    """Whole names, whole names without their blanks, and words that both have: a branch or a remark more in one of them
    must not hide it, but of two that share the same words the whole one goes first."""
    here, there = [one.words for one in asked], [one.words for one in known]
    whole = _cdist(here, there, fuzz.ratio)
    joined = _cdist([one.joined for one in asked], [one.joined for one in known], fuzz.ratio)
    shared = _cdist(here, there, fuzz.token_set_ratio)
    closest: Likeness = np.maximum(whole, joined)
    found: Likeness = np.maximum(closest, 0.7 * shared + 0.3 * closest)
    for at, to in np.argwhere(found > OTHERWISE):
        if asked[at].numbers and known[to].numbers and not asked[at].numbers & known[to].numbers:
            found[at, to] = OTHERWISE
    _compare_people(asked, known, found)
    return found


def _compare_people(asked: Sequence[Skeleton], known: Sequence[Skeleton], found: Likeness) -> None:
    """Of two people the names decide, also by their letters; in place."""
    here = [(at, one.person) for at, one in enumerate(asked) if one.person]
    there = [(at, one.person) for at, one in enumerate(known) if one.person]
    if not here or not there:
        return
    surnames = _cdist([one.surname for _, one in here], [one.surname for _, one in there], fuzz.ratio)
    for row, column in np.argwhere(surnames >= SURNAME):
        (at, one), (to, other) = here[row], there[column]
        found[at, to] = _person_alike(one, other, surnames[row, column])


def _person_alike(one: Person, other: Person, surnames: float) -> float:
    """A name that only one of them gives leaves a doubt, less than another letter in the surname does."""
    likeness, unsure = surnames, abs(len(one.names) - len(other.names))
    for mine, his in zip(one.names, other.names, strict=False):
        if len(mine) == 1 or len(his) == 1:
            if mine[0] != his[0]:
                return OTHERWISE * surnames / 100
        elif (alike := fuzz.ratio(mine, his)) < SURNAME:
            return OTHERWISE * surnames / 100
        else:
            likeness = min(likeness, alike)
    return likeness * 0.96**unsure


def _cdist(asked: Sequence[str], known: Sequence[str], scorer: Callable[..., float]) -> Likeness:
    found: Likeness = process.cdist(asked, known, scorer=scorer, dtype=np.float32, workers=-1)
    return found
