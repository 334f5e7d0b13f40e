"""An alert as a curator reads it: whose, what he said and who said it, how much against the client's own normal, the
last documents, since when, what to do, and the buttons. Pure. Telegram's HTML.
"""

from dataclasses import dataclass, replace

from alerting.clients import LONGEST_NAME, Client
from alerting.foreign import cut, telegram
from alerting.shown import documents, quotes, said
from alerting.texts import TEXTS, title
from processors.russian.dates import moment, whose_clock
from schemas.alerts import Alert, Severity
from schemas.callback import Action, encode

LONGEST = 4096
"""UTF-16 units of a message after its entities are parsed (Bot API, sendMessage)."""

REPEATED = "⚠️ Повтор: возможно, вы уже видели это сообщение"
"""Stands over a message whose first sending had no certain end (see `alerting.outbox`)."""


@dataclass(frozen=True, slots=True)
class Button:
    """What it says, and what comes back when it is pressed (1–64 bytes), or the address that it opens."""

    text: str
    callback: str = ""
    url: str = ""


Buttons = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text in Telegram's HTML and rows of buttons."""

    text: str
    buttons: Buttons = ()


def render(alert: Alert, client: Client) -> Rendered:
    """The message of an alert in its present state."""
    lines = [f"{MARKS[alert.severity]} <b>{client.title()}: {title(alert)}</b>"]
    lines += said(alert, client)
    lines += filter(None, [TEXTS[alert.rule].what(alert)])
    lines += documents(alert)
    lines.append(_noticed(alert))
    if alert.status != "resolved":
        lines += ["", f"Что сделать: {TEXTS[alert.rule].step}"]
    status = status_of(alert)
    if status:
        lines += ["", status]
    return Rendered("\n".join(lines), _buttons(alert))


def render_for_head(alert: Alert, client: Client) -> Rendered:
    """The same for the head of curators, once nobody has looked at it for a day."""
    message = render(alert, client)
    waited = f" с {moment(alert.told.at)}" if alert.told is not None else ""
    head = f"⏫ Срочная тревога осталась без ответа куратора{waited}"
    return replace(message, text=f"{head}\n\n{message.text}")


def gist(alert: Alert, client: Client, since: str) -> str:
    """The alert as one line of a list, without whose it is: what, since when, who said what last, how much."""
    heard = quotes(alert, client)
    more = f" и\u00a0ещё {len(heard) - 1}" if len(heard) > 1 else ""
    quote = f"{heard[0]}{more}." if heard else ""
    return " ".join(filter(None, [f"{title(alert)} ({since}).", quote, TEXTS[alert.rule].what(alert)]))


def why_silent(alert: Alert) -> str:
    """Why nobody was rung, or not yet, and who was told instead; empty where there is nothing to explain."""
    match alert.held:
        case "night":
            return f"ночь, оповестим {moment(alert.ring_at)}" if alert.ring_at else "была ночь"
        case "shadow":
            return "источник новый, пока только в отчёте"
        case "muted":
            return (
                f"оповещения по клиенту отключены до {moment(alert.ring_at)}"
                if alert.ring_at
                else "оповещения отключены"
            )
        case "left":
            return "клиент ушёл"
        case "budget":
            return "у куратора за неделю уже много оповещений"
        case "grouped":
            return "так сразу у многих клиентов, есть общее сообщение"
        case "within":
            return "сказано в общей тревоге по клиенту"
        case "cooling":
            return f"уже оповещали, повтор не раньше {moment(alert.ring_at)}" if alert.ring_at else "уже оповещали"
        case "info":
            return "к сведению"
        case "gathering":
            return f"смотрим, у многих ли так; оповестим {moment(alert.ring_at)}" if alert.ring_at else "уже прошло"
        case "doubted":
            return "по ответам кураторов этот признак часто ошибается"
        case _:
            return ""


def answer(action: str) -> str:
    """What the person who pressed a button sees for a moment."""
    return ANSWERS.get(action, "Готово")


MARKS: dict[Severity, str] = {"info": "🔵", "warning": "🟡", "critical": "🔴"}

ANSWERS = {
    "seen": "Принято",
    "snooze_1d": "Отложено на день",
    "snooze_7d": "Отложено на неделю",
    "false_alarm": "Отмечено: ложная тревога",
    "confirmed": "Отмечено: риск подтверждён",
}


def _noticed(alert: Alert) -> str:
    """When, and when last where what is shown came later."""
    first, last = moment(alert.opened_at), moment(max((each.ts for each in alert.evidence), default=0))
    later = any(each.ts > alert.opened_at for each in alert.evidence) and first != last
    words = f"Замечено {first}, последний раз {last}" if later and not alert.moved else f"Замечено {first}"
    return f"{words} ({whose_clock()})"


def status_of(alert: Alert) -> str:
    """What became of it, by whom; empty while nothing did."""
    who = telegram(cut(alert.acknowledged_by, LONGEST_NAME)) or "куратор"
    if alert.press is not None:  # only then is `updated_at` the time of the press
        who += f", {moment(alert.updated_at)}"
    match alert.status:
        case "snoozed":
            return f"⏸ Отложено до {moment(alert.snoozed_until)}: {who}"
        case "resolved" if alert.verdict == "false_alarm":
            return f"✖️ Ложная тревога: {who}"
        case "resolved" if alert.moved:
            return f"☑️ Закрыто {moment(alert.updated_at)}: повод удалён или относится к другому клиенту"
        case "resolved" if alert.cleared:
            return f"☑️ Закрыто {moment(alert.updated_at)}: показатели снова в норме"
        case "resolved":
            return f"☑️ Закрыто {moment(alert.updated_at)}: две недели без изменений"
        case "acknowledged" if alert.verdict == "confirmed":
            return f"❗️ Риск подтверждён: {who}"
        case "acknowledged":
            return f"✅ Принято: {who}"
        case _:
            return ""


def choices(alert: Alert) -> tuple[tuple[tuple[Action, str], ...], ...]:
    """What a person may still say of it, in rows; nothing of a closed alert."""
    if alert.status == "resolved":
        return ()
    gone: set[Action] = set()
    if alert.status == "acknowledged":
        gone = {"seen", "confirmed"} if alert.verdict == "confirmed" else {"seen"}
    elif alert.status == "snoozed":
        gone = {"snooze_1d", "snooze_7d"}
    rows = [tuple((action, text) for action, text in row if action not in gone) for row in _LAYOUT]
    return tuple(row for row in rows if row)


def _buttons(alert: Alert) -> Buttons:
    return tuple(
        tuple(Button(text, encode(alert.lead_id, alert.alert_id, action)) for action, text in row)
        for row in choices(alert)
    )


_LAYOUT: tuple[tuple[tuple[Action, str], ...], ...] = (
    (("seen", "Принято"),),
    (("snooze_1d", "Отложить на день"), ("snooze_7d", "Отложить на неделю")),
    (("false_alarm", "Ложная тревога"), ("confirmed", "Подтверждаю риск")),
)
