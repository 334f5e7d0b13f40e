"""Long numbers that are dictated: a recogniser writes no digits."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from processors.pseudonyms.registers import PHONE_DIGITS, is_phone
from processors.russian.numerals import DIGITS, NUMERAL

_FILLER = (
    r"(?i:\b(?:э+(?:-э+)*|эм+|а+|м+|ну|вот|так|и|да|ага|угу|там|потом|дальше|далее|затем|значит|теперь|ещ[её]|записываете|записывайте|записали|готовы|пишите|тире|дефис|"
    r"пробел|скобка|номер|серия|серии)\b)"
)
"""What is said between the groups of a dictated number."""
_PART = rf"(?:{NUMERAL}|\b\d{{1,4}}\b|(?i:\bнул(?:я|ей)\b))"
_RUN = re.compile(rf"(?:(?i:\bплюс)\s+)?{_PART}(?:[\s,.…?!–-]+(?:{_FILLER}[\s,.…?!–-]+){{0,3}}{_PART})+")
_WORD = re.compile(r"\w+")
_FILLED = re.compile(_FILLER)
_KEY = re.compile(
    r"(?i)\b(?:инн|кпп|огрн|огрнип|бик|карт[аыуе]|сч[её]т[ауе]?|паспорт[ауе]?|снилс|телефон[ау]?|номер телефона|"
    r"мобильн\w+|городской|сотовый|мой номер|номер мой|тел|звоните|наберите)\b\W{0,3}(?:\w+\W{1,3}){0,2}\Z"
)
_ZEROES = ("нуля", "нулей")
DICTATED = 8
"""So many numerals one after the other, with ten digits or more, are a number that is dictated, not figures in talk."""
KEYED_DIGITS = 6
"""After a word such as "паспорт" or "телефон" less is enough."""


class Dictated(NamedTuple):
    """Digits said as words at `text[start:end]`."""

    start: int
    end: int
    digits: str


class _Group(NamedTuple):
    start: int
    end: int
    digits: str
    words: int


def said_numbers(text: str) -> Iterator[Dictated]:
    """Phones and other long numbers that are said as words, wholly or in part."""
    for run in _RUN.finditer(text):
        if not re.search(NUMERAL, run.group()):
            continue
        groups = _groups(run)
        keyed = _KEY.search(text, max(0, run.start() - 60), run.start()) is not None
        fluent = _FILLED.search(run.group()) is None
        for first, last in _long_ones(groups, keyed, fluent):
            start = run.start() if first == 0 else groups[first].start
            yield Dictated(start, groups[last].end, "".join(group.digits for group in groups[first : last + 1]))


def _groups(run: re.Match[str]) -> list[_Group]:
    """ "девятьсот шестнадцать" is one group, 916; "двадцать один" 21; a word that does not fit begins the next."""
    groups: list[_Group] = []
    for word in _WORD.finditer(run.group()):
        token = word.group().lower()
        if token == "плюс" or (token not in DIGITS and not token.isdigit() and token not in _ZEROES):
            continue
        start, end = run.start() + word.start(), run.start() + word.end()
        digits = DIGITS.get(token, token)
        before = groups[-1] if groups else None
        if token in _ZEROES:
            if before and before.digits in ("2", "3"):  # "два нуля"
                groups[-1] = _Group(before.start, end, "0" * int(before.digits), before.words + 1)
        elif token in DIGITS and before and _fills(before.digits, digits):
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


def _long_ones(groups: Sequence[_Group], keyed: bool, fluent: bool) -> Iterator[tuple[int, int]]:
    """Indices (first, last) of the groups that make a number worth hiding. Prices and quantities are named with words
    between them too, so what is not `fluent` must be a phone."""
    digits = sum(len(group.digits) for group in groups)
    words = sum(group.words for group in groups)
    if (keyed and digits >= KEYED_DIGITS) or (fluent and words >= DICTATED and digits >= PHONE_DIGITS):
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
