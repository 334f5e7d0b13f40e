"""Mails, links, names in messengers and phones."""

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

from processors.pseudonyms.dictated import said_numbers
from processors.pseudonyms.registers import is_phone
from processors.pseudonyms.spans import SEP, Finder, Span, matches

_TLD = "ru|com|org|net|me|рф|io|su|by|kz|info|biz|app|dev|co|cloud|online|site|shop"
_LINK = matches(
    "ССЫЛКА",
    r"(?i)\b(?:[a-z][a-z0-9+.-]{1,11}://|www\.)[^\s<>\"«»]+",
    rf"(?i)(?<![\w@.-])(?:[a-zа-яё0-9-]+\.)+(?:{_TLD})/[^\s<>\"«»]+",
)
_HANDLE = matches(
    "НИК",
    r"(?<![\w@.])@[A-Za-z]\w*(?:\.\w+)*",
    r"(?i)\b(?:скайп\w?|skype)\W{1,3}((?:live:)?[a-z][\w.:-]{3,})",
    r"(?i)\b(?:телеграм\w{0,2}|телег[аеу]|тг|tg|telegram|инст\w*|вк|vk|вконтакте)\W{1,3}"
    r"((?=[\w.]*[\d_])[a-z][\w.]{3,}\w)",
    r"(?i)\bник\w{0,4}\W{1,3}(?:[а-яё]+\s+){0,3}?([a-z][\w.]{2,}\w)",
)

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MAIL_KEY = r"(?:почт\w{1,2}|[еиэ]-?мейл\w?|e-?mail|ящик\w?)"
_AT = re.compile(r"(?i)\s?[(\[{]\s?(?:at|эт|собак\w|собачк\w)\s?[)\]}]\s?|\s?@\s?|\s(?:собак[аиу]|собачк[аиу]|эт|at)\s")
_DOT = r"(?:\s?(?:[(\[{]\s?(?:dot|точка)\s?[)\]}]|\.)\s?|\s(?:точка|dot)\s)"
_PROVIDER = "мейл|мэйл|майл|яндекс|гмейл|джимейл|рамблер|лист|инбокс|gmail|mail|yandex|list|inbox|rambler"
_DOMAIN = re.compile(
    rf"(?i)[\w-]+(?:{_DOT}[\w-]+){{0,2}}?{_DOT}(?:ру|ком|рф|нет|орг|инфо|{_TLD})\b|"
    rf"(?:{_PROVIDER})\b(?:\s(?:ру|ком|ru|com)\b)?"
)
_JOINED = r"\s(?:точка|тире|дефис|минус|(?:нижнее\s)?подч[её]ркивание|dot)\s"
_LOCAL = re.compile(rf"(?i)(?<![\w.+-])(?:[\w.+-]+{_JOINED}){{0,5}}[\w.+-]+\Z")
_KEYED_LOCAL = re.compile(rf"(?i)\b{_MAIL_KEY}\W{{1,3}}((?:[\w.+-]+\s){{0,5}}[\w.+-]+)\Z")
_BEFORE_AT = 100
"""Characters before an "@" in which the rest of a mail is looked for."""

_SPELT = (
    rf"(?:\+{SEP}\d(?:{SEP}\d){{8,14}}|[78](?:{SEP}\d){{10}}|(?<![\w-])00{SEP}[1-9](?:{SEP}\d){{10,13}}|"
    rf"\(?9\d\d\)?{SEP}\d{{3}}{SEP}\d{{2}}{SEP}\d{{2}}|\(\d{{3,5}}\){SEP}\d(?:{SEP}\d){{4,6}}|\d{{3}}-\d\d-\d\d)"
)
_EXTENSION = r"(?:\s?(?:доб\w*\.?|вн\.)\s?\d{1,5})?"
_PHONE = re.compile(rf"(?<![\d.,])({_SPELT})(?!\d)(?![.,]\d){_EXTENSION}")
_AFTER_KEY = re.compile(
    r"(?i:\b(?:тел|телефон\w?|номер\w? телефона|мой номер|городской|мобильн\w+|сотовый|[вп]ацап|в[ао]тсап\w?|whatsapp|"
    r"вайбер\w?|(?:по|пере)?звон\w{1,4}|набер\w+|доб\w*)\b)"
    rf"\W{{0,3}}(?:[а-яё]+\W{{1,3}}){{0,2}}?(\d(?:{SEP}\d){{4,10}})(?!\d)(?!\s*(?:руб|₽|шт|кор|%|ед))"
)
_ARTICLE = re.compile(r"\w[-./]\Z")
"""Before a number that only continues a longer one: "ТУ 10.20.30-001-12345678"."""
_AREA_GROUP = range(3, 12)
_DIGITS = re.compile(r"\d+")


def _mails(text: str) -> Iterator[Span]:
    for match in _MAIL.finditer(text):
        mail = match[0].rstrip("-_.")
        yield Span(match.start(), match.start() + len(mail), "ПОЧТА", mail.lower())
    for at in _AT.finditer(text):
        behind = _DOMAIN.match(text, at.end())
        before = text[max(0, at.start() - _BEFORE_AT) : at.start()]
        local = _KEYED_LOCAL.search(before) or _LOCAL.search(before)
        if behind and local:
            start = at.start() - len(local[local.lastindex or 0])
            yield Span(start, behind.end(), "ПОЧТА", "".join(text[start : behind.end()].lower().split()))


def _phones(text: str) -> Iterator[Span]:
    for found in PhoneNumberMatcher(text, "RU", leniency=Leniency.VALID):
        if not _ARTICLE.search(text, max(0, found.start - 3), found.start):
            yield _phone(found.start, found.end, found.raw_string)
    for match in _PHONE.finditer(text):
        groups = _DIGITS.findall(match[1])
        digits = "".join(groups)
        prefixed = len(digits) == 11 and digits[0] in "78"
        if not prefixed or match[1][0] == "+" or (is_phone(digits) and _grouped(groups)):
            yield _phone(*match.span(), match[1])
    for match in _AFTER_KEY.finditer(text):
        yield _phone(*match.span(1), match[1])


def _phone(start: int, end: int, written: str) -> Span:
    digits = re.sub(r"\D", "", written)
    return Span(start, end, "ТЕЛ", digits[1:] if len(digits) == 11 and digits[0] in "78" else digits)


def _grouped(groups: list[str]) -> bool:
    """Whether digits stand as in a phone: all in one, one by one, or with an area of three and more. Not 8 10 20 …"""
    if len(groups) == 1 or all(len(group) == 1 for group in groups):
        return True
    return len(groups[0]) > 3 or (len(groups[0]) == 1 and len(groups[1]) in _AREA_GROUP)


def _said(text: str) -> Iterator[Span]:
    for said in said_numbers(text):
        phone = is_phone(said.digits)
        yield Span(said.start, said.end, "ТЕЛ" if phone else "НОМЕР", said.digits[-10:] if phone else said.digits)


CONTACTS: tuple[Finder, ...] = (_LINK, _mails, _HANDLE)
PHONES: tuple[Finder, ...] = (_phones, _said)
"""Behind the numbers that registers know, which are longer."""
