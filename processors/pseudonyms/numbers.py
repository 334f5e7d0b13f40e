"""Numbers of registers, documents, banks and contracts: by the word before them, or by their check digits."""

import re
from collections.abc import Iterator

from processors.pseudonyms.registers import is_card, is_inn, is_ogrn
from processors.pseudonyms.spans import SEP, Finder, Span, matches
from processors.russian.numerals import NUMERAL

_GAP = r"[^\S\n]"
_WORDS = r"\W{0,4}(?:[а-яё]+\W{1,3}){0,3}?"
"""Between a key and its number: "ИНН у нас 77…"."""
_SAID_DIGITS = rf"(?:{NUMERAL}|\d+|дробь|тире|дефис)"
_PAPER = (
    r"(?i:\b(?:загран)?паспорт\w{0,3}|\bсери[яюией]{1,2}|\bудостоверени\w{1,3}|\bправа|\bву|\bсвидетельств\w{1,2})\b"
)

_KEYED: tuple[Finder, ...] = (
    matches(
        "ИНН",
        r"(?i:\bинн\s*/\s*кпп)\b\W{0,4}(\d{10}\s*/\s*\d{9})",
        rf"(?i:\bинн)\b{_WORDS}(\d(?:{SEP}\d){{9,11}})(?!\d)",
    ),
    matches("КПП", rf"(?i:\bкпп)\b{_WORDS}(\d{{4}}{_GAP}?[\dA-Z]{{2}}{_GAP}?\d{{3}})(?!\d)"),
    matches("ОГРН", rf"(?i:\bогрн(?:ип)?)\b{_WORDS}(\d(?:{SEP}\d){{12,14}})(?!\d)"),
    matches("БИК", rf"(?i:\bбик)\b{_WORDS}(\d(?:{_GAP}?\d){{8}})(?!\d)"),
    matches(
        "СЧЕТ",
        rf"(?i:\b(?:р/с|к/с|р\.с\.|к\.с\.|р/сч|сч[её]т\w{{0,2}}))\W{{0,6}}(\d(?:{SEP}\d){{15,22}})(?!\d)",
    ),
    matches(
        "КАРТА",
        rf"(?i:\bкарт[аыуе]\b)\D{{0,20}}(\d(?:{SEP}\d){{12,18}})(?!\d)",
        rf"(?i:\bкарт[аыуе]\b)\W+(?:\w+\W+){{0,2}}?(?i:[зо]а?канчива\w+)\W+на\W+(\d(?:{_GAP}?\d){{1,7}}|{NUMERAL}(?:\s{NUMERAL})*)",
        rf"(?i:\bпоследни\w\s+(?:\w+\s+)?(?:цифр\w?|знак\w?)\W+(?:карт\w\W+)?)(\d(?:{_GAP}?\d){{1,7}})(?!\d)",
    ),
    matches(
        "ПАСПОРТ",
        rf"{_PAPER}[^\d\n]{{0,30}}(\d{{2}}\s?\d{{2}}(?:[^\S\n]|[№,:]|номер\w?){{0,10}}\d{{3}}\s?\d{{3}})(?!\d)",
        rf"{_PAPER}[^\d\n]{{0,30}}(\d{{2}}\s?\d{{7}})(?!\d)",
        rf"{_PAPER}[^\d\n]{{0,20}}(\d{{6}}\W{{1,3}}(?i:сери\w)\W{{1,3}}\d{{2}}\s?\d{{2}})(?!\d)",
        r"(?<![\w.,-])(\d{2}[^\S\n]?\d{2}[^\S\n](?:№[^\S\n]?)?\d{6})(?![\w-])",
        r"(?i:\bпаспорт\w{0,3})\W{1,3}(?:(?i:номер|№)\W{0,3})?(\d{6})(?!\d)",
        r"(?i:\bкод подразделения)\W{1,3}(\d{3}\W?\d{3})(?!\d)",
    ),
    matches(
        "СНИЛС", r"(?<!\d)(\d{3}-\d{3}-\d{3}[ -]\d{2})(?!\d)", rf"(?i:\bснилс)\b{_WORDS}(\d(?:[ -]?\d){{10}})(?!\d)"
    ),
    matches(
        "ДОГОВОР",
        r"(?i:\b(?:договор\w{0,3}|контракт\w{0,3}|соглашени\w{1,2}|оферт\w{1,2}|дог\.|сч[её]т\w{0,2}(?:-фактур\w)?))"
        r"\s+(?:[а-яё]+\s+){0,3}?(?i:№|n(?=[\s.\d])|no\.?|#|номер\w{0,2})[\s.:]*([\w/.–-]*\d[\w/–-]*(?:\.\d[\w/–-]*)*)",
        r"(?i:\b(?:договор\w{0,3}|контракт\w{0,3}|соглашени\w{1,2}))\s+([\w–-]*\d[\w–-]*[/–-][\w/–-]*\w)",
        r"(?i:\b(?:договор\w{0,3}|контракт\w{0,3})\s+номер\w{0,2})"
        rf"\s+({_SAID_DIGITS}(?:\s+(?:{_SAID_DIGITS}|\w\b))*)",
    ),
)

_LONG = re.compile(r"(?<![\w-])\d(?:[^\S\n-]?\d|-\d){9,19}(?![\w-])")


def _registered(text: str) -> Iterator[Span]:
    """Long numbers that are known by their check digits, and bank accounts (20 digits)."""
    for match in _LONG.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) == 20:
            yield Span(*match.span(), "СЧЕТ", digits)
        elif is_card(digits) or re.fullmatch(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}", match[0]):
            yield Span(*match.span(), "КАРТА", digits)
        elif digits == match[0] and is_inn(digits):
            yield Span(*match.span(), "ИНН", digits)
        elif digits == match[0] and is_ogrn(digits):
            yield Span(*match.span(), "ОГРН", digits)


NUMBERS: tuple[Finder, ...] = (*_KEYED, _registered)
