"""What alerts about goods say: reservations, volume, stock. Figures by the names that the signals give them."""

from collections.abc import Callable, Mapping

from processors.days import day_start
from processors.russian.dates import date
from processors.russian.plural import (
    ARTICLES,
    DAYS,
    IDLE,
    RESERVATIONS,
    Forms,
    choose,
    count,
    decimal,
    measure,
    percent,
    times,
    whole,
)
from schemas.alerts import Alert

RARE, SELDOM = 2.0, 0.5
"""Orders a day below which a week is told instead: of four weeks' mean, and of a day's normal."""

BACK: Forms = ("снята", "снято", "снято")
"""Before `1 бронь`, `2 брони`, `5 броней`."""


def pieces(number: float) -> str:
    """`13 500 шт.`"""
    return f"{whole(round(number))}\u00a0шт."


def booked(orders: int, ordered: float, back: int = 0, back_pieces: float = 0.0) -> str:
    """What was reserved and, apart from it, what of it or of older ones was taken back: documents and pieces. The same
    words in an alert, a report and a profile; empty where nothing was."""
    said = [f"{count(orders, RESERVATIONS)} на {pieces(ordered)}"] if orders else []
    if back:
        number = whole(back) if orders else count(back, RESERVATIONS)
        said.append(f"{choose(back, BACK)} {number} на {pieces(back_pieces)}")
    return ", ".join(said)


def spike(alert: Alert) -> str:
    """A day's reservations, by number or by pieces, against the client's own normal."""
    by_pieces, figures = alert.unit == "pieces", alert.figures
    if "orders" in figures:
        names = ("orders", "pieces", "cancelled", "cancelled_pieces")
        orders, ordered, back, back_pieces = (round(figures.get(name, 0.0)) for name in names)
        amount = booked(orders, ordered, back, back_pieces)
    else:  # an alert of before these figures
        amount = pieces(alert.value) if by_pieces else count(round(alert.value), RESERVATIONS)
    day = date(day_start(round(figures["day"]))) if "day" in figures else "за день"
    fleet = figures.get("fleet", 1.0)
    others = f" У остальных клиентов в этот день тоже больше обычного: в {times(fleet)}." if fleet >= 1.2 else ""
    return f"{_sentence(f'{day[:1].upper()}{day[1:]}: {amount}')} {_normal(alert, by_pieces)}{others}"


def _normal(alert: Alert, by_pieces: bool) -> str:
    usual = decimal(alert.baseline)
    if not by_pieces and alert.baseline < SELDOM:
        weekly = measure(7 * alert.baseline, RESERVATIONS)
        return f"Обычно {weekly} в неделю." if decimal(7 * alert.baseline) != "0" else "Обычно броней почти нет."
    normal = pieces(alert.baseline) if by_pieces else f"{usual} в день"
    return f"Это в {times(alert.value / max(alert.baseline, 0.01))} больше обычного ({normal})."


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def decline(alert: Alert) -> str:
    """Orders of four weeks against those before."""
    figures = alert.figures
    few = alert.baseline < RARE or alert.value < SELDOM  # "0,2 брони в день" says nothing
    days, span = (7, "неделю") if few else (1, "день")
    off = round(figures.get("off", 0.0))
    before, recent = decimal(days * alert.baseline), days * alert.value
    if alert.value <= 0:
        said = f"броней не было, до этого было {before} в {span}"
    elif few and recent < 1:
        number = count(round((28 - off) * alert.value) or 1, RESERVATIONS)
        said = f"всего {number}, до этого за столько же дней — {whole(round((28 - off) * alert.baseline))}"
    else:
        said = f"в среднем {measure(recent, RESERVATIONS)} в {span}, до этого было {before}"
    if alert.value > 0:
        said += f": осталось {percent(figures.get('ratio', alert.value / max(alert.baseline, 0.01)))}"
    fleet = figures.get("fleet", 0.0)
    others = f" У остальных клиентов за то же время {percent(fleet)} от прежнего." if fleet > 0 else ""
    pauses = f" ({count(off, IDLE)} не в счёт)" if off else ""
    return f"За 28 дней{pauses} {said}.{others}"


def bulk_pick(alert: Alert) -> str:
    """What leaves the shelves, of how much, and what comes in."""
    figures = alert.figures
    stock, out, days = figures.get("stock", 0.0), figures.get("out", alert.value), round(figures.get("days", 1))
    home = figures.get("withdrawn", 0.0) >= out > 0  # his usual figure is of all that leaves, by whomever
    said = f"{_span(days)} {'клиент забирает себе' if home else 'забронировано и вывезено'} {pieces(out)}"
    if stock >= out > 0:
        said += f" из {whole(round(stock))} на складе ({percent(out / stock)})"
    elif stock > 0:
        said += f": больше, чем на складе ({whole(round(stock))})"
    if home and alert.baseline >= 1:
        said += f"; обычно за это время со склада уходит {decimal(alert.baseline)}"
    elif not home and 0 < alert.baseline < out:
        said += f"; обычно {decimal(alert.baseline) if alert.baseline >= 1 else 'почти ничего'}"
    told = [name for name in _BULK_PARTS if figures.get(name, 0.0) > 0 and not (home and name == "withdrawn")]
    parts = [_BULK_PARTS[name](figures) for name in told]
    if figures.get("inbound", 1.0) + figures.get("announced", 0.0) + figures.get("overdue", 0.0) <= 0:
        parts.append("Поставок нет и не ожидается")
    return " ".join(map(_sentence, (said, *parts)))


_BULK_PARTS: Mapping[str, Callable[[Mapping[str, float]], str]] = {
    "withdrawn": lambda f: f"Из них клиент забирает себе {pieces(f['withdrawn'])}",
    "gone": lambda f: f"Закончилось: {count(round(f['gone']), ARTICLES)} из {whole(round(f.get('skus', f['gone'])))}",
    "days_to_zero": lambda f: (
        f"Остатка хватит на {measure(f['days_to_zero'], DAYS)}"
        if f["days_to_zero"] >= 1
        else "Остатка хватит меньше чем на день"
    ),
    "inbound": lambda f: f"Пришло {pieces(f['inbound'])}",
    "announced": lambda f: f"Ожидается поставка: {pieces(f['announced'])}",
    "overdue": lambda f: f"Объявленная поставка не пришла в обычный срок: {pieces(f['overdue'])}",
    "doubtful": lambda _: "Остаток, который прислал склад, не сходится с движением товара: цифры могут быть неточными",
    "estimated": lambda _: "Остаток посчитан по движению товара: сам склад остатков не прислал",
}


def broken(alert: Alert) -> str:
    """What was taken back of what was reserved."""
    figures = alert.figures
    reserved, documents = figures.get("reserved", 0.0), round(figures.get("documents", 0))
    said = booked(0, 0, documents, alert.value) or f"снято с брони {pieces(alert.value)}"
    said = f"{_span(round(figures.get('days', 1)))} {said}"
    if reserved >= alert.value > 0:
        said += f" из {whole(round(reserved))} забронированных ({percent(alert.value / reserved)})"
    elif reserved > 0:  # orders of before are taken back as well
        said += f": больше, чем забронировано за это время ({whole(round(reserved))})"
    usual = figures.get("usual_share")
    return f"{said}; обычно снимает {percent(usual / 100)}." if usual else f"{said}; раньше почти не снимал."


def _span(days: int) -> str:
    return "За день" if days <= 1 else f"За {count(days, DAYS)}"
