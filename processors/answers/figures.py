"""A figure of a tool as a sentence in Russian, with what is usual beside it. Pure."""

from collections.abc import Callable
from datetime import date

from processors.russian import plural
from processors.russian.dates import moment
from processors.russian.months import IN_MONTHS, OF_MONTHS
from schemas.answers import Figure

METRICS: dict[str, tuple[str, str]] = {
    "shipped": ("отгружено", "отгрузок"),
    "reserved": ("зарезервировано", "броней"),
    "picked": ("собрано", "сборок"),
    "inbound": ("принято на склад", "приёмок"),
    "returns": ("вернулось", "возвратов"),
}
"""How a metric is told, and what there is none of."""

KINDS: dict[str, tuple[plural.Forms, str]] = {
    "message": (("сообщение клиента", "сообщения клиента", "сообщений клиента"), "сообщение клиента"),
    "mail": (("письмо", "письма", "писем"), "письмо"),
    "call": (("звонок", "звонка", "звонков"), "звонок"),
    "meeting": (("встреча", "встречи", "встреч"), "встреча"),
    "reservation": (("бронь", "брони", "броней"), "бронь"),
    "shipment": (("отгрузка", "отгрузки", "отгрузок"), "отгрузка"),
    "inbound": (("приёмка", "приёмки", "приёмок"), "приёмка"),
    "return": (("возврат", "возврата", "возвратов"), "возврат"),
}
_GENDER = {"сообщение клиента": "последнее", "письмо": "последнее", "звонок": "последний", "возврат": "последний"}


def told(figure: Figure) -> str:
    """The sentence. Never empty, and it says so where nothing is known. The dot of `шт.` ends it, too."""
    return _TELLING[figure.call.name](figure).replace("шт..", "шт.")


def span(since: str, until: str, year: int = 0) -> str:
    """`с 1 по 29 ноября`, `29 ноября`, `с 31 октября 2025 года по 5 января 2026 года`; a whole month is `в ноябре`. The
    year stands where it is not `year`."""
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    named = "" if first.year == last.year == year else f" {last.year}\u00a0года"
    if first == last:
        return f"{_day(first)}{named}"
    if first.year != last.year:
        return f"с\u00a0{_day(first)} {first.year}\u00a0года по\u00a0{_day(last)} {last.year}\u00a0года"
    if first.month == last.month:
        whole = first.day == 1 and last.month != date.fromordinal(last.toordinal() + 1).month
        return (
            f"в\u00a0{IN_MONTHS[first.month - 1]}{named}"
            if whole
            else f"с\u00a0{first.day} по\u00a0{_day(last)}{named}"
        )
    return f"с\u00a0{_day(first)} по\u00a0{_day(last)}{named}"


def _day(day: date) -> str:
    return f"{day.day}\u00a0{OF_MONTHS[day.month - 1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _span_of(figure: Figure) -> str:
    return span(figure.since, figure.until, _year_of(figure))


def _year_of(figure: Figure) -> int:
    """The year that needs no word: that of the question's own days."""
    return int(figure.until[:4]) if figure.until else 0


def number(value: float) -> str:
    """`4 120`, `3,6`."""
    return plural.whole(int(value)) if value == int(value) else plural.decimal(value)


def _pieces(value: float) -> str:
    return f"{number(value)}\u00a0шт."


def _usual(figure: Figure, told: Callable[[float], str]) -> str:
    return "" if figure.usual is None else f"; {figure.usual_of or 'обычно'} {told(figure.usual)}"


def _sum(figure: Figure) -> str:
    did, none = METRICS[figure.call.name]
    when = _capital(_span_of(figure))
    if not figure.rows_seen:
        return f"{when} {none} нет{_usual(figure, _pieces)}."
    return f"{when} {did} {_pieces(figure.value or 0)}{_usual(figure, _pieces)}."


def _stock(figure: Figure) -> str:
    if figure.value is None:
        return "Остатков этого клиента склад ещё не присылал."
    return f"На складе {_pieces(figure.value)} по сверке {moment(figure.as_of)}{_usual(figure, _pieces)}."


def _compare(figure: Figure) -> str:
    did, none = METRICS[figure.call.metric]
    call = figure.call
    now, before = figure.value or 0, figure.other or 0
    year = _year_of(figure)
    when, then = span(call.since, call.until, year), span(call.since2, call.until2, year)
    if not now and not before:
        return f"{_capital(when)} и {then} {none} нет."
    change = f" ({_change(now, before)})" if before > 0 else ""
    return f"{_capital(when)} {did} {_pieces(now)}, а {then}\u00a0— {_pieces(before)}{change}{_usual(figure, _pieces)}."


def _change(now: float, before: float) -> str:
    share = (now - before) / before
    if abs(share) < 0.005:
        return "без изменений"
    return f"{'больше' if share > 0 else 'меньше'} на\u00a0{plural.percent(abs(share))}"


def _biggest(figure: Figure) -> str:
    did, none = METRICS[figure.call.metric]
    if not figure.items:
        return f"{_capital(_span_of(figure))} {none} нет."
    best = figure.items[0]
    return f"Больше всего {_span_of(figure)} {did} {best.text}: {_pieces(figure.value or 0)}{_usual(figure, _pieces)}."


def _last(figure: Figure) -> str:
    name = KINDS[figure.call.kind][1]
    if not figure.rows_seen:
        return f"Ни одного события «{name}» в истории нет."
    gap = "" if figure.usual is None else f"; обычно раз в\u00a0{plural.measure(figure.usual, plural.DAYS)}"
    return f"{_capital(_GENDER.get(name, 'последняя'))} {name}\u00a0— {moment(figure.as_of)}{gap}."


def _count(figure: Figure) -> str:
    forms = KINDS[figure.call.kind][0]
    when = _capital(_span_of(figure))
    if not figure.value:
        return f"{when} {forms[2]} не было{_usual(figure, number)}."
    return f"{when}: {plural.count(int(figure.value), forms)}{_usual(figure, number)}."


def _list(one: plural.Forms, none: str) -> Callable[[Figure], str]:
    def telling(figure: Figure) -> str:
        when = f"{_capital(_span_of(figure))} " if figure.since else ""
        if not figure.value:
            return _capital(f"{when}{none}{_usual(figure, number)}.")
        lines = "; ".join(item.text for item in figure.items)
        more = int(figure.value) - len(figure.items)
        rest = f"; и ещё {more}" if more > 0 else ""
        return _capital(f"{when}{plural.count(int(figure.value), one)}{_usual(figure, number)}: {lines}{rest}.")

    return telling


_PROMISED: plural.Forms = ("обещание", "обещания", "обещаний")


_NO_PROMISES = {
    "overdue": "Обещаний, срок которых прошёл без отметки о выполнении, нет.",
    "open": "Обещаний, срок которых впереди, в разговорах нет.",
}


def _promises(figure: Figure) -> str:
    if not figure.value:
        return _NO_PROMISES.get(figure.call.state, "Обещаний в разговорах нет.")
    return _list(_PROMISED, "")(figure)


def _risk(figure: Figure) -> str:
    if figure.value is None:
        return "Риск ухода этого клиента ещё не посчитан."
    course = ", ".join(item.text for item in figure.items)
    told = plural.count(round(figure.value), plural.POINTS)
    return f"Риск ухода сейчас {told} из\u00a0100{_usual(figure, number)}" + (
        f". По неделям: {course}." if course else "."
    )


TONES = ("не изменился заметно", "стал хуже", "стал лучше")


def tone_of(now: float, before: float) -> str:
    """Whether bad signs became more or fewer: two more and half as many again, or the other way round."""
    if now >= before + 2 and now >= 1.5 * before:
        return TONES[1]
    if before >= now + 2 and before >= 1.5 * now:
        return TONES[2]
    return TONES[0]


def _tone(figure: Figure) -> str:
    if not figure.rows_seen:
        return f"{_capital(_span_of(figure))} клиент с нами не разговаривал, о тоне судить не по чему."
    now, before = figure.value or 0, figure.other or 0
    lines = "; ".join(item.text for item in figure.items if not item.quote)
    return f"Тон {tone_of(now, before)}: {lines}."


def _problems(figure: Figure) -> str:
    if not figure.value:
        return f"{_capital(_span_of(figure))} проблем в письмах, чатах, звонках и встречах не найдено."
    found = plural.count(int(figure.value), ("проблема", "проблемы", "проблем"))
    return f"{_capital(_span_of(figure))} в разговорах и письмах: {found}. Решены ли они, в истории не отмечают."


_TELLING: dict[str, Callable[[Figure], str]] = {
    **dict.fromkeys(METRICS, _sum),
    "stock_now": _stock,
    "compare": _compare,
    "biggest_day": _biggest,
    "last": _last,
    "count": _count,
    "meetings": _list(("встреча", "встречи", "встреч"), "встреч не было"),
    "promises": _promises,
    "alerts": _list(("тревога", "тревоги", "тревог"), "тревог не было"),
    "risk_history": _risk,
    "tone": _tone,
    "problems": _problems,
}
