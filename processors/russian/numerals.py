"""Numbers as people say and write them: "двадцать пятого", "тысяча восемьсот", "12 000", "46".

The one table of Russian numerals: minutes read amounts and days by it, pseudonyms the digits of a dictated phone.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

_DIGITS = re.compile(r"(\d{1,9})(?:-?(?:го|му|ое|е|й|я|ый|ого|ому|м|х|ти|ю))?\Z")
_DECIMAL = re.compile(r"\d{1,9}[.,]\d{1,2}\Z")
_GROUP = re.compile(r"\d{3}\Z")

_CARDINALS: dict[int, str] = {
    0: "ноль нуль ноля нуля",
    1: "один одна одно одну одного одному одной",
    2: "два две двух двум двумя",
    3: "три трех трем тремя",
    4: "четыре четырех четырем",
    5: "пять пяти пятью",
    6: "шесть шести",
    7: "семь семи",
    8: "восемь восьми",
    9: "девять девяти",
    10: "десять десяти",
    11: "одиннадцать одиннадцати",
    12: "двенадцать двенадцати",
    13: "тринадцать тринадцати",
    14: "четырнадцать четырнадцати",
    15: "пятнадцать пятнадцати",
    16: "шестнадцать шестнадцати",
    17: "семнадцать семнадцати",
    18: "восемнадцать восемнадцати",
    19: "девятнадцать девятнадцати",
    20: "двадцать двадцати",
    30: "тридцать тридцати",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти",
    60: "шестьдесят шестидесяти",
    70: "семьдесят семидесяти",
    80: "восемьдесят восьмидесяти",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
}
_SCALES = {1000: "тысяча тысячи тысяч тысячу тыс", 1_000_000: "миллион миллиона миллионов млн"}
_ORDINALS: dict[int, str] = {
    1: "перв",
    2: "втор",
    3: "треть",
    4: "четверт",
    5: "пят",
    6: "шест",
    7: "седьм",
    8: "восьм",
    9: "девят",
    10: "десят",
    11: "одиннадцат",
    12: "двенадцат",
    13: "тринадцат",
    14: "четырнадцат",
    15: "пятнадцат",
    16: "шестнадцат",
    17: "семнадцат",
    18: "восемнадцат",
    19: "девятнадцат",
    20: "двадцат",
    30: "тридцат",
    40: "сороков",
    50: "пятидесят",
}
_CASES = ("ого", "ому", "ое", "ым", "ом", "ый", "ая", "ую", "ой", "его", "ему", "е", "им", "ем", "ий", "я", "ю", "ей")
_NOMINATIVES = {0: 2, 1: 3, 2: 2}
"""How many of the forms are nominatives, where it is more than the first."""

_VALUES = {form: value for value, forms in _CARDINALS.items() for form in forms.split()}
_FACTORS = {form: value for value, forms in _SCALES.items() for form in forms.split()}
_RANKS = {
    f"{base}{case}": value for value, base in _ORDINALS.items() for case in _CASES if f"{base}{case}" not in _VALUES
}


DIGITS = {
    form: str(value) for value, forms in _CARDINALS.items() for form in forms.split()[: _NOMINATIVES.get(value, 1)]
}
"""Numerals below a thousand as they are dictated (in the nominative), in digits."""

NUMERAL = rf"(?i:\b(?:{'|'.join(sorted(DIGITS, key=len, reverse=True))})\b)"
"""Pattern of one of `DIGITS`."""


class Number(NamedTuple):
    """Tokens `first`..`last` (inclusive) are `value`; `ordinal` where they say which one, not how many."""

    first: int
    last: int
    value: float
    ordinal: bool


@lru_cache(1 << 14)
def is_number(word: str) -> bool:
    """Whether a plain word may be part of a number."""
    return word in _VALUES or word in _FACTORS or word in _RANKS or word[0].isdigit()


def numbers(words: Sequence[str]) -> list[Number]:
    """All numbers of a text of plain words, from left to right."""
    return list(_numbers(words))


def _numbers(words: Sequence[str]) -> Iterator[Number]:
    i = 0
    while i < len(words):
        if not is_number(words[i]):
            i += 1
            continue
        found = _spelt(words, i) or _written(words, i)
        if found is None:
            i += 1
            continue
        yield found
        i = found.last + 1


def _spelt(words: Sequence[str], first: int) -> Number | None:
    """A number in words: hundreds, tens, ones in falling order, times thousands; the last may be an ordinal."""
    total = part = 0
    room = 1000
    last = first - 1
    ordinal = False
    for i in range(first, min(len(words), first + 8)):
        word = words[i]
        if word in _FACTORS and (last >= first or word.startswith(("тысяч", "миллион"))):
            total += max(part, 1) * _FACTORS[word]
            part, room = 0, 1000
        elif (value := _VALUES.get(word, -1)) >= 0 and value < room and not (part and value == 0):
            part += value
            room = _room(value)
        elif (rank := _RANKS.get(word, 0)) and rank < room:
            part += rank
            last, ordinal = i, True
            break
        else:
            break
        last = i
    return Number(first, last, total + part, ordinal) if last >= first else None


def _room(value: int) -> int:
    """What a word after `value` must be less than."""
    if value >= 100:
        return 100
    return 10 if value >= 20 else 1


def _written(words: Sequence[str], first: int) -> Number | None:
    word = words[first]
    last = first
    if _DECIMAL.match(word):
        value: float = float(word.replace(",", "."))
    elif (found := _DIGITS.match(word)) is not None:
        digits = found[1]
        while last + 1 < len(words) and len(digits) <= 6 and word.isdigit() and _GROUP.match(words[last + 1]):
            last += 1
            digits += words[last]
        value = int(digits)
    else:
        return None
    if last + 1 < len(words) and words[last + 1] in _FACTORS:
        last += 1
        value *= _FACTORS[words[last]]
    return Number(first, last, value, last == first and "-" in word)
