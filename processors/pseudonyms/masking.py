"""The texts of one request with tokens instead of personal data, and the way back."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from processors.pseudonyms.addresses import ADDRESSES
from processors.pseudonyms.contacts import CONTACTS, PHONES
from processors.pseudonyms.credentials import CREDENTIALS
from processors.pseudonyms.listed import People
from processors.pseudonyms.numbers import NUMBERS
from processors.pseudonyms.spans import KINDS, Finder, Span, folded
from processors.pseudonyms.unlisted import unlisted

TOKEN = re.compile(
    rf"\[?({'|'.join(KINDS)})\\?_([0-9]+)([а-яё]?)\]?|\[\s?({'|'.join(KINDS)})[\s-]([0-9]+)([а-яё]?)\s?\]",
    re.IGNORECASE,
)
"""Also as a careless model copies it: in small letters, without a bracket, with another mark between. No assertions
about what is around: what is no token in a text must stay none when its neighbours are replaced."""
_PATTERNS: tuple[Finder, ...] = (*CONTACTS, *CREDENTIALS, *NUMBERS, *PHONES, *ADDRESSES)
_LETTERS = "бвгдежзиклмнопрстуфхцчшэюя"
_CLAIMED = "\0"
"""Holds the place of what is found, so that later finders see neither it nor across it."""


class Pseudonyms:
    """Tokens of one request: `[ИМЯ_1]`, `[ТЕЛ_2]`. Grows with every text masked; the same value has the same number.

    A letter behind the number tells forms of one value apart (`[ИМЯ_1]` Анна, `[ИМЯ_1б]` Анне), so that
    `restore(mask(text)) == text` for every text. `names` are people who are known to occur, in any order of
    their words; they are found in all grammatical cases. A first name that two of them share is a person of its own.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._people = People(names)
        self._numbers: dict[tuple[str, str], int] = {}
        self._tokens: dict[tuple[str, int, str], str] = {}
        self._surfaces: dict[tuple[str, int, str], str] = {}
        self._counts: Counter[str] = Counter()

    def mask(self, text: str) -> str:
        """The text with tokens for all that is known to be personal."""
        spans = _claimed(text, (_literal_tokens, *_PATTERNS, self._people.find, unlisted))
        return _replaced(text, spans, lambda span: self._token(span, text[span.start : span.end]))

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
        kind, number, letter = (part for part in token.groups() if part is not None)
        kind, number, letter = kind.upper(), int(number), letter.lower()
        plainest = self._surfaces.get((kind, number, ""), token[0])  # a form that was made up, such as [ИМЯ_1у]
        return self._surfaces.get((kind, number, letter), plainest)


def contacts_in(text: str) -> list[Span]:
    """Phones and mails of a text, in order; what registers know (a tax number, an account) is none."""
    return [span for span in _claimed(text, (*CONTACTS, *NUMBERS, *PHONES)) if span.kind in ("ТЕЛ", "ПОЧТА")]


def _claimed(text: str, finders: Iterable[Finder]) -> list[Span]:
    """What the finders find, in order; the first that claims a place keeps it."""
    spans: list[Span] = []
    plain = seen = folded(text)
    for find in finders:
        found = _free(find(seen), seen, plain)
        seen = _replaced(seen, found, lambda span: _CLAIMED * (span.end - span.start))
        spans += found
    return sorted(spans)


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
