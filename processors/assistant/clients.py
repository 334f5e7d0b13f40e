"""Which client a line means: by his number, in digits or spoken, or by his name in whatever case it stands. Pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Levenshtein

from processors.assistant.tokens import Token, key, tokens
from processors.russian.numerals import numbers
from processors.russian.words import word_list
from processors.skeletons import skeleton
from schemas.types import LeadId

_MARKS: Final = re.compile(r"(?:клиент|лид|лиду|лида|лидом|лиде|номер|карточк)\w*\Z")
"""Words before a number that make it a client's."""
_COUNTED: Final = re.compile(
    r"(?:руб\w*|р|шт|штук\w?|короб(?:ок|ки)|пал+ет|кг|тонн\w?|тыс|тысяч\w?|процент\w*|единиц\w?|заказ(?:а|ов)|отгрузок"
    r"|возврат(?:а|ов)|товар(?:а|ов)|минут\w?|час(?:а|ов)?|дн(?:я|ей)|день|лет|год(?:а|у)?|раза?|позици[ий])\Z"
)
"""Words behind a number that make it a count."""
_BEFORE: Final = frozenset(word_list("по с со для про у о об обо к ко от на в во насчет"))
"""Prepositions that go with a client: without him they say nothing."""
LEAST_DIGITS: Final = 3
"""A number of fewer digits is a day, an hour, a count, unless a word before it says that it is a client's."""
LEAST_LETTERS: Final = 3
SURE, IN_PART, ALIKE = 100, 85, 60
"""How sure it is, in percent: the whole name or number; some of its words; a typo."""


@dataclass(frozen=True, slots=True)
class Named:
    """`leads`: who may be meant, the likeliest first; nobody where `unknown` holds a number that is no client's.
    Tokens `first`..`last` name him, with what stands before them and says nothing without him."""

    leads: tuple[LeadId, ...]
    first: int
    last: int
    sure: int = SURE
    unknown: str = ""


class Clients:
    """Those who can be meant: numbers and names."""

    def __init__(self, names: Iterable[tuple[LeadId, str]]) -> None:
        self.names = dict(names)
        self._words = {lead: _words(name) for lead, name in self.names.items() if name}

    def named(self, said: Sequence[Token], taken: Collection[int] = ()) -> Named | None:
        """Who is named; `taken` are tokens that mean something else (a time, the order's verb)."""
        number, name = self._by_number(said, taken), self._by_name(said, taken)
        if number is None or number.unknown:
            return number or name
        if name is not None and name.sure == SURE and name.first < number.first and number.leads[0] not in name.leads:
            return Named((*name.leads, *number.leads), name.first, name.last)  # two are named, or one is a sum
        return number

    def _by_number(self, said: Sequence[Token], taken: Collection[int]) -> Named | None:
        for number in numbers([token.word for token in said]):
            text = f"{number.value:.0f}"
            before = said[number.first - 1].word if number.first > 0 else ""
            marked = bool(_MARKS.match(before)) or (before in ("по", "для") and len(text) > LEAST_DIGITS)
            if number.value != int(number.value) or number.ordinal or len(text) > 12:
                continue
            if not _MARKS.match(before) and len(said) > number.last + 1 and _COUNTED.match(said[number.last + 1].word):
                continue
            if marked or (len(text) >= LEAST_DIGITS and number.first not in taken and text in self.names):
                known = (text,) if text in self.names else ()
                first = _widened(said, number.first)
                return Named(known, first, number.last, unknown="" if known else text)
        return None

    def _by_name(self, said: Sequence[Token], taken: Collection[int]) -> Named | None:
        places: dict[str, int] = {}
        for at, token in enumerate(said):
            if at not in taken and not token.word[0].isdigit() and len(found := key(token.word)) >= LEAST_LETTERS:
                places.setdefault(found, at)
        whole: dict[LeadId, int] = {}
        some: dict[LeadId, int] = {}
        for lead, wordings in self._words.items():
            for words in wordings:
                shared = len(words & places.keys())
                if shared == len(words):
                    whole[lead] = max(shared, whole.get(lead, 0))
                elif any(len(word) > LEAST_LETTERS for word in words & places.keys()):
                    some[lead] = max(shared, some.get(lead, 0))
        for shared_by, sure in ((whole, SURE), (some, IN_PART)):
            if shared_by:
                most = max(shared_by.values())
                leads = sorted((lead for lead, shared in shared_by.items() if shared == most), key=int)
                return self._placed(said, places, leads, sure)
        return self._alike(said, places)

    def _placed(self, said: Sequence[Token], places: dict[str, int], leads: list[LeadId], sure: int) -> Named:
        mine = {word for words in self._words[leads[0]] for word in words}
        at = sorted(place for word, place in places.items() if word in mine)
        last = at[0]
        for place in at[1:]:  # the same word far away is another matter
            last = place if place <= last + 2 else last
        return Named(tuple(leads), _widened(said, at[0]), last, sure)

    def _alike(self, said: Sequence[Token], places: dict[str, int]) -> Named | None:
        near: dict[LeadId, int] = {}
        for lead, wordings in self._words.items():
            for word in (word for words in wordings for word in words if len(words) == 1 and len(word) > 4):
                for one, place in places.items():
                    if len(one) > 4 and one[0] == word[0] and Levenshtein.distance(one, word, score_cutoff=1) <= 1:
                        near.setdefault(lead, place)
        if not near:
            return None
        place = min(near.values())
        leads = sorted((lead for lead, at in near.items() if at == place), key=int)
        return Named(tuple(leads), _widened(said, place), place, ALIKE)


def _words(name: str) -> list[frozenset[str]]:
    """What a line must have of the name: all its words but legal forms, or those within its quotation marks."""
    kept = set(skeleton(name).words.split())
    found: list[frozenset[str]] = []
    for text in (name, *re.findall(r"[«\"“„]([^»\"”“]+)", name)):
        words = frozenset(
            key(token.word)
            for token in tokens(text)
            if skeleton(token.word).joined in kept and len(key(token.word)) >= LEAST_LETTERS
        )
        if words and words not in found:
            found.append(words)
    return found


def _widened(said: Sequence[Token], first: int) -> int:
    """`first`, or where "по клиенту …" before it begins."""
    at = first
    while at > 0 and (_MARKS.match(said[at - 1].word) or said[at - 1].word in ("ооо", "ип", "ао")):
        at -= 1
    return at - 1 if at > 0 and said[at - 1].word in _BEFORE else at
