"""All words that people see of commands: states, effects, reasons. Russian, short; nothing else is here."""

from collections.abc import Mapping
from typing import Final

from processors.russian.plural import characters
from schemas.command_defs import Effect
from schemas.commands import State

STATES: Final[Mapping[State, str]] = {
    "asking": "ждёт подписи",
    "approved": "подписана",
    "running": "выполняется",
    "done": "выполнена",
    "failed": "не выполнена",
    "unknown": "неизвестно, выполнена ли",
    "refused": "отказано",
    "expired": "срок вышел",
    "superseded": "заменена другой",
    "rejected": "отклонена",
    "dropped": "не предложена: мало уверенности",
}
"""Of a command («команда …»)."""

EFFECTS: Final[Mapping[Effect, str]] = {
    "inward": "меняет только нашу историю клиента",
    "reversible": "меняет данные в другой системе, это можно отменить",
    "outward": "отправляет слова или данные наружу, отменить нельзя",
    "money": "касается денег, отменить нельзя",
}
PROOFS: Final = {
    "none": "кнопкой на странице или в Telegram",
    "button": "кнопкой в Telegram или ключом устройства на странице",
    "passkey": "только ключом устройства на странице",
}

ASSISTANT: Final = "Помощник"


def reminder(text: str) -> str:
    """To one of our people, when its time has come."""
    return f"🔔 Напоминание: {text}"


def draft(subject: str, text: str) -> str:
    """A letter, as a note."""
    return f"Черновик письма.\nТема: {subject}\n\n{text}"


def room(link: str) -> str:
    """The address of the client's room, as a note."""
    return f"Комната для встречи с клиентом: {link}"


# What people are shown of a command.
DOES: Final[Mapping[str, str]] = {
    "telegram.send": "отправит клиенту сообщение в Telegram",
    "report.send": "пришлёт отчёт в чат отчётов",
    "bitrix.call": "сделает запись в Битрикс24",
    "http.post": "отправит запрос в другую программу",
    "n8n.run": "запустит поток n8n",
    "note.add": "запишет заметку в историю клиента",
    "mail.draft": "сохранит черновик письма в истории клиента, никому его не отправляя",
    "fact.correct": "исправит сведения о клиенте",
    "alert.action": "отметит тревогу",
    "reminder.set": "напомнит в Telegram в указанное время",
    "room.link": "запишет адрес комнаты в историю клиента",
    "command.new": "передаст описание новой команды администратору",
}
OCCASIONS: Final[Mapping[str, str]] = {
    "alert": "тревога",
    "event": "событие",
    "promise": "обещание",
    "silence": "клиент молчит",
    "unassigned": "событие без клиента",
    "meeting": "встреча",
    "asked": "просьба сотрудника",
    "tick": "проверка по времени",
    "person": "решение сотрудника",
    "command": "итог другой команды",
}
VALUES: Final[Mapping[str, str]] = {
    "sells": "Продаёт",
    "where": "Где продаёт",
    "since": "Работает с нами",
    "pains": "Боли клиента",
    "conflicts": "Конфликты",
    "agreements": "Договорённости",
    "tariffs": "Тарифы",
    "competitors": "Конкуренты",
    "add": "добавить",
    "replace": "заменить",
    "hide": "скрыть",
}
PORTAL: Final = "Битрикс24"
REPORTS: Final = "чат отчётов"
ORDERS: Final = (
    "В этих словах есть указания для программы. Прочитайте текст внимательно: подписать команду можно только ключом "
    "устройства."
)


def does(kind: str) -> str:
    """What a handler does («команда …»)."""
    return DOES[kind]


def value(given: str | int | bool) -> str:
    """A param."""
    return ("да" if given else "нет") if isinstance(given, bool) else str(given)


def beside(name: str, signed: str) -> str:
    """What people call it, and what is signed."""
    return f"{name} ({signed})"


def client(name: str, lead_id: str) -> str:
    """Whom it is about."""
    return f"{name} ({lead_id})" if name and lead_id else lead_id and f"клиент {lead_id}"


def proposer(kind: str, who: str) -> str:
    """Who proposes it."""
    match kind, who:
        case "agent", "rules":
            return "помощник, по правилу"
        case "agent", _:
            return f"помощник, модель {who}"
        case "mcp", _:
            return f"программа пользователя {who}"
        case _:
            return who


def chat(which: str) -> str:
    """Whom a message goes to."""
    return f"чат {which}"


def called(title: str, client: str) -> str:
    """A chat with a title, and whose it is."""
    return f"«{title}», {client}" if client else f"«{title}»"


def workflow(name: str) -> str:
    """What is started."""
    return f"поток n8n «{name}»"


# Why a proposal is rejected.
KEY_UNKNOWN: Final = "подписано неизвестным ключом"
KEY_REVOKED: Final = "ключ, которым это подписано, отозван"
KEY_OVER: Final = "срок ключа, которым это подписано, вышел"
SIGNATURE_WRONG: Final = "подпись предложения не сходится с его текстом"
FORM_WRONG: Final = "предложение записано не по правилам"
ID_WRONG: Final = "номер команды не сходится с её текстом"
PROPOSER_WRONG: Final = "предложение подписано чужим ключом"
NO_DEFINITION: Final = "такой команды нет"
LEAD_NEEDED: Final = "команда бывает только о клиенте, а он не указан"
LEAD_TOO_MANY: Final = "команда бывает только без клиента, а он указан"
LEAD_UNKNOWN: Final = "такого клиента нет"
NOT_ALLOWED: Final = "у того, кто предложил, нет прав на этого клиента"
NO_TRIGGER: Final = "повод, на который ссылается предложение, неизвестен"
LATE: Final = "срок предложения вышел"
TOO_LONG: Final = "срок предложения длиннее, чем бывает у этой команды"
FROM_FUTURE: Final = "предложение помечено временем, которое ещё не наступило"
PAST: Final = "время напоминания уже прошло"
TOO_FAR: Final = "напомнить можно не позже чем через 60 дней"
PER_LEAD: Final = "на сегодня по этому клиенту таких предложений достаточно"
PER_DAY: Final = "на сегодня таких предложений достаточно"
PAUSED: Final = "команда приостановлена: от неё отказались пять раз подряд"
PAUSED_FOR: Final = "команда приостановлена для этого клиента: от неё отказались пять раз подряд"
FORMER_DECIDED: Final = "команду, которую эта заменяет, уже решили или её нет"

# Why an answer does not count, and why an approved one is not carried out.
WORD_UNSIGNED: Final = "ответ не подписан ни страницей, ни ботом"
WORD_WRONG: Final = "подпись не сходится с записью"
WORD_FOREIGN: Final = "под ответом подпись процесса, который ответов не слышит"
CALL_UNSIGNED: Final = "запись о выполнении никем не подписана"
CALL_FOREIGN: Final = "под записью о выполнении подпись процесса, который команд не выполняет"
WORD_OLD: Final = "это уже сказано, или сказано слишком давно"
PASSKEY_FOREIGN: Final = "это ключ другого человека или удалённый"
PASSKEY_WRONG: Final = "подпись ключом не сходится с текстом команды"
PASSKEY_NEEDED: Final = "эту команду подписывают только ключом устройства на странице"
PROOF_NEEDED: Final = "эту команду подписывают кнопкой в Telegram или ключом устройства на странице"
PROOF_DOUBLE: Final = "ответ подписан двумя способами сразу"
NONCE_USED: Final = "эта подпись уже использована"
OTHER_TEXT: Final = "подписан другой текст команды"
WHO_UNKNOWN: Final = "ответил тот, кого нет среди пользователей"
WHO_DISABLED: Final = "доступ того, кто ответил, закрыт"
NO_RIGHT: Final = "у того, кто ответил, нет права на эту команду"
SIGNED_TWICE: Final = "второй раз подписал тот же человек, а нужен другой"
ONE_MORE: Final = "нужна подпись ещё одного человека"
APPROVER_GONE: Final = "у подписавшего больше нет права на эту команду"
DEFINITION_GONE: Final = "такой команды больше нет"
LOCKED_AGAIN: Final = "команде больше не разрешено выполняться самой"
RAN_OUT: Final = "срок вышел раньше, чем команда началась"


def looked(name: str) -> str:
    """Who found out what became of a command that was cut off."""
    return f"проверено: {name}"


# What is wrong with a param.
UNSEEN: Final = "есть невидимые знаки"
NO_TIME: Final = "нужно время вида 2026-11-30T10:00"
NOT_HIS: Final = "это не этого клиента"


def param(label: str, fault: str) -> str:
    """A param and what is wrong with it."""
    return f"«{label}»: {fault}"


def missing(labels: list[str]) -> str:
    """Params that are not there."""
    return "не указано: " + ", ".join(f"«{label}»" for label in labels)


def unknown_params(names: list[str]) -> str:
    """Params that this command has not."""
    return "лишнее: " + ", ".join(names)


def limit(kind: str, wanted: object) -> str:
    """What the schema of a param wants."""
    match kind:
        case "minLength":
            return "не должно быть пустым" if wanted == 1 else f"не короче {characters(int(str(wanted)))}"
        case "maxLength":
            return f"не длиннее {characters(int(str(wanted)))}"
        case "minimum":
            return f"не меньше {wanted}"
        case "maximum":
            return f"не больше {wanted}"
        case "enum":
            return "нужно одно из: " + ", ".join(map(str, wanted if isinstance(wanted, list) else [wanted]))
        case "type":
            return {"string": "нужен текст", "integer": "нужно целое число"}.get(str(wanted), "нужно да или нет")
        case _:
            return "записано не так"


def choose(values: list[str]) -> str:
    """The server knows none, or more than one."""
    if not values:
        return "неизвестно: этого нет ни в карточке клиента, ни в настройках"
    return "укажите одно из: " + ", ".join(values)
