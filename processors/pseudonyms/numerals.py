"""Figures: said as words (a recogniser writes no digits), and the check digits of Russian registers."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from processors.phrases.pattern import word_list

_UNITS = word_list("ноль один два три четыре пять шесть семь восемь девять")
_TEENS = word_list(
    "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
)
_TENS = word_list("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
_HUNDREDS = word_list("сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот")

_SAID = (
    {word: str(number) for number, word in enumerate(_UNITS)}
    | {"нуль": "0", "одна": "1", "две": "2"}
    | {word: str(number) for number, word in enumerate(_TEENS, 10)}
    | {word: f"{number}0" for number, word in enumerate(_TENS, 2)}
    | {word: f"{number}00" for number, word in enumerate(_HUNDREDS, 1)}
)

NUMERAL = rf"(?i:\b(?:{'|'.join(sorted(_SAID, key=len, reverse=True))})\b)"
"""Pattern of one numeral word below a thousand."""

_RUN = re.compile(rf"(?:(?i:\bплюс)\s+)?(?:{NUMERAL}|\b\d{{1,4}}\b)(?:[\s,–-]+(?:{NUMERAL}|\b\d{{1,4}}\b))+")
_WORD = re.compile(r"\w+")
_KEY = re.compile(
    r"(?i)\b(?:инн|кпп|огрн|огрнип|бик|карт[аыуе]|сч[её]т[ауе]?|паспорт[ауе]?|снилс|телефон[ау]?|номер телефона|"
    r"мобильн\w+|звоните|наберите)\b\W{0,3}(?:\w+\W{1,3}){0,2}$"
)
PHONE_DIGITS = 10
DICTATED = 8
"""So many numerals one after the other, with ten digits or more, are a number that is dictated, not figures in talk."""
KEYED_DIGITS = 6
"""After a word such as "паспорт" or "телефон" less is enough."""


class Said(NamedTuple):
    """Digits said as words at `text[start:end]`."""

    start: int
    end: int
    digits: str


class _Group(NamedTuple):
    start: int
    end: int
    digits: str
    words: int


def said_numbers(text: str) -> Iterator[Said]:
    """Phones and other long numbers that are said as words, wholly or in part."""
    for run in _RUN.finditer(text):
        if not re.search(NUMERAL, run.group()):
            continue
        groups = _groups(run)
        for first, last in _long_ones(groups, _KEY.search(text, max(0, run.start() - 60), run.start()) is not None):
            start = run.start() if first == 0 else groups[first].start
            yield Said(start, groups[last].end, "".join(group.digits for group in groups[first : last + 1]))


def _groups(run: re.Match[str]) -> list[_Group]:
    """ "девятьсот шестнадцать" is one group, 916; "двадцать один" 21; a word that does not fit begins the next."""
    groups: list[_Group] = []
    for word in _WORD.finditer(run.group()):
        token = word.group().lower()
        if token == "плюс":
            continue
        start, end = run.start() + word.start(), run.start() + word.end()
        digits = _SAID.get(token, token)
        before = groups[-1] if groups else None
        if token in _SAID and before and _fills(before.digits, digits):
            joined = before.digits[: -len(digits)] + digits
            groups[-1] = _Group(before.start, end, joined, before.words + 1)
        else:
            groups.append(_Group(start, end, digits, 1))
    return groups


def _fills(before: str, digits: str) -> bool:
    """Whether `digits` go into the zeros at the end of the group before: 900 + 16, 20 + 1, but not 10 + 1 or 20 + 0."""
    if digits == "0" or before == "10" or len(digits) >= len(before):
        return False
    return before[-len(digits) :] == "0" * len(digits) and before.strip("0") != ""


def _long_ones(groups: Sequence[_Group], keyed: bool) -> Iterator[tuple[int, int]]:
    """Indices (first, last) of the groups that make a number worth hiding."""
    digits = sum(len(group.digits) for group in groups)
    words = sum(group.words for group in groups)
    if (keyed and digits >= KEYED_DIGITS) or (words >= DICTATED and digits >= PHONE_DIGITS):
        yield 0, len(groups) - 1
        return
    free = 0
    for first in range(len(groups)):
        if first < free:
            continue
        said = ""
        for last in range(first, len(groups)):
            said += groups[last].digits
            if len(said) > PHONE_DIGITS + 1:
                break
            if is_phone(said):
                yield first, last
                free = last + 1
                break


def is_phone(digits: str) -> bool:
    """A Russian number: 7 or 8 and ten digits of a plausible area, or a mobile one without the prefix."""
    if len(digits) == PHONE_DIGITS + 1:
        return digits[0] in "78" and digits[1] in "34589"
    return len(digits) == PHONE_DIGITS and digits[0] == "9"


def is_inn(digits: str) -> bool:
    """Check digits of a taxpayer's number (ten digits: a company, twelve: a person)."""
    if len(set(digits)) < 3:
        return False
    if len(digits) == 10:
        return _inn_digit(digits[:9], (2, 4, 10, 3, 5, 9, 4, 6, 8)) == digits[9]
    return (
        len(digits) == 12
        and _inn_digit(digits[:10], (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) == digits[10]
        and _inn_digit(digits[:11], (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) == digits[11]
    )


def _inn_digit(digits: str, weights: Sequence[int]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10)


def is_ogrn(digits: str) -> bool:
    """Check digit of a company's (13 digits, 1… or 5…) or entrepreneur's (15, 3…) register number."""
    if len(digits) == 13:
        return digits[0] in "15" and str(int(digits[:12]) % 11 % 10) == digits[12]
    return len(digits) == 15 and digits[0] == "3" and str(int(digits[:14]) % 13 % 10) == digits[14]


def is_card(digits: str) -> bool:
    """Luhn's check of a bank card."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return len(digits) in range(15, 20) and sum(value // 10 + value % 10 for value in doubled) % 10 == 0
