"""What is found in a text, and the helpers of those who find it.

A finder yields `Span`s of a text as `folded` gives it; the first that claims a place keeps it. A false find costs a
model a word of sense and is put back afterwards; a miss leaves the house. So in doubt it is a find, but prices, dates
and articles are no doubt.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from processors.russian.numerals import NUMERAL

KINDS = ("ИМЯ", "ТЕЛ", "ПОЧТА", "ССЫЛКА", "НИК", "ИНН", "КПП", "ОГРН", "БИК", "СЧЕТ", "КАРТА", "ПАСПОРТ", "СНИЛС",
         "ДОГОВОР", "АДРЕС", "НОМЕР", "АВТО", "РОЖДЕНИЕ", "ПАРОЛЬ", "КОД", "ЗНАК")  # fmt: skip
"""What tokens are called. `ЗНАК` stands for text that looks like a token already."""


class Span(NamedTuple):
    """`text[start:end]` is a thing of this kind; equal keys of a kind are the same thing."""

    start: int
    end: int
    kind: str
    key: str


Finder = Callable[[str], Iterator[Span]]

SEP = r"(?:[^\S\n]|[-–—‑().·/]){0,4}"
"""What may stand between two digits of one number."""
SAID = rf"(?:{NUMERAL}(?:\s+(?:{NUMERAL}|тысяч\w?))*)"
"""A number in words."""


class _Folding(dict[int, str]):
    """Each letter as its plain one: digits and letters of full width, digits of other scripts."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)) if 0xFE50 <= code <= 0xFFEE else chr(code)
        digit = unicodedata.decimal(plain, None) if len(plain) == 1 else None
        self[code] = chr(code) if len(plain) != 1 else plain if digit is None else str(digit)
        return self[code]


_FOLDING = _Folding()
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[_\u00ad\u200b-\u200f\u2060\ufeff]+(?=\d)")


def folded(text: str) -> str:
    """The text as the finders read it, letter for letter as long: plain digits, nothing but hyphens hidden in them."""
    return _BETWEEN_DIGITS.sub(lambda gap: "-" * len(gap[0]), text.translate(_FOLDING))


def matches(kind: str, *patterns: str) -> Finder:
    """Whole matches, or their first group that took part; the key is the text without case, white space and points."""
    compiled = [re.compile(pattern) for pattern in patterns]

    def find(text: str) -> Iterator[Span]:
        for pattern in compiled:
            for match in pattern.finditer(text):
                group = match.lastindex or 0
                yield Span(*match.span(group), kind, re.sub(r"[\s,;:.()–—-]", "", match[group].lower()))

    return find
