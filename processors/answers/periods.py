"""Which days of the past a question names: "за последний месяц", "в ноябре", "с 1 по 15 октября". Pure.

Deadlines look forward (`processors.minutes`), questions back: a month without a year is the last one that has begun.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from processors.russian.months import MONTH, month_of
from processors.russian.numerals import numbers
from processors.russian.words import plain


class Period(NamedTuple):
    """Local days, both whole. `relative` where it is counted from today ("за неделю"): then it also says when words
    were said; a month by its name may be what they speak of. `first`, `last`: where it stands in the plain question.
    """

    since: date
    until: date
    relative: bool
    first: int
    last: int

    @property
    def days(self) -> int:
        """How many, from 1."""
        return (self.until - self.since).days + 1

    def before(self) -> "Period":
        """What it is compared with: of a month, whole or begun, the same days of the month before; else as many days
        just before it."""
        last = self.since - timedelta(days=1)
        if self.since.day == 1 and (self.until.year, self.until.month) == (self.since.year, self.since.month):
            whole = self.until == month_end(self.since)
            until = last if whole else last.replace(day=min(self.until.day, last.day))
            return self._replace(since=last.replace(day=1), until=until)
        return self._replace(since=self.since - timedelta(days=self.days), until=last)


def month_end(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def last_days(count: int, today: date) -> Period:
    """So many days, today the last one."""
    return Period(today - timedelta(days=count - 1), today, True, 0, 0)


_Match = re.Match[str]
_Days = tuple[date, date]
_Reading = Callable[[_Match, date], _Days]

_UNITS = {"дн": 1, "ден": 1, "сут": 1, "нед": 7, "мес": 30, "ква": 91, "пол": 182, "год": 365, "лет": 365}
_UNIT = r"(?P<u>дн\w+|день|сут\w+|недел\w+|месяц\w*|квартал\w*|полгода|год\w*|лет)"
_NUMBER = r"(?:(?P<n>\d{1,3}) )?"
_MONTH_NAME = rf"(?P<m>{MONTH})"
_YEAR = r"(?: (?P<y>20\d\d)(?: год\w*)?)?(?: (?P<ly>прошлого) года)?"


def _some_days(found: _Match, today: date) -> _Days:
    period = last_days(max(int(found["n"] or 1) * _unit(found), 1), today)
    return period.since, period.until


def _unit(found: _Match) -> int:
    """Days of the unit."""
    return next(days for stem, days in _UNITS.items() if found["u"].startswith(stem))


def _back(found: _Match, today: date) -> _Days:
    """«две недели назад»: the week that began two weeks ago."""
    unit = _unit(found)
    since = today - timedelta(days=unit * int(found["n"] or 1))
    return since, since + timedelta(days=unit - 1)


def _ago(days: int) -> _Reading:
    return lambda _, today: (today - timedelta(days=days), today - timedelta(days=days))


def _week(back: int) -> _Reading:
    def read(_: _Match, today: date) -> _Days:
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return monday, min(monday + timedelta(days=6), today)

    return read


def _months(length: int, back: int) -> _Reading:
    """The calendar month, quarter or year of today, or the one before."""

    def read(_: _Match, today: date) -> _Days:
        index = today.year * 12 + (today.month - 1) // length * length - back * length
        return _first(index), min(month_end(_first(index + length - 1)), today)

    return read


def _first(index: int) -> date:
    year, month = divmod(index, 12)
    return date(year, month + 1, 1)


def _of_month(found: _Match, today: date) -> _Days:
    month = month_of(found["m"])
    first = date(_year(found, date(today.year, month, 1), today), month, 1)
    return first, min(month_end(first), max(today, first))


def _year(found: _Match, this_year: date, today: date) -> int:
    if found["y"]:
        return int(found["y"])
    return this_year.year - 1 if found["ly"] or this_year > today else this_year.year


def _day_of_month(found: _Match, today: date) -> _Days:
    month = month_of(found["m"])
    day = date(today.year, month, int(found["d"]))
    day = day.replace(year=_year(found, day, today))
    return day, day


def _from_to(found: _Match, today: date) -> _Days:
    month = month_of(found["m"])
    until = date(today.year, month, int(found["d2"]))
    until = until.replace(year=_year(found, until, today))
    first = month_of(found["m1"]) if found["m1"] else month
    return date(until.year - (first > month), first, int(found["d"])), until


def _in_digits(found: _Match, today: date) -> _Days:
    day = _digits(found["date"] or found["bare"], today)
    return day, day


def _digits_from_to(found: _Match, today: date) -> _Days:
    return _digits(found["from"], today), _digits(found["to"], today)


def _digits(text: str, today: date) -> date:
    day, month, *year = map(int, text.split("."))
    if year:
        return date(year[0] if year[0] > 99 else 2000 + year[0], month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else this_year.replace(year=today.year - 1)


def _whole_year(found: _Match, today: date) -> _Days:
    first = date(int(found["y"]), 1, 1)
    return first, min(date(first.year, 12, 31), max(today, first))


def _begun(found: _Match, today: date) -> _Days:
    match found["u"][:3]:
        case "нед":
            return today - timedelta(days=today.weekday()), today
        case "мес":
            return today.replace(day=1), today
        case "ква":
            return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), today
        case _:
            return today.replace(month=1, day=1), today


_DATE = r"\d{1,2}\.\d{1,2}(?:\.\d{2,4})?"
_RULES: tuple[tuple[re.Pattern[str], _Reading, bool], ...] = tuple(
    (re.compile(rf"(?<![\w.]){pattern}(?![\w])"), reading, relative)
    for pattern, reading, relative in (
        (rf"с (?P<from>{_DATE}) (?:по|до) (?P<to>{_DATE})", _digits_from_to, False),
        (
            rf"с (?P<d>\d{{1,2}})(?: (?P<m1>{MONTH}))? (?:по|до) (?P<d2>\d{{1,2}}) {_MONTH_NAME}{_YEAR}",
            _from_to,
            False,
        ),
        (rf"(?:(?:за|на|от) (?P<date>{_DATE})|(?P<bare>\d{{1,2}}\.\d\d(?:\.\d{{2,4}})?))", _in_digits, False),
        (rf"(?P<d>\d{{1,2}}) {_MONTH_NAME}{_YEAR}", _day_of_month, False),
        (rf"(?:в |за |с |на )?{_MONTH_NAME}{_YEAR}", _of_month, False),
        (r"(?:в|за) (?P<y>20\d\d)(?: год\w*)?", _whole_year, False),
        (r"позавчера", _ago(2), True),
        (r"(?:за )?вчера(?:шн\w+ день)?", _ago(1), True),
        (r"(?:за )?сегодня(?:шн\w+ день)?", _ago(0), True),
        (rf"с начала {_UNIT}", _begun, True),
        (r"на (?:этой|текущей) неделе", _week(0), True),
        (r"(?:на прошлой неделе|за прошлую неделю)", _week(1), True),
        (r"(?:в (?:этом|текущем) месяце|за (?:этот|текущий) месяц)", _months(1, 0), True),
        (r"(?:в прошлом месяце|за прошлый месяц)", _months(1, 1), True),
        (r"(?:в (?:этом|текущем) квартале|за (?:этот|текущий) квартал)", _months(3, 0), True),
        (r"(?:в прошлом квартале|за прошлый квартал)", _months(3, 1), True),
        (r"(?:в (?:этом|текущем) году|за (?:этот|текущий) год)", _months(12, 0), True),
        (r"(?:в прошлом году|за прошлый год)", _months(12, 1), True),
        (rf"(?:за|в|в течение) (?:последн\w+ )?{_NUMBER}(?:последн\w+ )?{_UNIT}", _some_days, True),
        (rf"последн\w+ {_NUMBER}{_UNIT}", _some_days, True),
        (rf"{_NUMBER}{_UNIT} назад", _back, True),
    )
)


def periods(question: str, today: date) -> list[Period]:
    """The periods that a question names, in its order; a day that is none (31 февраля) is left out."""
    text = in_digits(question)
    found: list[Period] = []
    for pattern, reading, relative in _RULES:
        for match in pattern.finditer(text):
            if any(match.start() < other.last and other.first < match.end() for other in found):
                continue
            try:
                since, until = reading(match, today)
            except ValueError:
                continue
            if since <= until:
                found.append(Period(since, until, relative, match.start(), match.end()))
    return sorted(found, key=lambda period: period.first)


def without_periods(question: str, today: date) -> str:
    """The question without what only says when (`relative`)."""
    spoken_of = [period for period in periods(question, today) if period.relative]
    if not spoken_of:
        return question
    text = in_digits(question)
    for period in reversed(spoken_of):
        text = f"{text[: period.first]} {text[period.last :]}"
    return " ".join(text.split())


_WORD = re.compile(r"\d+(?:\.\d+)+|\w+|[^\w\s]")


def in_digits(question: str) -> str:
    """The plain question with one space between words and its numbers in digits."""
    words = _WORD.findall(plain(question))
    return " ".join(_in_digits_words(words))


def _in_digits_words(words: list[str]) -> Iterator[str]:
    at = 0
    for number in numbers(words):
        yield from words[at : number.first]
        said = words[number.first] if number.first == number.last else ""
        yield said if said[:1].isdigit() else f"{number.value:g}"
        at = number.last + 1
    yield from words[at:]
