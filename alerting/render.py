"""An alert as a curator reads it: what happened, how much against the client's own normal, since when, the evidence,
what to do, and the buttons. Pure. Telegram's HTML; Moscow time.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from processors.russian.dates import clock, date, place
from processors.russian.plural import PIECES, REMARKS, RESERVATIONS, choose, count, decimal, times
from schemas.alerts import Alert, Evidence, Rule, Severity
from schemas.callback import Action, encode

LONGEST = 4096
"""Characters of a message after its entities are parsed (Bot API, sendMessage)."""

LONGEST_QUOTE, LONGEST_NAME, MOST_EVIDENCE = 300, 64, 5
"""Keep the whole text under `LONGEST` even where Telegram counts a character as two UTF-16 units."""

REPEATED = "⚠️ Повтор: возможно, вы уже видели это сообщение"
"""Stands over a message whose first sending had no certain end (see `alerting.outbox`)."""


@dataclass(frozen=True, slots=True)
class Button:
    """What it says, and what comes back when it is pressed (1–64 bytes)."""

    text: str
    callback: str


Buttons = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text in Telegram's HTML and rows of buttons."""

    text: str
    buttons: Buttons = ()


def render(alert: Alert) -> Rendered:
    """The message of an alert in its present state."""
    what, step = _RULES.get(alert.rule, _OTHER)
    lines = [f"{_MARKS[alert.severity]} <b>Клиент {alert.lead_id}: {_TITLES.get(alert.rule, 'риск')}</b>"]
    lines.append(what(alert))
    lines.append(f"Замечено {_moment(alert.opened_at)} (мск)")
    if alert.evidence:
        lines += ["", "Основание:"]
        lines += [_evidence(evidence) for evidence in alert.evidence[-MOST_EVIDENCE:]]
    if alert.status != "resolved":
        lines += ["", f"Что сделать: {step}"]
    status = _status(alert)
    if status:
        lines += ["", status]
    return Rendered("\n".join(lines), _buttons(alert))


def gist(alert: Alert) -> str:
    """The alert in the daily report: whose, what, how much, and the latest words."""
    what, _ = _RULES.get(alert.rule, _OTHER)
    said = [clean(evidence.text, LONGEST_QUOTE) for evidence in alert.evidence if evidence.kind != "reservation"]
    quote = f" «{said[-1]}»" if said and said[-1] else ""
    return f"{_MARKS[alert.severity]} Клиент {alert.lead_id}: {_TITLES.get(alert.rule, 'риск')}. {what(alert)}{quote}"


def answer(action: str) -> str:
    """What the person who pressed a button sees for a moment."""
    return ANSWERS.get(action, "Готово")


def clean(text: str, longest: int) -> str:
    """Foreign text on one line: no control or direction characters, cut, escaped."""
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    if len(line) > longest:
        line = line[: longest - 1].rstrip() + "…"
    return html.escape(line, quote=False)


def plain(text: str) -> str:
    """A message's text as Telegram shows it."""
    return html.unescape(re.sub(r"<[^<>]*>", "", text))


_MARKS: dict[Severity, str] = {"info": "🔵", "warning": "🟡", "critical": "🔴"}

_TITLES: dict[Rule, str] = {
    "reservation_spike": "резкий рост броней",
    "leaving_phrase": "говорит об уходе",
}

_KINDS = {"message": "сообщение", "meeting": "встреча", "reservation": "бронь"}

ANSWERS = {
    "seen": "Принято",
    "snooze_1d": "Отложено на день",
    "snooze_7d": "Отложено на неделю",
    "false_alarm": "Отмечено: ложная тревога",
    "confirmed": "Отмечено: риск подтверждён",
}


def _spike(alert: Alert) -> str:
    forms = PIECES if alert.unit == "pieces" else RESERVATIONS
    amount = count(round(alert.value), forms)
    amount += " в брони за день" if alert.unit == "pieces" else " за день"
    usual = decimal(alert.baseline)
    if usual == "0":
        return f"{amount}, хотя обычно броней почти нет."
    normal = choose(round(alert.baseline), ("обычной", "обычных", "обычных")) if "," not in usual else "обычных"
    more = alert.value / alert.baseline
    return f"{amount} при {normal} {usual}: в {times(more)} больше нормы клиента."


def _leaving(alert: Alert) -> str:
    where = {"message": "в переписке", "meeting": "на встрече"}
    places = " и ".join(dict.fromkeys(where[e.kind] for e in alert.evidence if e.kind in where))
    return f"{count(max(1, len(alert.evidence)), REMARKS)} об уходе{' ' + places if places else ''}."


_RULES: dict[Rule, tuple[Callable[[Alert], str], str]] = {
    "reservation_spike": (
        _spike,
        "уточните у клиента, с чем связан рост: распродажа, новая площадка или вывоз товара.",
    ),
    "leaving_phrase": (
        _leaving,
        "свяжитесь с клиентом сегодня, выясните причину и предложите решение.",
    ),
}


_OTHER: tuple[Callable[[Alert], str], str] = (lambda _: "", "свяжитесь с клиентом.")


def _evidence(evidence: Evidence) -> str:
    kind = _KINDS.get(evidence.kind, "событие")
    text = clean(evidence.text, LONGEST_QUOTE)
    if evidence.at_ms is not None:
        head = f"{kind} {date(evidence.ts)}, {place(evidence.at_ms)}"
    else:
        head = f"{kind} {_moment(evidence.ts)}"
    if not text:
        return f"• {head}"
    return f"• {head}: {text}" if evidence.kind == "reservation" else f"• {head}: «{text}»"


def _status(alert: Alert) -> str:
    who = clean(alert.acknowledged_by, LONGEST_NAME) or "куратор"
    if alert.press is not None:  # only then is `updated_at` the time of the press
        who += f", {_moment(alert.updated_at)}"
    match alert.status:
        case "snoozed":
            return f"⏸ Отложено до {_moment(alert.snoozed_until)}: {who}"
        case "resolved" if alert.verdict == "false_alarm":
            return f"✖️ Ложная тревога: {who}"
        case "resolved":
            return f"☑️ Закрыто {_moment(alert.updated_at)}: две недели без изменений"
        case "acknowledged" if alert.verdict == "confirmed":
            return f"❗️ Риск подтверждён: {who}"
        case "acknowledged":
            return f"✅ Принято: {who}"
        case _:
            return ""


def _buttons(alert: Alert) -> Buttons:
    """What still makes sense in this state; a closed alert has none."""
    if alert.status == "resolved":
        return ()
    gone: set[Action] = set()
    if alert.status == "acknowledged":
        gone = {"seen", "confirmed"} if alert.verdict == "confirmed" else {"seen"}
    elif alert.status == "snoozed":
        gone = {"snooze_1d", "snooze_7d"}
    rows = [
        tuple(Button(text, encode(alert.lead_id, alert.alert_id, action)) for action, text in row if action not in gone)
        for row in _LAYOUT
    ]
    return tuple(row for row in rows if row)


_LAYOUT: tuple[tuple[tuple[Action, str], ...], ...] = (
    (("seen", "Принято"),),
    (("snooze_1d", "Отложить на день"), ("snooze_7d", "Отложить на неделю")),
    (("false_alarm", "Ложная тревога"), ("confirmed", "Подтверждаю риск")),
)


def _moment(ts: int) -> str:
    return f"{date(ts)} в\u00a0{clock(ts)}"
