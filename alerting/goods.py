"""What alerts about goods say: reservations, volume, stock. Figures by the names that the signals give them."""

from collections.abc import Callable, Mapping

from processors.russian.plural import (
    ARTICLES,
    DAYS,
    DOCUMENTS,
    PIECES,
    RESERVATIONS,
    choose,
    count,
    decimal,
    measure,
    percent,
    times,
    whole,
)
from schemas.alerts import Alert

RARE = 2.0
"""Orders a day below which a week is told instead."""


def spike(alert: Alert) -> str:
    """Reservations, or pieces, of a day."""
    pieces = alert.unit == "pieces"
    amount = count(round(alert.value), PIECES if pieces else RESERVATIONS)
    amount += " в брони за день" if pieces else " за день"
    usual = decimal(alert.baseline)
    if usual == "0":
        return f"{amount}, хотя обычно броней почти нет."
    normal = choose(round(alert.baseline), ("обычной", "обычных", "обычных")) if "," not in usual else "обычных"
    fleet = alert.figures.get("fleet", 1.0)
    others = f" У остальных клиентов сегодня тоже больше обычного: в {times(fleet)}." if fleet >= 1.2 else ""
    return f"{amount} при {normal} {usual}: в {times(alert.value / alert.baseline)} больше нормы клиента.{others}"


def decline(alert: Alert) -> str:
    """Orders of four weeks against those before."""
    ratio = alert.figures.get("ratio", alert.value / alert.baseline if alert.baseline else 0.0)
    days, span = (7, "неделю") if alert.baseline < RARE else (1, "день")  # "0,2 брони в день" says nothing
    said = (
        f"За 28 дней в среднем {measure(days * alert.value, RESERVATIONS)} в {span}, "
        f"до этого было {decimal(days * alert.baseline)}: осталось {percent(ratio)}."
    )
    fleet = alert.figures.get("fleet", 0.0)
    return f"{said} У остальных клиентов за то же время {percent(fleet)}." if fleet > 0 else said


def bulk_pick(alert: Alert) -> str:
    """What leaves the shelves, of how much, and what comes in."""
    figures = alert.figures
    stock, out, days = figures.get("stock", 0.0), figures.get("out", alert.value), round(figures.get("days", 1))
    said = f"{_span(days)} забронировано и вывезено {count(round(out), PIECES)}"
    if stock >= out > 0:
        said += f" из {whole(round(stock))} на складе ({percent(out / stock)})"
    elif stock > 0:
        said += f": больше, чем на складе ({whole(round(stock))})"
    said += f"; обычно {decimal(alert.baseline)}." if alert.baseline > 0 else "."
    for name, words in _BULK_PARTS.items():
        if figures.get(name, 0.0) > 0:
            said += " " + words(figures)
    if figures.get("inbound", 1.0) + figures.get("announced", 0.0) <= 0:
        said += " Поставок нет и не ожидается."
    return said


_BULK_PARTS: Mapping[str, Callable[[Mapping[str, float]], str]] = {
    "withdrawn": lambda f: f"Клиент забирает себе {count(round(f['withdrawn']), PIECES)}.",
    "gone": lambda f: f"Закончились {count(round(f['gone']), ARTICLES)} из {whole(round(f.get('skus', f['gone'])))}.",
    "days_to_zero": lambda f: f"Остатка хватит на {measure(max(f['days_to_zero'], 0.1), DAYS)}.",
    "inbound": lambda f: f"Пришло {count(round(f['inbound']), PIECES)}.",
    "announced": lambda f: f"Ожидается поставка: {count(round(f['announced']), PIECES)}.",
    "doubtful": lambda _: "Остаток в WMS не сходится с движением товара: цифры могут быть неточными.",
    "estimated": lambda _: "Остаток посчитан по движению товара: снимка остатков от WMS нет.",
}


def broken(alert: Alert) -> str:
    """What was taken back of what was reserved."""
    figures = alert.figures
    reserved, documents = figures.get("reserved", 0.0), round(figures.get("documents", 0))
    said = f"{_span(round(figures.get('days', 1)))} снято с брони {count(round(alert.value), PIECES)}"
    if reserved > 0:
        said += f" из {whole(round(reserved))} ({percent(min(1.0, alert.value / reserved))})"
    if documents > 1:
        said += f", всего {count(documents, DOCUMENTS)}"
    usual = figures.get("usual_share")
    return f"{said}; обычно снимает {percent(usual / 100)}." if usual else f"{said}; раньше почти не снимал."


def _span(days: int) -> str:
    return "За день" if days <= 1 else f"За {count(days, DAYS)}"
