"""What each rule's alert says: its title, a few figures against the client's own normal, the next step.

Figures come by the names that the signals give them (`schemas.alerts.Signal.figures`); what is not there is not said.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from alerting import goods
from alerting.clients import linked, message_at
from processors.russian.dates import date, moment
from processors.russian.plural import (
    DAYS,
    HOURS,
    OUR_MESSAGES,
    TALKS,
    TIMES,
    WORKING_DAYS,
    count,
    decimal,
    measure,
)
from schemas.alerts import Alert, Evidence, Rule


class Text(NamedTuple):
    """`what` makes the sentences of an alert, none where its quotes say it all, in Telegram's HTML."""

    title: str
    what: Callable[[Alert], str]
    step: str


def title(alert: Alert) -> str:
    """What the alert is about, as it stands behind the client's number."""
    if alert.rule == "combined_risk" and alert.severity == "critical":
        return "высокий риск ухода"
    return TEXTS[alert.rule].title


def _silence(last: str) -> Callable[[Alert], str]:
    """`last`: what came last, with its verb."""

    def text(alert: Alert) -> str:
        figures = alert.figures
        rare = figures.get("days") == alert.value  # of a rare buyer all days count
        ago = count(round(alert.value), DAYS if rare else WORKING_DAYS)
        said = f"{last} {_seen(alert.evidence[-1])}, с тех пор {ago}." if alert.evidence else f"Тишина уже {ago}."
        usual, longest = figures.get("usual_gap", alert.baseline), figures.get("longest_gap", 0.0)
        if usual > 0:
            said += f" Обычный перерыв — {measure(usual, DAYS)}"
            said += f", самый долгий — {measure(longest, DAYS)}." if longest > usual else "."
        return said

    return text


def _seen(evidence: Evidence) -> str:
    """When, as a link where the message can be opened; of what was imported only the day is known."""
    return linked(moment(evidence.ts) if evidence.event_id else date(evidence.ts), message_at(evidence.ref))


def _reply(alert: Alert) -> str:
    figures = alert.figures
    days, messages = round(figures.get("days", alert.value)), round(figures.get("messages", 0))
    said = f"Без ответа {count(messages, OUR_MESSAGES)}" if messages else "Ответа нет"
    if messages and alert.evidence:
        said += f" ({'первое ' if messages > 1 else ''}{_seen(alert.evidence[-1])})"
    said += f", ждём {count(days, DAYS)}."
    hours = figures.get("usual_hours")
    if hours is None:
        return said
    if hours >= 48:
        usual = f"за {measure(hours / 24, DAYS)}"
    else:  # who answers in two minutes has 0.0
        usual = f"за {measure(hours, HOURS)}" if hours >= 1 else "быстрее чем за час"
    return f"{said} Обычно отвечает {usual}."


def _words(alert: Alert) -> str:
    """The words speak for themselves; here is what makes them less than certain."""
    if alert.figures.get("conditional", 0.0) > 0:
        return "Сказано с условием: возможно, ещё не решено."
    return "Так эти слова поняла модель: проверьте, что имелось в виду." if alert.figures.get("model") else ""


def _payment(alert: Alert) -> str:
    talks, days = round(alert.figures.get("talks", 0)), round(alert.figures.get("days", 30))
    if talks < 2:
        return _words(alert)
    return f"Об оплате и тарифе спорили {count(talks, TIMES)} за {count(days, DAYS)}."


def _tone(alert: Alert) -> str:
    bad = round(alert.figures.get("bad", 2))
    return f"{count(bad, TALKS)} подряд с плохим настроением (оценка модели)."


def _combined(alert: Alert) -> str:
    points, before = round(alert.value), round(alert.baseline)
    said = f"Риск {points} из 100, было {before}." if 0 < before < points else f"Риск {points} из 100."
    parts = sorted(((alert.figures[rule], rule) for rule in TEXTS if alert.figures.get(rule, 0) >= 1), reverse=True)
    if parts:
        said += " Главное: " + "; ".join(f"{_part(alert, rule)} ({round(share)})" for share, rule in parts) + "."
    return said


def _part(alert: Alert, rule: Rule) -> str:
    """One of its signs, with its figure: nobody is told of it by another message."""
    title, unit, value = TEXTS[rule].title, UNITS.get(rule), alert.figures.get(f"{rule}_value")
    if unit is None or value is None:
        return title
    usual = decimal(alert.figures.get(f"{rule}_usual", 0.0))
    return f"{title} — {decimal(value)}\u00a0{unit}" + (f", обычно {usual}" if usual != "0" else "")


UNITS: Mapping[Rule, str] = {
    "order_silence": "дн.",
    "chat_silence": "дн.",
    "call_silence": "дн.",
    "meeting_silence": "дн.",
    "reply_silence": "дн.",
    "volume_decline": "в\u00a0день",
    "bulk_pick": "шт.",
    "broken_reservations": "шт.",
}
"""Of what a sign is measured in, as it stands behind a figure; days of a silence are working days, or all of a rare
buyer."""


_CALL = "свяжитесь с клиентом сегодня, выясните причину и предложите решение."

TEXTS: Mapping[Rule, Text] = {
    "reservation_spike": Text(
        "резкий рост броней",
        goods.spike,
        "уточните у клиента, с чем связан рост: распродажа, новая площадка или вывоз товара.",
    ),
    "order_silence": Text(
        "нет заказов",
        _silence("Последний заказ был"),
        "позвоните клиенту: узнайте, всё ли в порядке и когда ждать заказы.",
    ),
    "chat_silence": Text(
        "перестал писать",
        _silence("Последнее сообщение было"),
        "напишите клиенту первым: спросите, как идут дела и чем помочь.",
    ),
    "call_silence": Text(
        "перестал звонить",
        _silence("Последний звонок был"),
        "позвоните клиенту сами.",
    ),
    "meeting_silence": Text(
        "нет встреч",
        _silence("Последняя встреча была"),
        "предложите клиенту встречу.",
    ),
    "reply_silence": Text(
        "не отвечает",
        _reply,
        "позвоните клиенту: в переписке он не отвечает.",
    ),
    "volume_decline": Text(
        "заказов всё меньше",
        goods.decline,
        "спросите, что изменилось: сезон, другая площадка или другой склад.",
    ),
    "bulk_pick": Text(
        "забирает товар со склада",
        goods.bulk_pick,
        "свяжитесь с клиентом сегодня: это поставка на площадку или вывоз товара?",
    ),
    "broken_reservations": Text(
        "снимает брони",
        goods.broken,
        "спросите, почему брони сняты: ошибка, перенос или отказ от услуг.",
    ),
    "payment_conflict": Text(
        "спор об оплате",
        _payment,
        "обсудите условия с руководителем и ответьте клиенту сегодня.",
    ),
    "leaving_phrase": Text("говорит об уходе", _words, _CALL),
    "competitor_phrase": Text(
        "говорит о конкурентах",
        _words,
        "узнайте, что предлагает конкурент и чего клиенту не хватает у нас.",
    ),
    "complaint_phrase": Text(
        "жалуется",
        _words,
        "разберитесь в причине и расскажите клиенту, что будет сделано и когда.",
    ),
    "loss_phrase": Text(
        "говорит о потерях товара",
        _words,
        "проверьте остатки и движение товара, сообщите клиенту результат.",
    ),
    "legal_phrase": Text(
        "грозит претензией или судом",
        _words,
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
