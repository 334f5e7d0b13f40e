"""The texts of one request with tokens instead of personal data, and the way back."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from rapidfuzz.distance import DamerauLevenshtein

from processors.pseudonyms.patterns import AFTER_NAMES, BEFORE_NAMES, KINDS, PATRONYMIC_AFTER, Span
from processors.russian.names import CAPITALISED, WORD, canonical, forms, name_words

TOKEN = re.compile(rf"\[?({'|'.join(KINDS)})_([0-9]+)([а-яё]?)\]?", re.IGNORECASE)
"""Also as a careless model copies it: in small letters, without a bracket. No assertions about what is around: what is
no token in a text must stay none when its neighbours are replaced."""
_LETTERS = "бвгдежзиклмнопрстуфхцчшэюя"
_CLAIMED = "\0"
"""Holds the place of what is found, so that later finders see neither it nor across it."""
_BETWEEN = re.compile(r"[^\S\n]{1,3}|-")
_INITIALS_AFTER = re.compile(r"[^\S\n]?[А-ЯЁ]\.(?:[^\S\n]?[А-ЯЁ]\.)?")
_INITIALS_BEFORE = re.compile(r"(?<!\w)[А-ЯЁ]\.[^\S\n]?(?:[А-ЯЁ]\.[^\S\n]?)?\Z")
_MISSPELT_FROM = 7
"""Letters; in shorter words one letter makes another word (Виктор, вектор)."""


class Pseudonyms:
    """Tokens of one request: `[ИМЯ_1]`, `[ТЕЛ_2]`. Grows with every text masked; the same value has the same number.

    A letter behind the number tells forms of one value apart (`[ИМЯ_1]` Анна, `[ИМЯ_1б]` Анне), so that
    `restore(mask(text)) == text` for every text. `names` are people who are known to occur, in any order of
    their words; they are found in all grammatical cases. A first name that two of them share is a person of its own.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._people = _People(names)
        self._numbers: dict[tuple[str, str], int] = {}
        self._tokens: dict[tuple[str, int, str], str] = {}
        self._surfaces: dict[tuple[str, int, str], str] = {}
        self._counts: Counter[str] = Counter()

    def mask(self, text: str) -> str:
        """The text with tokens for all that is known to be personal."""
        spans: list[Span] = []
        seen = text
        for find in (_literal_tokens, *BEFORE_NAMES, self._people.find, *AFTER_NAMES):
            found = _free(find(seen), seen, text)
            seen = _replaced(seen, found, lambda span: _CLAIMED * (span.end - span.start))
            spans += found
        return _replaced(text, sorted(spans), lambda span: self._token(span, text[span.start : span.end]))

    def restore(self, text: str) -> str:
        """The text with what its tokens stand for; a token that was never given stays as it is."""
        return TOKEN.sub(self._surface, text)

    def _token(self, span: Span, surface: str) -> str:
        number = self._numbers.get((span.kind, span.key))
        if number is None:
            number = self._numbers[span.kind, span.key] = self._next(span.kind)
        if token := self._tokens.get((span.kind, number, surface)):
            return token
        free = (letter for letter in ("", *_LETTERS) if (span.kind, number, letter) not in self._surfaces)
        letter = next(free, None)
        if letter is None:  # a phone written in thirty ways: from here on it is another one
            number, letter = self._next(span.kind), ""
            self._numbers[span.kind, span.key] = number
        self._surfaces[span.kind, number, letter] = surface
        token = self._tokens[span.kind, number, surface] = f"[{span.kind}_{number}{letter}]"
        return token

    def _next(self, kind: str) -> int:
        self._counts[kind] += 1
        return self._counts[kind]

    def _surface(self, token: re.Match[str]) -> str:
        kind, number, letter = token[1].upper(), int(token[2]), token[3].lower()
        plainest = self._surfaces.get((kind, number, ""), token[0])  # a form that was made up, such as [ИМЯ_1у]
        return self._surfaces.get((kind, number, letter), plainest)


class _People:
    """Who is meant by which word."""

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


def _literal_tokens(text: str) -> Iterator[Span]:
    """What looks like a token before there is any: it becomes one itself."""
    return (Span(*match.span(), "ЗНАК", match[0]) for match in TOKEN.finditer(text))


def _free(spans: Iterable[Span], seen: str, text: str) -> list[Span]:
    """Spans in order that lie on nothing claimed, nor on each other."""
    free: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        here = slice(span.start, span.end)
        if span.start < span.end and seen[here] == text[here] and (not free or free[-1].end <= span.start):
            free.append(span)
    return free


def _replaced(text: str, spans: Sequence[Span], by: Callable[[Span], str]) -> str:
    parts, end = [], 0
    for span in spans:
        parts += [text[end : span.start], by(span)]
        end = span.end
    return "".join([*parts, text[end:]])
