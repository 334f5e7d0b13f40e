"""People who are on the list of a request, in all cases, with short names, initials and misspellings."""

import re
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import DamerauLevenshtein

from processors.pseudonyms.spans import Span
from processors.pseudonyms.unlisted import PATRONYMIC_AFTER
from processors.russian.names import CAPITALISED, WORD, canonical, forms, name_words

_BETWEEN = re.compile(r"[^\S\n]{1,3}|-")
_INITIALS_AFTER = re.compile(r"[^\S\n]?[А-ЯЁ]\.(?:[^\S\n]?[А-ЯЁ]\.)?")
_INITIALS_BEFORE = re.compile(r"(?<!\w)[А-ЯЁ]\.[^\S\n]?(?:[А-ЯЁ]\.[^\S\n]?)?\Z")
_MISSPELT_FROM = 7
"""Letters; in shorter words one letter makes another word (Виктор, вектор)."""


class People:
    """People who are known to occur: who is meant by which word."""

    def __init__(self, names: Iterable[str]) -> None:
        self._bearers: dict[str, frozenset[int]] = {}
        self._initials: list[set[str]] = []
        for number, name in enumerate(dict.fromkeys(names)):
            words = name_words(name)
            self._initials.append({word[0] for word in words})
            for form in {form for word in words for form in forms(word)}:
                self._bearers[form] = self._bearers.get(form, frozenset()) | {number}
        self._long = [form for form in self._bearers if len(form) >= _MISSPELT_FROM]
        self._known: dict[str, frozenset[int]] = {}

    def find(self, text: str) -> Iterator[Span]:
        """Neighbouring words that one person (or the same namesakes) may bear, with initials around them."""
        start = end = 0
        bearers: frozenset[int] = frozenset()
        for word in WORD.finditer(text):
            who = self._who(word[0])
            if not who:
                continue
            if bearers & who and _BETWEEN.fullmatch(text, end, word.start()):
                bearers &= who
            else:
                if bearers:
                    yield self._span(text, start, end, bearers)
                start, bearers = word.start(), who
            end = word.end()
        if bearers:
            yield self._span(text, start, end, bearers)

    def _who(self, word: str) -> frozenset[int]:
        who = self._known.get(word)
        if who is None:
            who = self._known[word] = self._bearing(word)
        return who

    def _bearing(self, word: str) -> frozenset[int]:
        wanted = canonical(word)
        who = self._bearers.get(wanted, frozenset())
        if len(wanted) <= 2 or wanted in CAPITALISED:
            return who if word[0].isupper() else frozenset()  # Ли is a person, ли is not
        if who or len(wanted) < _MISSPELT_FROM or not word[0].isupper():
            return who
        for form in self._long:
            if form[0] == wanted[0] and DamerauLevenshtein.distance(form, wanted, score_cutoff=1) <= 1:
                return self._bearers[form]
        return frozenset()

    def _span(self, text: str, start: int, end: int, bearers: frozenset[int]) -> Span:
        letters = set[str]().union(*(self._initials[number] for number in bearers))
        if father := PATRONYMIC_AFTER.match(text, end):
            end = father.end()
        after = _INITIALS_AFTER.match(text, end)
        before = _INITIALS_BEFORE.search(text, max(0, start - 8), start)
        if after and canonical(after[0].strip()[0]) in letters:
            end = after.end()
        elif before and canonical(before[0][0]) in letters:
            start = before.start()
        return Span(start, end, "ИМЯ", ",".join(map(str, sorted(bearers))))
