"""What each rule's alert says: its title, a few figures against the client's own normal, the next step.

Figures come by the names that the signals give them (`schemas.alerts.Signal.figures`); what is not there is not said.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from processors.russian.dates import date
from processors.russian.plural import (
    ARTICLES,
    COMPLAINTS,
    DAYS,
    DOCUMENTS,
    HOURS,
    OUR_MESSAGES,
    PIECES,
    REMARKS,
    RESERVATIONS,
    TALKS,
    TIMES,
    WORKING_DAYS,
    Forms,
    choose,
    count,
    decimal,
    measure,
    percent,
    times,
    whole,
)
from schemas.alerts import Alert, Rule

RARE = 2.0
"""Orders a day below which a week is told instead."""


class Text(NamedTuple):
    """`what` makes the sentences of an alert; they end with a full stop and need no markup."""

    title: str
    what: Callable[[Alert], str]
    step: str


def title(alert: Alert) -> str:
    """What the alert is about, as it stands behind the client's number."""
    if alert.rule == "combined_risk" and alert.severity == "critical":
        return "высокий риск ухода"
    return TEXTS[alert.rule].title


def _spike(alert: Alert) -> str:
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


def _silence(what: str, last: str) -> Callable[[Alert], str]:
    def text(alert: Alert) -> str:
        figures = alert.figures
        since = f" ({last} {date(alert.evidence[-1].ts)})" if alert.evidence else ""
        rare = figures.get("days") == alert.value  # of a rare buyer all days count
        said = f"{what} уже {count(round(alert.value), DAYS if rare else WORKING_DAYS)}{since}."
        usual, longest = figures.get("usual_gap", alert.baseline), figures.get("longest_gap", 0.0)
        if usual > 0:
            said += f" Обычный перерыв — {measure(usual, DAYS)}"
            said += f", самый долгий — {measure(longest, DAYS)}." if longest > usual else "."
        return said

    return text


def _reply(alert: Alert) -> str:
    figures = alert.figures
    days, messages = round(figures.get("days", alert.value)), round(figures.get("messages", 0))
    said = f"Клиент не отвечает уже {count(days, DAYS)}"
    said += f": без ответа {count(messages, OUR_MESSAGES)}." if messages else "."
    hours = figures.get("usual_hours", 0.0)
    if hours >= 48:
        said += f" Обычно отвечает за {measure(hours / 24, DAYS)}."
    elif hours > 0:
        said += f" Обычно отвечает за {measure(hours, HOURS) if hours >= 1 else 'час'}."
    return said


def _decline(alert: Alert) -> str:
    ratio = alert.figures.get("ratio", alert.value / alert.baseline if alert.baseline else 0.0)
    days, span = (7, "неделю") if alert.baseline < RARE else (1, "день")  # "0,2 брони в день" says nothing
    said = (
        f"За 28 дней в среднем {measure(days * alert.value, RESERVATIONS)} в {span}, "
        f"до этого было {decimal(days * alert.baseline)}: осталось {percent(ratio)}."
    )
    fleet = alert.figures.get("fleet", 0.0)
    return f"{said} У остальных клиентов за то же время {percent(fleet)}." if fleet > 0 else said


def _bulk(alert: Alert) -> str:
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


def _broken(alert: Alert) -> str:
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


def _words(forms: Forms, about: str) -> Callable[[Alert], str]:
    def text(alert: Alert) -> str:
        places = {"message": "в переписке", "mail": "в письмах", "meeting": "на встрече", "call": "по телефону"}
        where = " и ".join(dict.fromkeys(places[e.kind] for e in alert.evidence if e.kind in places))
        said = f"{count(max(1, len(alert.evidence)), forms)}{about}{' ' + where if where else ''}."
        if alert.figures.get("conditional", 0.0) > 0:
            said += " Сказано с условием: возможно, ещё не решено."
        return said

    return text


def _payment(alert: Alert) -> str:
    talks, days = round(alert.figures.get("talks", 0)), round(alert.figures.get("days", 30))
    if talks < 2:
        return "Клиент недоволен ценой или не хочет платить."
    return f"Об оплате и тарифе спорили {count(talks, TIMES)} за {count(days, DAYS)}."


def _tone(alert: Alert) -> str:
    bad = round(alert.figures.get("bad", 2))
    return f"{count(bad, TALKS)} подряд с плохим настроением (оценка модели)."


def _combined(alert: Alert) -> str:
    points, before = round(alert.value), round(alert.baseline)
    said = f"Риск {points} из 100, было {before}." if 0 < before < points else f"Риск {points} из 100."
    parts = sorted(((alert.figures[rule], rule) for rule in TEXTS if alert.figures.get(rule, 0) >= 1), reverse=True)
    if parts:
        said += " Главное: " + ", ".join(f"{TEXTS[rule].title} ({round(share)})" for share, rule in parts) + "."
    return said


_CALL = "свяжитесь с клиентом сегодня, выясните причину и предложите решение."

TEXTS: Mapping[Rule, Text] = {
    "reservation_spike": Text(
        "резкий рост броней",
        _spike,
        "уточните у клиента, с чем связан рост: распродажа, новая площадка или вывоз товара.",
    ),
    "order_silence": Text(
        "нет заказов",
        _silence("Заказов нет", "последний был"),
        "позвоните клиенту: узнайте, всё ли в порядке и когда ждать заказы.",
    ),
    "chat_silence": Text(
        "перестал писать",
        _silence("Клиент не пишет", "последнее сообщение"),
        "напишите клиенту первым: спросите, как идут дела и чем помочь.",
    ),
    "call_silence": Text(
        "перестал звонить",
        _silence("Звонков нет", "последний был"),
        "позвоните клиенту сами.",
    ),
    "meeting_silence": Text(
        "нет встреч",
        _silence("Встреч нет", "последняя была"),
        "предложите клиенту встречу.",
    ),
    "reply_silence": Text(
        "не отвечает",
        _reply,
        "позвоните клиенту: в переписке он не отвечает.",
    ),
    "volume_decline": Text(
        "заказов всё меньше",
        _decline,
        "спросите, что изменилось: сезон, другая площадка или другой склад.",
    ),
    "bulk_pick": Text(
        "забирает товар со склада",
        _bulk,
        "свяжитесь с клиентом сегодня: это поставка на площадку или вывоз товара?",
    ),
    "broken_reservations": Text(
        "снимает брони",
        _broken,
        "спросите, почему брони сняты: ошибка, перенос или отказ от услуг.",
    ),
    "payment_conflict": Text(
        "спор об оплате",
        _payment,
        "обсудите условия с руководителем и ответьте клиенту сегодня.",
    ),
    "leaving_phrase": Text("говорит об уходе", _words(REMARKS, " об уходе"), _CALL),
    "competitor_phrase": Text(
        "говорит о конкурентах",
        _words(REMARKS, " о конкурентах"),
        "узнайте, что предлагает конкурент и чего клиенту не хватает у нас.",
    ),
    "complaint_phrase": Text(
        "жалуется",
        _words(COMPLAINTS, ""),
        "разберитесь в причине и расскажите клиенту, что будет сделано и когда.",
    ),
    "loss_phrase": Text(
        "говорит о потерях товара",
        _words(REMARKS, " о потерях или недостаче"),
        "проверьте остатки и движение товара, сообщите клиенту результат.",
    ),
    "legal_phrase": Text(
        "грозит претензией или судом",
        _words(REMARKS, " о претензии или суде"),
        "сообщите руководителю и свяжитесь с клиентом сегодня.",
    ),
    "tone": Text(
        "настроение стало хуже",
        _tone,
        "прочитайте последние разговоры и позвоните клиенту.",
    ),
    "combined_risk": Text("риск ухода", _combined, _CALL),
}
"""Every rule of `schemas.alerts`; a test asks for each of them."""
