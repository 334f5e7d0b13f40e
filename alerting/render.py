"""An alert as a curator reads it: what happened, how much against the client's own normal, since when, the evidence,
what to do, and the buttons. Pure. Telegram's HTML; Moscow time.
"""

import html
import re
from dataclasses import dataclass, replace

from alerting.texts import TEXTS, title
from processors.russian.dates import clock, date, place
from schemas.alerts import Alert, Evidence, Severity
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
    lines = [f"{_MARKS[alert.severity]} <b>Клиент {alert.lead_id}: {title(alert)}</b>"]
    lines.append(TEXTS[alert.rule].what(alert))
    lines.append(f"Замечено {_moment(alert.opened_at)} (мск)")
    shown = [evidence for evidence in alert.evidence if evidence.text or evidence.kind in _KINDS][-MOST_EVIDENCE:]
    if shown:
        lines += ["", "Основание:", *map(_evidence, shown)]
    if alert.status != "resolved":
        lines += ["", f"Что сделать: {TEXTS[alert.rule].step}"]
    status = _status(alert)
    if status:
        lines += ["", status]
    return Rendered("\n".join(lines), _buttons(alert))


def render_for_head(alert: Alert) -> Rendered:
    """The same for the head of curators, once nobody has looked at it for a day."""
    message = render(alert)
    waited = f" с {_moment(alert.told.at)}" if alert.told is not None else ""
    head = f"⏫ Срочная тревога осталась без ответа куратора{waited}"
    return replace(message, text=f"{head}\n\n{message.text}")


def gist(alert: Alert) -> str:
    """The alert in the daily report: whose, what, how much, and the latest words."""
    said = [clean(evidence.text, LONGEST_QUOTE) for evidence in alert.evidence if evidence.kind in _SAID]
    quote = f" «{said[-1]}»" if said and said[-1] else ""
    return f"{_MARKS[alert.severity]} Клиент {alert.lead_id}: {title(alert)}. {TEXTS[alert.rule].what(alert)}{quote}"


def why_silent(alert: Alert) -> str:
    """Why nobody was rung, or not yet, and who was told instead; empty where there is nothing to explain."""
    match alert.held:
        case "night":
            return f"ночь, позвоним {_moment(alert.ring_at)}" if alert.ring_at else "была ночь"
        case "shadow":
            return "источник новый, пока только в отчёте"
        case "muted":
            return f"звонки по клиенту отключены до {_moment(alert.ring_at)}" if alert.ring_at else "звонки отключены"
        case "budget":
            return "у куратора за неделю уже много звонков"
        case "grouped":
            return "так сразу у многих клиентов, есть общее сообщение"
        case "within":
            return "сказано в общей тревоге по клиенту"
        case "cooling":
            return f"уже звонили, повтор не раньше {_moment(alert.ring_at)}" if alert.ring_at else "уже звонили"
        case "info":
            return "к сведению"
        case "gathering":
            return f"смотрим, у многих ли так; позвоним {_moment(alert.ring_at)}" if alert.ring_at else "уже прошло"
        case "doubted":
            return "по ответам кураторов этот признак часто ошибается"
        case _:
            return ""


def gist_line(alert: Alert, of: bool = False) -> str:
    """The alert as one line of a list: since when, what, how much. `of`: with the client's number."""
    whose = f"Клиент {alert.lead_id}: " if of else ""
    what = TEXTS[alert.rule].what(alert)
    return f"{_MARKS[alert.severity]} {whose}{title(alert)} (с {date(alert.opened_at)}). {what}"


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

_KINDS = {
    "message": "сообщение",
    "mail": "письмо",
    "chat": "переписка",
    "meeting": "встреча",
    "call": "звонок",
    "reservation": "бронь",
    "pick": "сборка",
    "shipment": "отгрузка",
    "inbound": "поставка",
    "stock": "остаток",
    "day": "день",
}
_SAID = ("message", "mail", "chat", "meeting", "call")
"""Kinds of evidence whose text is somebody's words."""

ANSWERS = {
    "seen": "Принято",
    "snooze_1d": "Отложено на день",
    "snooze_7d": "Отложено на неделю",
    "false_alarm": "Отмечено: ложная тревога",
    "confirmed": "Отмечено: риск подтверждён",
}


def _evidence(evidence: Evidence) -> str:
    kind = _KINDS.get(evidence.kind, "событие")
    text = clean(evidence.text, LONGEST_QUOTE)
    if evidence.at_ms is not None:
        head = f"{kind} {date(evidence.ts)}, {place(evidence.at_ms)}"
    else:
        head = f"{kind} {_moment(evidence.ts)}"
    if not text:
        return f"• {head}"
    if evidence.kind not in _SAID:
        return f"• {head}: {text}"
    who = clean(evidence.who, LONGEST_NAME)
    return f"• {head}{', ' + who if who else ''}: «{text}»"


def _status(alert: Alert) -> str:
    who = clean(alert.acknowledged_by, LONGEST_NAME) or "куратор"
    if alert.press is not None:  # only then is `updated_at` the time of the press
        who += f", {_moment(alert.updated_at)}"
    match alert.status:
        case "snoozed":
            return f"⏸ Отложено до {_moment(alert.snoozed_until)}: {who}"
        case "resolved" if alert.verdict == "false_alarm":
            return f"✖️ Ложная тревога: {who}"
        case "resolved" if alert.cleared:
            return f"☑️ Закрыто {_moment(alert.updated_at)}: показатели снова в норме"
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
