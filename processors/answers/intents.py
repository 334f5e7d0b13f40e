"""What a question is about, by rules: figures that answer it, fields of the profile, whether words are needed.

The rules are read from the top; the first that finds its words makes its call, and what it says of words holds. A
period is the question's, else the rule's usual one.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from processors.answers.periods import Period, in_digits, last_days, periods
from processors.profile import Field
from schemas.answers import ToolCall, ToolName

USUAL_DAYS, PROBLEM_DAYS = 30, 90
"""Days that are looked at where a question names none."""


class Plan(NamedTuple):
    """`words`: passages are looked for, too; else only where the figures know nothing. `since`, `until`: the days in
    which they were said, where the question says so."""

    calls: tuple[ToolCall, ...]
    fields: tuple[Field, ...]
    words: bool
    since: str = ""
    until: str = ""


_METRICS: tuple[tuple[ToolName, str], ...] = (
    ("returns", r"возврат\w*|возвраща\w+"),
    ("inbound", r"приемк\w*|принял\w*|приход\w*|поступ\w+|поступлени\w+|привез\w+|завез\w+"),
    ("picked", r"сбор\w{1,3}|собра\w+|собира\w+"),
    ("reserved", r"резерв\w*|брон\w*|заброниров\w+"),
    ("shipped", r"отгру\w+|отправ\w+|заказ\w*|продаж\w*|объем\w*"),
)
"""A tool of one period, and the words that mean it; the plainer word comes last."""

_KINDS: tuple[tuple[str, str], ...] = (
    ("meeting", r"встреч\w*|созвон\w*"),
    ("call", r"звон\w+|позвонил\w*"),
    ("mail", r"пис(?:ьм\w*|ем)"),
    ("message", r"сообщени\w+|напис\w+|писал\w*|на связи|чат\w*|ответ\w+"),
    ("reservation", r"брон\w*|резерв\w*"),
    ("shipment", r"отгру\w+"),
    ("inbound", r"приемк\w*|поставк\w*|поступлени\w*"),
    ("return", r"возврат\w*"),
)
"""Kinds of events that are counted and looked back to."""

_HOW_MUCH = re.compile(r"\b(?:сколько|количеств\w*|каков\w* объем|какой объем|на сколько|насколько|динамик\w*)\b")
_HOW_MANY = re.compile(r"\b(?:сколько|количеств\w*|как часто|часто ли)\b")
_CHANGED = re.compile(
    r"\b(?:упа\w+|падени\w+|падают|сни[зж]\w+|выро\w+|раст\w+|рост\w*|сократи\w+|увеличи\w+|уменьши\w+|изменил\w*|"
    r"сравн\w+|больше или меньше|меньше или больше|просе\w+)\b"
)
_LAST = re.compile(
    r"\b(?:когда|давно ли|как давно)\b.*\b(?:последн\w+|был\w*|писал\w*|звонил\w*|отгружал\w*|бронировал\w*)\b"
)
_BIGGEST = re.compile(r"\b(?:в какой день|какой день|самый (?:больш\w+|крупн\w+)|рекорд\w*|больше всего|максим\w+)\b")
_STOCK = re.compile(
    r"\b(?:остатк\w*|остаток|на складе сейчас|сейчас на складе|лежит на складе|товара на складе|"
    r"сколько (?:\w+ ){0,3}на складе)\b"
)
_PRICE = re.compile(r"\bсто[ия]т\w*|\bстоимост\w*|\bпаллет\w*|\bпалет\w*")
"""What is asked for beside a figure of goods and is none of ours."""
_HOW_IT_GOES = re.compile(
    r"\bчто (?:там |сейчас |у (?:них|него|нее|клиента) )?со? |\bкак (?:там|идут|идет|дела|обстоят|обстоит)\b"
)
_TONE = re.compile(
    r"\b(?:тон\w{0,2}|настроени\w*|отношени\w* (?:клиента )?к нам|стал\w* (?:\w+ )?(?:хуже|лучше|злее|грубее))\b"
)
_PROBLEMS = re.compile(
    r"\b(?:(?:какие|какая|каковы|что за|список|перечисл\w+|основн\w+|главн\w+|все)\b.*"
    r"\b(?:проблем\w*|бол[ьи]\w*|жалоб\w*|претензи\w*|трудност\w*|сложност\w*)|"
    r"(?:проблем\w*|жалоб\w*|претензи\w*|трудност\w*)\b.*\b(?:всплыва\w+|возника\w+|повторя\w+|был\w*|есть)|"
    r"на что (?:\w+ )?жал\w+|чем (?:\w+ )?недовол\w+|что болит)\b"
)
_PROMISES = re.compile(
    r"\b(?:(?:по)?обеща(?:л[аи]?|ни\w+|ет|ем|ют)|(?:что|кто|чего|когда)\b.*\bдолж(?:ен|ны|на)|обязательств\w*|поручен\w*|задач\w*)\b"
)
_OVERDUE = re.compile(r"\b(?:просроч\w+|не выполн\w+|не сделал\w*|нарушен\w*|сорван\w*)\b")
_ALERTS = re.compile(r"\b(?:тревог\w*|сигнал\w*|оповещени\w*|алерт\w*)\b")
_RISK = re.compile(r"\b(?:риск\w*|шанс ухода|балл\w*)\b")
_MEETINGS = re.compile(r"\b(?:какие|список|когда|где|были ли|все)\b.*\b(?:встреч\w*|созвон\w*)\b")
_WHY = re.compile(r"\b(?:почему|из за|из-за|причин\w*|отчего|с чем связан\w*)\b")

_FIELDS: tuple[tuple[Field, str], ...] = (
    ("sells", r"что (?:\w+ )?прода[её]т|чем (?:\w+ )?торгу\w+|ассортимент\w*|какой товар"),
    ("where", r"где (?:\w+ )?прода[её]т|(?:на )?каки\w+ (?:площадк\w+|маркетплейс\w+)"),
    (
        "since",
        r"с каких пор|давно ли (?:\w+ )?(?:с нами|работа\w+)|сколько лет (?:\w+ )?(?:с нами|работа\w+)|с какого года",
    ),
    ("pains", r"бол(?:ь|и|ей|ям|ями|ях)|проблем\w*|жалоб\w*|жал\w+ся"),
    ("conflicts", r"конфликт\w*|спор\w*|претензи\w*|ссор\w*"),
    ("agreements", r"договор[её]нност\w*|договорил\w+|договаривал\w+|что решили|решени\w*"),
    ("tariffs", r"тариф\w*|цен[аыеу]\w{0,2}|ставк\w*|прайс\w*|скидк\w*"),
    ("competitors", r"конкурент\w*|другой склад|други\w+ (?:склад|оператор|фулфилмент)\w*"),
)


def plan(question: str, today: date) -> Plan:
    """What answers the question. `today` is the local day."""
    text = in_digits(question)
    named = periods(question, today)
    fields = tuple(field for field, pattern in _FIELDS if re.search(rf"\b(?:{pattern})\b", text))
    since, until = _said(named)
    for rule in _RULES:
        answer = rule(text, named, today)
        if answer is not None:
            calls, words = answer
            return Plan(calls, fields, words, since, until)
    return Plan((), fields, True, since, until)


def _said(named: list[Period]) -> tuple[str, str]:
    relative = [period for period in named if period.relative]
    return (str(relative[0].since), str(relative[0].until)) if len(relative) == 1 else ("", "")


_Answer = tuple[tuple[ToolCall, ...], bool] | None
_Rule = Callable[[str, list[Period], date], _Answer]


def _when(named: list[Period], today: date, usual: int = USUAL_DAYS) -> Period:
    return named[0] if named else last_days(usual, today)


def _call(name: ToolName, period: Period, **more: str) -> ToolCall:
    return ToolCall(name, str(period.since), str(period.until), **more)


def _metric(text: str) -> ToolName | None:
    return next((name for name, pattern in _METRICS if re.search(rf"\b(?:{pattern})\b", text)), None)


def _kind(text: str) -> str:
    return next((kind for kind, pattern in _KINDS if re.search(rf"\b(?:{pattern})\b", text)), "")


def _tone(text: str, named: list[Period], today: date) -> _Answer:
    return ((_call("tone", _when(named, today)),), False) if _TONE.search(text) else None


def _problems(text: str, named: list[Period], today: date) -> _Answer:
    return ((_call("problems", _when(named, today, PROBLEM_DAYS)),), False) if _PROBLEMS.search(text) else None


def _stock(text: str, _: list[Period], __: date) -> _Answer:
    asked = _STOCK.search(text) and not _CHANGED.search(text) and not _PRICE.search(text)
    return ((ToolCall("stock_now"),), False) if asked else None


def _biggest(text: str, named: list[Period], today: date) -> _Answer:
    metric = _metric(text)
    if metric is None or not _BIGGEST.search(text):
        return None
    return (_call("biggest_day", _when(named, today, PROBLEM_DAYS), metric=metric),), False


def _compared(text: str, named: list[Period], today: date) -> _Answer:
    """Two periods that are named, else the one and as much before it."""
    metric = _metric(text)
    if metric is None or not (_CHANGED.search(text) or len(named) == 2):
        return None
    later, earlier = max(named[:2]) if named else last_days(USUAL_DAYS, today), None
    earlier = min(named[:2]) if len(named) > 1 else later.before()
    call = ToolCall(
        "compare", str(later.since), str(later.until), str(earlier.since), str(earlier.until), metric=metric
    )
    return (call,), bool(_WHY.search(text))


def _events(text: str, named: list[Period], today: date) -> _Answer:
    kind = _kind(text)
    of_goods = kind in ("reservation", "shipment", "inbound", "return")
    if not kind or not _HOW_MANY.search(text) or (of_goods and not re.search(r"\bраз\b|\bкак часто\b", text)):
        return None
    return (_call("count", _when(named, today), kind=kind),), False


def _summed(text: str, named: list[Period], today: date) -> _Answer:
    metric = _metric(text)
    if metric is None or not _HOW_MUCH.search(text) or _PRICE.search(text):
        return None
    return (_call(metric, _when(named, today)),), False


def _last(text: str, _: list[Period], __: date) -> _Answer:
    kind = _kind(text)
    return ((ToolCall("last", kind=kind),), False) if kind and _LAST.search(text) else None


def _promises(text: str, _: list[Period], __: date) -> _Answer:
    if not _PROMISES.search(text):
        return None
    return (ToolCall("promises", state="overdue" if _OVERDUE.search(text) else "open"),), True


def _alerts(text: str, named: list[Period], today: date) -> _Answer:
    return ((_call("alerts", _when(named, today, PROBLEM_DAYS)),), False) if _ALERTS.search(text) else None


def _risk(text: str, named: list[Period], today: date) -> _Answer:
    return ((_call("risk_history", _when(named, today, PROBLEM_DAYS)),), False) if _RISK.search(text) else None


def _meetings(text: str, named: list[Period], today: date) -> _Answer:
    return ((_call("meetings", _when(named, today, PROBLEM_DAYS)),), False) if _MEETINGS.search(text) else None


def _going(text: str, named: list[Period], today: date) -> _Answer:
    """«Что с отгрузками?»: the figure beside the time before, and what was said of it."""
    metric = _metric(text)
    if metric is None or not _HOW_IT_GOES.search(text):
        return None
    later = _when(named, today)
    earlier = later.before()
    return (_call("compare", later, since2=str(earlier.since), until2=str(earlier.until), metric=metric),), True


_RULES: tuple[_Rule, ...] = (
    *(_tone, _problems, _stock, _biggest, _compared, _events, _summed, _last),
    *(_promises, _alerts, _risk, _meetings, _going),
)
