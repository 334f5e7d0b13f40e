"""How times are said, and which day they mean. Rules in the order they are tried; see `due`."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from processors.russian.months import month_of

Match = re.Match[str]
Reading = Callable[[Match, date], date | None]
"""What was found, and the day it was said on → the day it means; None where nobody can know."""

DAY, HOUR, UNRESOLVED = 0, 5, 9
"""Ranks: a day is more exact than an hour of some day; the rest has no day."""


class Rule(NamedTuple):
    """A way to say a time: `pattern` over plain words with numbers in digits; `hint` stands in every match."""

    pattern: re.Pattern[str]
    day: Reading
    rank: int = DAY
    hint: str | None = None


_MONTH = r"(?P<m>январ[яь]\w*|феврал[яь]\w*|марта?|апрел[яь]\w*|мая|июн[яь]|июл[яь]|августа?|\w+бр[яь])"
_WEEKDAYS = ("понедельник", "вторник", "сред", "четвер", "пятниц", "суббот", "воскресен")
_WEEKDAY = r"(?P<wd>понедельник|вторник|сред(?=[аыеу])|четвер|пятниц|суббот|воскресен)\w*"
_UNIT = r"(?P<u>минут|час|дн|день|рабочих дн|недел|месяц)\w*"
_BY = r"(?:до|к|ко|на|не позднее|не позже)"
_END = r"(?:до|к|ко|в) конц\w+ "
_PARTS = r"(?:утр|вечер|обед|ноч|полудн)\w*"


def _rule(pattern: str, day: Reading, rank: int = DAY, hint: str | None = None) -> Rule:
    return Rule(re.compile(rf"(?<![\w.]){pattern}(?![\w°])"), day, rank, hint)


def _number(found: Match, today: date) -> date:
    """The next such day of a month."""
    return _next_day(int(found["d"]), today)


def _next_day(day: int, today: date) -> date:
    year, month = today.year, today.month
    if day < today.day:
        year, month = year + month // 12, month % 12 + 1
    return date(year, month, day)


def _day_of_month(found: Match, today: date) -> date:
    day = date(int(found["y"] or today.year), month_of(found["m"]), int(found["d"]))
    return day if found["y"] or day >= today else day.replace(year=today.year + 1)


def _digits(found: Match, today: date) -> date:
    day, month, *year = map(int, found["date"].split("."))
    if year:
        return date(year[0] if year[0] > 99 else 2000 + year[0], month, day)
    on = date(today.year, month, day)
    return on if on >= today else on.replace(year=today.year + 1)


def _weekday(found: Match, today: date) -> date:
    wanted = next(number for number, base in enumerate(_WEEKDAYS) if base == found["wd"])
    if found["next"]:
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _days(number: int) -> Reading:
    return lambda _, today: today + timedelta(days=number)


def _later(found: Match, today: date) -> date | None:
    number = int(found["n"] or 1)
    match found["u"][:3]:
        case "мин" | "час":
            return today if number * (60 if found["u"].startswith("час") else 1) <= 12 * 60 else None
        case "раб":
            return _working_days(number, today)
        case "нед":
            return today + timedelta(weeks=number)
        case "мес":
            year, month = divmod(today.year * 12 + today.month - 1 + number, 12)
            return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
        case _:
            return today + timedelta(days=number)


def _working_days(number: int, today: date) -> date:
    if number > 250:
        raise ValueError("more than a year")
    day = today
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def _end_of_week(found: Match, today: date) -> date:
    """Friday: that is when a working week ends; at the weekend Sunday."""
    end = 4 if today.weekday() <= 4 or found["next"] else 6
    return today + timedelta(days=end - today.weekday() + (7 if found["next"] else 0))


def _end_of_month(found: Match, today: date) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + bool(found["next"]), 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _end_of_quarter(_: Match, today: date) -> date:
    month = (today.month - 1) // 3 * 3 + 3
    return date(today.year, month, monthrange(today.year, month)[1])


def _end_of_that_month(found: Match, today: date) -> date:
    month = month_of(found["m"])
    year = today.year + (month < today.month)
    return date(year, month, monthrange(year, month)[1])


def _end_of_year(_: Match, today: date) -> date:
    return date(today.year, 12, 31)


def _nobody_knows(_: Match, __: date) -> date | None:
    return None


RULES = (
    _rule(r"(?:с|от|за) \d{1,2}°? " + _MONTH, _nobody_knows, UNRESOLVED + 2),
    _rule(r"в конце " + _MONTH, _end_of_that_month),
    _rule(_END + _MONTH, _end_of_that_month),
    _rule(rf"(?:{_BY} |числа )?(?P<d>\d{{1,2}})°? {_MONTH}(?: (?P<y>20\d\d))?", _day_of_month),
    _rule(rf"(?:{_BY} |в )(?P<date>\d{{1,2}}\.\d{{1,2}}(?:\.\d{{2,4}})?)", _digits, hint="."),
    _rule(_END + r"(?:этой |текущей |рабочей )?(?P<next>следующей )?недели", _end_of_week, hint="недели"),
    _rule(_END + r"(?:этого |текущего )?(?P<next>следующего )?месяца", _end_of_month, hint="месяца"),
    _rule(_END + r"квартала", _end_of_quarter, hint="квартала"),
    _rule(_END + r"(?:этого )?года", _end_of_year, hint="года"),
    _rule(r"до нового года", _end_of_year, hint="нового года"),
    _rule(r"(?:до|к|в|под) кон\w+ (?:рабочего )?(?:дня|смены)", _days(0), hint="кон"),
    _rule(r"(?:в )?послезавтра", _days(2), hint="послезавтра"),
    _rule(rf"(?:{_BY} )?завтра\w*(?: (?:днем|{_PARTS}))?(?: же)?", _days(1), hint="завтра"),
    _rule(rf"(?:{_BY} )?сегодня\w*(?: (?:днем|{_PARTS}))?(?: же)?", _days(0), hint="сегодня"),
    _rule(rf"(?:кажд\w+|по) {_WEEKDAY}", _nobody_knows, UNRESOLVED),
    _rule(
        rf"(?:{_BY}|в|во) (?:(?P<next>следующ\w+) )?(?:эт\w+ |ближайш\w+ |сам\w+ )?{_WEEKDAY}(?: {_PARTS})?", _weekday
    ),
    _rule(r"через пару (?:дней|недель|часов)", _nobody_knows, UNRESOLVED, "пару"),
    _rule(r"(?:через|минут через) (?:полчаса|часик|часок|минутку|(?:\w+ )?минут\w*)", _days(0), hint="через"),
    _rule(r"в течени[ие] (?:рабочего |этого )?дня", _days(0), hint="течени"),
    _rule(rf"(?:через|в течени[ие]) (?:(?P<n>\d{{1,4}}) )?{_UNIT}", _later),
    _rule(rf"за (?P<n>\d{{1,3}}) {_UNIT}", _later, hint="за "),
    _rule(r"(?:дня|недели) через \d+", _nobody_knows, UNRESOLVED, "через"),
    _rule(r"(?:до|к) (?P<d>\d{1,2})(?:° числ\w+|°| числ\w+)", _number),
    _rule(r"числа (?P<d>\d{1,2})°?", _number, hint="числа"),
    _rule(r"(?P<d>\d{1,2})°? числа", _number, hint="числа"),
    _rule(r"(?<!с )(?<!от )(?<!после )(?P<d>[4-9]|[12]\d|3[01])°(?! раз| этаж| склад| стол| год)", _number, hint="°"),
    _rule(r"на (?:этой|следующей|той|будущей|ближайшей) недел\w+", _nobody_knows, UNRESOLVED, "на "),
    _rule(r"(?:на|в) (?:эти |ближайшие )?выходны\w+", _nobody_knows, UNRESOLVED, "выходны"),
    _rule(r"в день (?!рожден)\w+", _nobody_knows, UNRESOLVED, "в день"),
    _rule(r"на днях|со дня на день", _nobody_knows, UNRESOLVED),
    _rule(r"в ближайш\w+ (?:время|дн\w+|час\w*)", _nobody_knows, UNRESOLVED, "ближайш"),
    _rule(r"(?:в|к) (?:начал\w+|середин\w+|конц\w+) (?:недели|месяца|" + _MONTH + ")", _nobody_knows, UNRESOLVED),
    _rule(r"(?:в|к|до) (?:январе|феврале|марте|апреле|мае|июне|июле|августе|\w+бре)", _nobody_knows, UNRESOLVED),
    _rule(r"как можно (?:скорее|быстрее|раньше)", _nobody_knows, UNRESOLVED, "как можно"),
    _rule(r"раз в (?:день|неделю|месяц|квартал|\d+ \w+)", _nobody_knows, UNRESOLVED, "раз в"),
    _rule(r"(?:кажд\w+|ежедневно|еженедельно)(?: день| недел\w+| утро| вечер| месяц)?", _nobody_knows, UNRESOLVED),
    _rule(r"(?:до|после) (?:новогодних |майских )?(?:праздников|созвона|встречи)", _nobody_knows, UNRESOLVED),
    _rule(r"к утру|с утра", _days(1), HOUR),
    _rule(rf"(?:до|к|после) {_PARTS}|вечером|днем", _days(0), HOUR),
    _rule(r"(?:до|к) (?:\d{1,2}:\d{2}|\d{1,2} (?:час\w+|вечера|дня|утра))", _days(0), HOUR),
    _rule(r"(?:прямо |вот )?(?:сейчас|сразу)(?: же)?|немедленно", _nobody_knows, UNRESOLVED + 1),
)
