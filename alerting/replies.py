"""What the bot answers our people: a client's risk, who is at most risk, who is silent. Pure. Telegram's HTML."""

from collections.abc import Iterable
from operator import attrgetter

from alerting.clients import LONGEST_NAME, Client, Clients
from alerting.commands import PRESSES, heard, render_chosen
from alerting.cutting import units
from alerting.foreign import cut, telegram
from alerting.login import DENIED, SENT, render_login_answered
from alerting.names import named, render_named
from alerting.render import MARKS, Rendered, gist
from alerting.texts import TEXTS
from alerting.whose import render_answered
from processors.asked_chats import chat_asked_about
from processors.russian.dates import clock, date, whose_clock
from schemas.alerts import SEVERITIES, Alert
from schemas.bot import BotCommand, LeadRisk, Risks
from schemas.scores import Level, Score

HELP = """Что я умею:
/risk 12345 — риск клиента и из чего он сложился
/top — у кого риск самый высокий
/silent — кто молчит
/mute 12345 7 — не оповещать о клиенте 7 дней (0 — оповещать снова)
/link 12345 — в чате клиента: этот чат принадлежит клиенту 12345"""

_FAULTS = {
    ("risk", "no_lead"): "Укажите номер клиента, например: /risk 12345",
    ("link", "no_lead"): "Команда /link в чате клиента должна назвать его номер, например: /link 12345",
    ("link", "no_topic"): "Команда /link 12345 тема пишется в теме группы: здесь темы нет. Весь чат: /link 12345",
    ("mute", "no_lead"): "Укажите номер клиента и на сколько дней, например: /mute 12345 7",
    ("mute", "no_days"): "Укажите от 0 до 90 дней, например: /mute 12345 7",
}

UNKNOWN_NOW = "Не могу ответить: хранилище сейчас недоступно. Спросите ещё раз через несколько минут."

UNNAMED = "Имени этого клиента пока не сообщил ни один источник: проверьте номер."

_LEVELS: dict[Level, str] = {"green": "низкий", "yellow": "повышенный", "red": "высокий"}

_LAST = {
    "reservation": "заказ",
    "message": "сообщение клиента",
    "call": "звонок",
    "meeting_recorded": "встреча",
}
"""Kinds of events that tell when the client was last with us."""

LONGEST = 3800
"""UTF-16 units of an answer; what does not fit is counted."""


def fault(command: BotCommand) -> str:
    """What was wrong with the words of a command, or an empty text."""
    return _FAULTS.get((command.command, command.fault), HELP) if command.fault else ""


def muted(command: BotCommand, clients: Clients) -> str:
    """The answer to `/mute`, with the client's name: a wrong digit is another client, who would be silent instead."""
    client = clients(command.lead_id)
    unnamed = f"\n{UNNAMED}" if not client.name else ""
    if not command.until:
        return f"О клиенте {client.short()} снова оповещаю сразу.{unnamed}"
    until = f"{date(command.until)}, {clock(command.until)}"
    return (
        f"О клиенте {client.short()} не оповещаю до {until} ({whose_clock()}). Тревоги будут в отчёте. "
        f"Вернуть оповещения: /mute {command.lead_id} 0{unnamed}"
    )


def linked(command: BotCommand, clients: Clients) -> str:
    """The answer to `/link`; a lead that no source has named is not believed without a word."""
    client = clients(command.lead_id)
    title = telegram(_chat_named(command))
    what, is_linked = ("Тема в чате", "привязана") if command.topic else ("Чат", "привязан")
    chat = f"{what} {title}".rstrip()
    if command.fault == "taken":
        was = clients(command.before).short()
        return f"{chat} уже принадлежит клиенту {was}. Перепривязать: /link {command.lead_id} в самом чате."
    if command.fault == "unknown":
        return f"{chat} не {is_linked}: о лиде {command.lead_id} не знает ни один источник. Проверьте номер."
    if command.before == command.lead_id:
        return f"{chat} уже принадлежит этому клиенту: {client.short()}."
    lines = [f"{chat} {is_linked} к клиенту {client.short()}."]
    if command.before:
        was = clients(command.before).short()
        what = "Раньше она принадлежала" if command.topic else "Раньше он принадлежал"
        lines.append(f"{what} клиенту {was}; что там сказано, переходит в новую историю.")
    if not client.name:
        lines.append(UNNAMED)
    return "\n".join(lines)


def pressed(command: BotCommand, clients: Clients) -> str:
    """The short answer to who pressed a button (Bot API: up to 200 characters, no HTML)."""
    match command.command:
        case "login_sent":
            return SENT
        case "login_denied":
            return DENIED
        case pressed if pressed in PRESSES:
            return heard(command)
        case "named":
            return named(command)
        case _:
            return _linked_shortly(command, clients)


def _linked_shortly(command: BotCommand, clients: Clients) -> str:
    chat = f"Чат {_chat_named(command)}".rstrip()
    if command.before:
        return f"{chat} уже привязан"
    name = cut(clients(command.lead_id).name, LONGEST_NAME)
    return f"{chat} привязан к клиенту {command.lead_id}" + (f" ({name})" if name else "")


def answered(command: BotCommand, clients: Clients) -> Rendered | None:
    """The question under which a button said whose the chat is; None where none was answered."""
    if command.command in ("login_sent", "login_denied"):
        return render_login_answered(command)
    if command.command in PRESSES:
        return render_chosen(command) if command.command == "chosen" else None
    if command.command == "named":
        return render_named(command)
    if command.question is None or command.fault == "unknown":
        return None
    return render_answered(command.question.text, linked(command, clients), command.name)


def _chat_named(command: BotCommand) -> str:
    """As its own messages or the question call it; empty where neither does."""
    if command.chat_title:
        return f"«{cut(command.chat_title, LONGEST_NAME)}»"
    return chat_asked_about(command.question.text) if command.question is not None else ""


def introduced(command: BotCommand) -> str:
    """The answer to a curator who told by his code who he is."""
    name = telegram(cut(command.name, LONGEST_NAME))
    return f"Здравствуйте, {name}! Тревоги по вашим клиентам теперь приходят сюда.\n\n{HELP}"


def risk(found: LeadRisk, client: Client) -> str:
    """The answer to `/risk`."""
    if found.score is None and not found.alerts and not found.last:
        return f"О клиенте {found.lead_id} ничего не известно. Проверьте номер лида."
    lines = [f"<b>{client.title()}</b>: {_points(found.score)}"]
    if found.score is not None and found.score.parts:
        lines.append(f"Из чего сложился: {_parts(found.score)}")
    if found.alerts:
        lines += ["", "Открытые тревоги:", *(_line(alert, client) for alert in sorted(found.alerts, key=_weight))]
    else:
        lines.append("Открытых тревог нет.")
    seen = [f"{name} {date(found.last[kind])}" for kind, name in _LAST.items() if kind in found.last]
    if seen:
        lines += ["", f"Последнее: {', '.join(seen)}"]
    return _fit(lines)


def top(risks: Risks, clients: Clients) -> str:
    """The answer to `/top`."""
    leads = [lead for lead in risks.leads if lead.score is not None and lead.score.points >= 1]
    if not leads:
        return "Клиентов с риском ухода сейчас нет."
    lines = ["<b>Самый высокий риск</b>"]
    for lead in leads:
        why = f": {_parts(lead.score)}" if lead.score is not None and lead.score.parts else ""
        lines.append(f"• {clients(lead.lead_id).title()} — {_points(lead.score)}{why}")
    return _fit(lines)


def silent(risks: Risks, clients: Clients) -> str:
    """The answer to `/silent`."""
    lines = [
        _line(alert, client, f"{client.title()}: ")
        for client, lead in ((clients(lead.lead_id), lead) for lead in risks.leads)
        for alert in sorted(lead.alerts, key=_weight)
    ]
    return _fit(["<b>Молчат</b>", *lines]) if lines else "Все на связи: тревог о молчании нет."


def _line(alert: Alert, client: Client, whose: str = "") -> str:
    return f"{MARKS[alert.severity]} {whose}{gist(alert, client, f'с {date(alert.opened_at)}')}"


def _points(score: Score | None) -> str:
    if score is None:
        return "риска не видно"
    return f"риск {round(score.points)} из 100, {_LEVELS[score.level]}"


def _parts(score: Score) -> str:
    heaviest = sorted(score.parts, key=attrgetter("points"), reverse=True)[:3]
    return ", ".join(f"{TEXTS[part.rule].title} ({round(part.points)})" for part in heaviest)


def _weight(alert: Alert) -> tuple[int, int]:
    return -SEVERITIES.index(alert.severity), -alert.opened_at


def _fit(lines: Iterable[str]) -> str:
    shown: list[str] = []
    size = left = 0
    for line in lines:
        size += units(line) + 1
        if size > LONGEST or left:
            left += 1
        else:
            shown.append(line)
    return "\n".join([*shown, f"… и ещё {left}"] if left else shown)
