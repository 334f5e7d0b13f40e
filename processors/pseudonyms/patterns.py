"""What personal data look like, names of people apart: addresses, numbers, accounts, links.

Each finder yields `Span`s; the first that claims a place keeps it. A false find costs a model a word of sense and is
put back afterwards; a miss leaves the house. So in doubt it is a find, but prices, dates and articles are no doubt.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from processors.pseudonyms.dictated import said_numbers
from processors.pseudonyms.registers import is_card, is_inn, is_ogrn, is_phone
from processors.russian.numerals import NUMERAL


class Span(NamedTuple):
    """`text[start:end]` is a thing of this kind; equal keys of a kind are the same thing."""

    start: int
    end: int
    kind: str
    key: str


Finder = Callable[[str], Iterator[Span]]

_GAP = r"[^\S\n]"
_SEP = r"(?:[^\S\n]|[-–—‑().·/]){0,4}"
_SAID_DIGITS = rf"(?:{NUMERAL}|\d+|дробь|тире|дефис)"

_LINK = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]{1,11}://|www\.)[^\s<>\"«»]+|"
    r"(?<![\w@.-])(?:[a-zа-яё0-9-]+\.)+(?:ru|com|org|net|me|рф|io|su|by|kz|info|biz|app|dev|co|cloud|online|site|shop)/[^\s<>\"«»]+"
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SAID_MAIL = re.compile(
    r"(?i)\b\w+(?: (?:точка|тире|дефис|подч[её]ркивание) \w+){0,5}(?: собака | @ |@)\w+(?:(?: точка |\.)\w+)*"
    r"(?: точка |\.)(?:ру|ком|рф|нет|орг|ru|com|net|org)\b"
)
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z]\w{2,31}")

_KEYED: tuple[tuple[str, str], ...] = (
    ("ИНН", rf"(?i:\bинн)\b\W{{0,4}}(\d(?:{_SEP}\d){{9,11}})(?!\d)"),
    ("КПП", rf"(?i:\bкпп)\b\W{{0,4}}(\d{{4}}{_GAP}?[\dA-Z]{{2}}{_GAP}?\d{{3}})(?!\d)"),
    ("ИНН", r"(?i:\bинн\s*/\s*кпп)\b\W{0,4}(\d{10}\s*/\s*\d{9})"),
    ("ОГРН", rf"(?i:\bогрн(?:ип)?)\b\W{{0,4}}(\d(?:{_SEP}\d){{12,14}})(?!\d)"),
    ("БИК", rf"(?i:\bбик)\b\W{{0,4}}(\d(?:{_GAP}?\d){{8}})(?!\d)"),
    ("СЧЕТ", rf"(?i:\b(?:р/с|к/с|р\.с\.|к\.с\.|р/сч|сч[её]т\w{{0,2}}))\W{{0,6}}(\d(?:{_SEP}\d){{15,22}})(?!\d)"),
    ("КАРТА", rf"(?i:\bкарт[аыуе])\b\D{{0,20}}(\d(?:{_SEP}\d){{12,18}})(?!\d)"),
    (
        "ПАСПОРТ",
        r"(?i:\bпаспорт\w{0,3}|\bсерия)\b[^\d\n]{0,30}(\d{2}\s?\d{2}(?:[^\S\n]|[№,]|номер){0,8}\d{3}\s?\d{3})(?!\d)",
    ),
    ("ПАСПОРТ", r"(?<![\w.,-])(\d{2}[^\S\n]?\d{2}[^\S\n](?:№[^\S\n]?)?\d{6})(?![\w-])"),
    ("СНИЛС", r"(?<!\d)(\d{3}-\d{3}-\d{3}[ -]\d{2})(?!\d)"),
    ("СНИЛС", r"(?i:\bснилс)\b\W{0,4}(\d(?:[ -]?\d){10})(?!\d)"),
    (
        "ДОГОВОР",
        r"(?i:\b(?:договор\w{0,3}|контракт\w{0,3}|соглашени\w{1,2}|оферт\w{1,2}|дог\.|сч[её]т\w{0,2}(?:-фактур\w)?))"
        r"\s+(?:[а-яё]+\s+){0,3}?(?i:№|n(?=[\s.\d])|no\.?|#|номер\w{0,2})[\s.:]*([\w/.–-]*\d[\w/–-]*(?:\.\d[\w/–-]*)*)",
    ),
    ("ДОГОВОР", r"(?i:\b(?:договор\w{0,3}|контракт\w{0,3}|соглашени\w{1,2}))\s+([\w–-]*\d[\w–-]*[/–-][\w/–-]*\w)"),
    (
        "ДОГОВОР",
        rf"(?i:\b(?:договор\w{{0,3}}|контракт\w{{0,3}})\s+номер\w{{0,2}})\s+({_SAID_DIGITS}(?:\s+(?:{_SAID_DIGITS}|\w\b))*)",
    ),
)
_KEYED_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KEYED)

_PHONE = re.compile(
    rf"(?<![\d.,])(?:\+{_SEP}\d(?:{_SEP}\d){{8,14}}|[78](?:{_SEP}\d){{10}}|"
    rf"\(?9\d\d\)?{_SEP}\d{{3}}{_SEP}\d{{2}}{_SEP}\d{{2}}|\(\d{{3,5}}\){_SEP}\d(?:{_SEP}\d){{4,6}}|\d{{3}}-\d\d-\d\d)"
    r"(?!\d)(?![.,]\d)"
)
_AREA_GROUP = range(3, 12)
_LONG = re.compile(r"(?<![\w-])\d(?:[^\S\n-]?\d|-\d){9,19}(?![\w-])")
_DIGITS = re.compile(r"\d+")

_CAP = r"[А-ЯЁ][а-яёА-ЯЁ-]*"
_NAMED = rf"(?:\d+-?(?:я|й|го|ая|ый)\s+)?(?:им\.\s?)?{_CAP}(?:[^\S\n]{_CAP}){{0,2}}"
_WAY = r"(?i:ул\.|ул(?=\s)|пр-?кт\.?|пр-т\.?|просп\.|пер\.|наб\.|ш\.|б-р\.?|бул\.|пл\.|мкрн?\.?|пр-д\.?|туп\.)"
_WAY_WORD = (
    r"(?i:улиц(?:а|ы|е|у|ей)|проспект\w{0,2}|переул\w{2,4}|шоссе|набережн\w{2}|бульвар\w{0,2}|площад\w{1,3}|"
    r"микрорайон\w{0,2}|проезд\w{0,2})"
)
_NUMBER = rf"(?:\d+[^\S\n]?(?:[а-яА-Я]\b)?(?:[/-]\d+[а-я]?)?|{NUMERAL}(?:\s{NUMERAL}){{0,2}})"
_HOUSE = rf"(?i:\bдом\b|\bд\.|\bвлад\w*|\bвл\.)\s*№?\s*{_NUMBER}"
_STREET = (
    rf"(?:\b{_WAY}\s*(?:{_NAMED}|[а-яё-]{{3,}})|\b{_WAY_WORD}\s+{_NAMED}|"
    rf"[А-ЯЁ][а-яё-]+(?:ий|ый|ой|ое|ая|ом|ого|ому|ую)\s{_WAY_WORD}|"
    rf"\b{_WAY_WORD}\s+(?:[а-яё-]+\s+){{1,3}}?(?=,?\s*{_HOUSE}))"
)
_CITY = (
    rf"(?:(?<!\d)(?<!\d\s)\bг\.\s?{_CAP}(?:[^\S\n]{_CAP})?|\b(?i:город(?:а|е|у|ом)?|пос[её]л(?:ок|ке)|деревн[яе])\s{_CAP}|"
    rf"(?<!т\.)(?<!т\.\s)\b(?:пос|пгт|дер|с|д|ст-ца)\.\s?{_CAP})"
)
_REGION = rf"(?:{_CAP}\s(?i:обл\.|область|области|край|края|р-н|район[ае]?)|(?i:респ\.|республика)\s{_CAP})"
_ROOM = (
    r"(?i:\b(?:корп\.|корпус|к\.|стр\.|строение|кв\.|квартира|оф\.|офис|подъезд|этаж|пом\.|помещение|комн?\.))"
    rf"\s*№?\s*{_NUMBER}"
)
_POSTCODE = r"(?<!\d)\d{6}(?!\d)"
_ADDRESS = re.compile(
    rf"(?:{_POSTCODE},?\s*)?(?:(?:Россия|РФ),?\s*)?(?:{_REGION},?\s*){{0,2}}(?:{_CITY}|{_STREET})"
    rf"(?:,?\s*(?:{_REGION}|{_CITY}|{_STREET}|{_HOUSE}|{_ROOM}|{_POSTCODE})"
    rf"|(?:,\s*|[^\S\n])\d{{1,4}}(?:[а-яА-Я]\b)?(?:/\d+)?(?!\d|[^\S\n]+[а-яё₽%]|[.,]\d))*"
)
_INDEX = re.compile(r"(?i:\bиндекс)\w{0,2}\W{0,3}(\d{6})(?!\d)")

_FATHER = r"[А-ЯЁа-яё]{2,}(?:ович|евич|ьич|ыч)(?:а|у|ем|е|и)?"
_MOTHERLY = r"[А-ЯЁ][а-яё]{2,}(?:овн|евн|ичн)(?:а|ы|е|у|ой|ою)"
_PATRONYMIC = re.compile(
    rf"\b(?:{_CAP}[^\S\n])?(?:{_FATHER})\b(?:[^\S\n][А-ЯЁ][а-яё]+)?|\b{_CAP}[^\S\n]{_MOTHERLY}\b(?:[^\S\n][А-ЯЁ][а-яё]+)?"
)
PATRONYMIC_AFTER = re.compile(rf"[^\S\n](?:{_FATHER}|{_MOTHERLY}|[а-яё]{{3,}}(?:овн|евн|ичн)[ау])\b")
"""Behind a known first name it needs no capital; but "основной" would be one."""
_NO_PATRONYMIC = re.compile(r"(?i)\b\w*(?:кирпич|паралич|москвич|обыч|добыч|привыч|зыч|бич)\w*")


def _matches(kind: str, pattern: re.Pattern[str]) -> Finder:
    """Whole matches (or their first group, where there is one); the key is the text without case and white space."""
    group = 1 if pattern.groups else 0

    def find(text: str) -> Iterator[Span]:
        for match in pattern.finditer(text):
            yield Span(*match.span(group), kind, "".join(match[group].lower().split()))

    return find


def _keyed(text: str) -> Iterator[Span]:
    """Numbers that a word before them names."""
    for kind, pattern in _KEYED_PATTERNS:
        for match in pattern.finditer(text):
            yield Span(*match.span(1), kind, re.sub(r"[\W_]", "", match[1].lower()))


def _phones(text: str) -> Iterator[Span]:
    for match in _PHONE.finditer(text):
        groups = _DIGITS.findall(match[0])
        digits = "".join(groups)
        prefixed = len(digits) == 11 and digits[0] in "78"
        if prefixed and match[0][0] != "+" and not (is_phone(digits) and _grouped(groups)):
            continue
        yield Span(*match.span(), "ТЕЛ", digits[1:] if prefixed else digits)


def _grouped(groups: list[str]) -> bool:
    """Whether digits stand as in a phone: all in one, one by one, or with an area of three and more. Not 8 10 20 …"""
    if len(groups) == 1 or all(len(group) == 1 for group in groups):
        return True
    return len(groups[0]) > 3 or (len(groups[0]) == 1 and len(groups[1]) in _AREA_GROUP)


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


def _said(text: str) -> Iterator[Span]:
    for said in said_numbers(text):
        phone = is_phone(said.digits)
        yield Span(said.start, said.end, "ТЕЛ" if phone else "НОМЕР", said.digits[-10:] if phone else said.digits)


def _patronymics(text: str) -> Iterator[Span]:
    """People who are on no list, known by their father's name; the words around it only where capitalised."""
    for match in _PATRONYMIC.finditer(text):
        if not _NO_PATRONYMIC.search(match[0]):
            yield Span(*match.span(), "ИМЯ", match[0].lower())


def _mail(text: str) -> Iterator[Span]:
    for match in _MAIL.finditer(text):
        yield Span(match.start(), match.start() + len(match[0].rstrip("-_.")), "ПОЧТА", match[0].lower().rstrip("-_."))


BEFORE_NAMES: tuple[Finder, ...] = (
    _matches("ССЫЛКА", _LINK),
    _mail,
    _matches("ПОЧТА", _SAID_MAIL),
    _matches("НИК", _HANDLE),
    _keyed,
    _registered,
    _phones,
    _said,
    _matches("АДРЕС", _ADDRESS),
    _matches("АДРЕС", _INDEX),
)
AFTER_NAMES: tuple[Finder, ...] = (_patronymics,)
KINDS = ("ИМЯ", "ТЕЛ", "ПОЧТА", "ССЫЛКА", "НИК", "ИНН", "КПП", "ОГРН", "БИК", "СЧЕТ", "КАРТА", "ПАСПОРТ", "СНИЛС",
         "ДОГОВОР", "АДРЕС", "НОМЕР", "ЗНАК")  # fmt: skip
"""`ЗНАК` stands for text that looks like a token already."""
