"""Whom a name in a room may mean, of the people that are known: our staff, the client's contacts, who writes in his
chats. Pure.

sure      a surname and a first name that one known person bears: in any order, in Latin letters, short («Саша Ким»),
          with a firm or a post beside it
unsure    two bear it; or only a part of it is there, or it is written nearly so: a person is asked
unknown   like nobody's
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import msgspec
from rapidfuzz import fuzz

from processors.russian.names import NOT_NAMES, SHORT_NAMES, canonical
from processors.russian.words import word_list
from processors.skeletons import FIRST, IDLE, PATRONYMIC, spelt

Side = Literal["staff", "client"]
Certainty = Literal["sure", "unsure", "unknown"]
Reason = Literal["whole", "several", "company", "two", "alike", "initials", "surname", "first", "none", "nobody"]
"""`whole`: surname and first name. `several` bear it · the `company` beside a name of ours is the client's · `two`
people stand in it · written nearly so (`alike`) · a surname with `initials`, a `surname` or a `first` name alone ·
`none` is called so · it names `nobody` («iPhone»)."""

MOST: Final = 5
"""Candidates that a person is asked about."""
ALIKE: Final = 85.0
"""Likeness (0..100) of two words that differ by a letter or so: Петров and Петрова, Наталья and Наталия."""
SHORTEST: Final = 4
"""Letters of a word that may be written nearly so: «Ким» and «Кин» are two surnames."""

_LEVELS: Final[Sequence[Reason]] = ("whole", "alike", "initials", "surname", "first")

_POSTS: Final = frozenset(
    word_list(
        "закупка закупки закупкам снабжение поставка поставки приемка отгрузка отгрузки маркетинг реклама финансы "
        "юрист секретарь ассистент помощник товаровед дизайнер фотограф аккаунт специалист сотрудник мастер кладовщик "
        "куратор ведущий ведущая ceo cfo coo founder owner sales logistics продавец озон вб"
    )
)
"""What people put behind their name in a room, besides `NOT_NAMES`."""

_BETWEEN: Final = re.compile(r"[«»\"“”„()\[\]/|,;—–@]|\s-\s|\b(?:из|от|from|и(?=\s+\w\w))\b")
_TOKEN: Final = re.compile(r"[^\W_]+")


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody known. `person`: who that is elsewhere, as `identities` keys it (`b24_user:5`, `b24_contact:77`,
    `tg_user:123`); `about` him, for people."""

    person: str
    name: str
    side: Side
    about: str = ""


class Match(NamedTuple):
    """Whom a name may mean, the likeliest first; one where it is sure."""

    certainty: Certainty
    reason: Reason
    candidates: Sequence[Candidate] = ()


class _Name(NamedTuple):
    """Words of a name by the alphabet, one way of writing for all; `parts` by what stands between them."""

    parts: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> list[str]:
        return [word for part in self.parts for word in part]


def match(name: str, among: Iterable[Candidate], company: str = "") -> Match:
    """Whom of `among` (as `joined` gives them) the name may mean. `company`: what the client is called."""
    read = _read(name)
    if not read.words:
        return Match("unknown", "nobody")
    firm = _company(company)
    found: dict[Reason, list[Candidate]] = {}
    for one in among:
        level = _level(read, one, firm)
        if level is not None:
            found.setdefault(level, []).append(one)
    best = next((level for level in _LEVELS if level in found), None)
    if best is None:
        return Match("unknown", "none")
    those = found[best]
    if firm.intersection(read.words) and best != "whole":
        those = [one for one in those if one.side == "client"] or those
    reason = _doubt(read, those, firm) if best == "whole" else best
    return Match("sure" if reason == "whole" else "unsure", reason, tuple(those[:MOST]))


def joined(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each person once: of those of one side and one name the first, with what is said of him by either."""
    found: dict[tuple[Side, frozenset[str]], Candidate] = {}
    for one in candidates:
        words = frozenset(_read(one.name).words)
        if not words:
            continue
        before = found.get((one.side, words))
        if before is None:
            found[one.side, words] = one
        elif one.about and not before.about:
            found[one.side, words] = msgspec.structs.replace(before, about=one.about)
    return list(found.values())


def _doubt(read: _Name, those: Sequence[Candidate], firm: frozenset[str]) -> Reason:
    """Why a whole name is not enough."""
    if len(those) > 1:
        return "several"
    left = [word for word in read.words if not any(_same(word, his) for his in _read(those[0].name).words)]
    if any(word in FIRST and word not in firm for word in left):
        return "two"
    return "company" if those[0].side == "staff" and firm.intersection(left) else "whole"


def _level(read: _Name, one: Candidate, firm: frozenset[str]) -> Reason | None:
    """What of the candidate's name stands in it; None where it is somebody else's."""
    his = [word for word in _read(one.name).words if not PATRONYMIC.match(word)]
    words = read.words
    if len(his) > 1 and all(len(word) > 1 and any(_same(word, each) for each in words) for word in his):
        return "whole"
    first = next((word for word in his if word in FIRST), his[0] if len(his) == 1 else "")
    surname = next((word for word in his if word != first), "")
    idle = firm | {word for part in _read(one.about).parts for word in part}
    if not first or len(his) > 2:
        return None
    if surname and (found := [word for word in words if _alike(word, surname)]):
        return _by_surname([word for word in words if word not in found], first, found[0] == surname, idle)
    return _by_first(read, first, surname, idle)


def _by_surname(others: Sequence[str], first: str, exact: bool, idle: frozenset[str]) -> Reason | None:
    """The surname is there: what of the `others` says of the first name."""
    given = [word for word in others if word not in idle and not PATRONYMIC.match(word)]
    letters = [word for word in given if len(word) == 1]
    if any(_same(word, first) or _alike(word, first) for word in given):
        return "alike"
    if any(word in FIRST for word in given):
        return None
    if letters:
        return "initials" if exact and letters[0] == first[0] else None
    return "surname" if exact else None


def _by_first(read: _Name, first: str, surname: str, idle: frozenset[str]) -> Reason | None:
    """The first name stands in a part of it with no other surname."""
    for part in read.parts:
        if not any(_same(word, first) for word in part):
            continue
        left = [word for word in part if not _same(word, first) and word not in idle and not PATRONYMIC.match(word)]
        if not left:
            return "first"
        if surname and all(len(word) == 1 for word in left):
            return "initials" if any(word == surname[0] for word in left) else None
    return None


def _same(one: str, other: str) -> bool:
    """One word, or a first name and what its bearer is called for short."""
    return one == other or bool(_CALLED.get(one, _NOBODY) & _CALLED.get(other, _NOBODY))


def _alike(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= SHORTEST and fuzz.ratio(one, other) >= ALIKE)


@lru_cache(maxsize=16_384)
def _read(name: str) -> _Name:
    text = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е")
    parts = []
    for piece in _BETWEEN.split(text):
        words = [canonical(word) for word in _TOKEN.findall(piece)]
        kept = [spelt(word) for word in words if word not in _NO_NAMES and not word.isdigit()]
        parts.append(tuple(word for word in kept if word))
    return _Name(tuple(part for part in parts if part))


@lru_cache(maxsize=4096)
def _company(name: str) -> frozenset[str]:
    """Words of a firm's name; one or two letters say nothing."""
    return frozenset(word for word in _read(name).words if len(word) > 2)


_NO_NAMES: Final = (NOT_NAMES | IDLE | _POSTS) - {"и"}  # a letter of «И. Петрова»
_NOBODY: Final = frozenset[str]()


def _called() -> dict[str, frozenset[str]]:
    """Of each first name and short one the full names that it may be; «Саша» is two."""
    found: dict[str, set[str]] = {}
    for full, short in SHORT_NAMES.items():
        for word in (full, *short):
            found.setdefault(spelt(word), set()).add(spelt(full))
    return {word: frozenset(full) for word, full in found.items()}


_CALLED: Final = _called()
