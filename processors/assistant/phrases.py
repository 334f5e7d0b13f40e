"""What the assistant says. Russian, short, polite; times on the installation's clock."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from processors.assistant.heard import Heard
from processors.assistant.moments import told
from processors.russian.plural import DAYS, count
from schemas.assistant import Unheard
from schemas.command_defs import Definition
from schemas.people import Role
from schemas.types import LeadId, Millis

YES, NO, CREATE = "Да", "Нет", "Создать"
DROPPED: Final = "Хорошо, не буду."
NOT_UNDERSTOOD: Final = "Не понял ответа. Скажите, пожалуйста, всё одной фразой."
CLOSED: Final = "Этот вопрос уже закрыт. Скажите, пожалуйста, ещё раз."
COURTESY: Final = "Чем помочь? Скажите «помощь», и я расскажу, что умею."
QUESTION: Final = (
    "На вопросы о клиенте отвечает его карточка: раздел «Спросить». Я выполняю просьбы; какие, скажет «помощь»."
)
NOTHING_WAITS: Final = (
    "Сейчас я ни о чём не спрашиваю. Предложение, которое ждёт подписи, решают кнопками «Подписать» и «Отказать» под "
    "ним или на странице «Команды»."
)
NO_CANCEL: Final = (
    "Отменить сделанное я не могу. Предложение, которое ещё ждёт подписи, отклоните кнопкой «Отказать»; готовую задачу "
    "закройте в Битрикс24."
)
NO_REPEAT: Final = (
    "Повторять по расписанию я не умею, только один раз. Скажите, например: «напомни в понедельник позвонить Ромашке»."
)
SORRY: Final = "Извините, если понял не так. Скажите «помощь», и я покажу, как меня попросить."
UNCLEAR: Final = (
    "Не понял, что сделать. Начните с просьбы: «поставь задачу…», «напомни…», «заметка…». Все примеры покажет «помощь»."
)
NO_SUCH: Final = "Такой команды у меня нет. Скажите «помощь», и я расскажу, что умею."
NO_SUCH_NEW: Final = "Такой команды нет. Создать? Я сделаю черновик, проверит и включит её администратор."
NO_KEY: Final = "Сейчас не могу ничего предложить: нет ключа подписи. Скажите об этом администратору."
WHOSE: Final = "О каком клиенте речь? Назовите номер или имя."
WHEN: Final = "Когда напомнить?"
WHEN_OPTIONS: Final = ("Через час", "Завтра в 10:00", "В понедельник")
HOW_LONG: Final = "На сколько отложить?"
HOW_LONG_ONLY: Final = "Тревогу можно отложить на день или на неделю. На сколько?"
HOW_LONG_OPTIONS: Final = ("На день", "На неделю")
WHICH_ALERT: Final = "О какой тревоге речь?"
NO_STORE: Final = "Сейчас не вижу тревог: хранилище не отвечает. Попросите, пожалуйста, через минуту."
NOT_HEARD: Final[Mapping[Unheard, str]] = {
    "": "Не расслышал. Повторите, пожалуйста, или напишите.",
    "too_large": "Запись больше 20 МБ: такие Telegram ботам не отдаёт, и услышать её я не смог. Запишите, пожалуйста, "
    "покороче или напишите.",
    "off": "Голосовые сообщения здесь отключены, поэтому я вас не услышал. Напишите, пожалуйста.",
}
SUBJECT: Final = "О вашем складе"

ROLES: Final[Mapping[Role, str]] = {
    "viewer": "наблюдатель",
    "curator": "куратор",
    "head": "руководитель",
    "admin": "администратор",
}
TITLES: Final[Mapping[str, str]] = {
    "task.bitrix": "поставить задачу в Битрикс24",
    "reminder.set": "напомнить вам",
    "note.add": "записать заметку",
    "alert.snooze": "отложить тревогу",
    "alert.ack": "отметить тревогу просмотренной",
    "mail.draft": "набросать письмо",
    "comment.bitrix": "оставить комментарий в Битрикс24",
    "telegram.reply": "написать клиенту в чат",
    "room.create_link": "дать ссылку на комнату встречи",
    "report.send": "прислать сейчас отчёт за последние сутки в чат отчётов",
    "n8n.run": "запустить поток n8n",
    "command.new": "предложить новую команду",
    "fact.correct": "исправить сведения о клиенте",
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "task.bitrix": "поставь Ромашке задачу позвонить завтра",
    "reminder.set": "напомни мне в пятницу про договор с 1003",
    "note.add": "заметка 1003: звонить после 18",
    "alert.snooze": "отложи тревогу по 12345 на день",
    "alert.ack": "тревогу по 12345 видел",
    "mail.draft": "подготовь письмо Ромашке о новых тарифах",
    "comment.bitrix": "добавь комментарий 1003: договор подписан",
    "telegram.reply": "напиши Ромашке: акт отправим завтра",
    "room.create_link": "дай ссылку на встречу с 1003",
    "report.send": "сделай отчёт сейчас",
    "n8n.run": "запусти поток сверка по 1003",
}
_ASKS: Final[Mapping[str, str]] = {
    "task.bitrix": "Какую задачу поставить?",
    "reminder.set": "О чём напомнить?",
    "note.add": "Что записать?",
    "comment.bitrix": "Что написать в комментарии?",
    "telegram.reply": "Что написать клиенту? Скажите сам текст, он уйдёт слово в слово.",
    "n8n.run": "Какой поток запустить?",
}


def client(lead: LeadId | str, names: Mapping[LeadId, str]) -> str:
    """`1003, ООО «Ромашка»`."""
    name = names.get(lead, "")
    return f"{lead}, {name}" if name else lead


def which(leads: Sequence[LeadId], names: Mapping[LeadId, str]) -> str:
    """The question whom of several is meant."""
    listed = "; ".join(client(lead, names) for lead in leads)
    return f"Какой клиент имеется в виду: {listed}?"


def what(name: str) -> str:
    """The question for the words of a command."""
    return _ASKS.get(name, "Что именно сделать?")


def unknown(number: str) -> str:
    """A number that is no client's."""
    return f"Клиента {number} у нас нет. О каком клиенте речь?"


def not_yours(lead: LeadId | str) -> str:
    """Somebody else's client."""
    return f"Клиента {lead} ведёт другой куратор: попросить о нём могут только этот куратор и руководитель."


def not_allowed(by: Sequence[Role]) -> str:
    """Who signs it is somebody else."""
    return f"Такую команду подписывает {' или '.join(ROLES[role] for role in by)}: попросить может только он."


def not_set_up(name: str) -> str:
    """A command that is known, and cannot be used here."""
    return f"Команда «{TITLES.get(name, name)}» не настроена. Скажите «помощь», и я расскажу, что умею сейчас."


def no_alerts(lead: LeadId | str) -> str:
    """Nothing is open."""
    return f"Открытых тревог по клиенту {lead} нет."


def letter(about: str) -> str:
    """A draft that a person goes on with."""
    return f"Здравствуйте!\n\n{about or 'Пишем вам о вашем складе'}.\n\nС уважением,"


def flow(text: str, known: Collection[str]) -> tuple[str, str]:
    """The flow that is named first, and what is left of the words."""
    first, _, rest = text.partition(" ")
    plain = {name.casefold(): name for name in known}
    return plain.get(first.strip(".,:;").casefold(), first), rest.strip()


def cannot(why: str) -> str:
    """A command cannot be made."""
    return f"Не получилось. {why[:1].upper()}{why[1:]}."


def remembered(lead: LeadId | str) -> str:
    """A wish is kept."""
    return f"Запомнил о клиенте {lead}." if lead else "Запомнил. Изменить или удалить это можно на странице помощника."


def asked_by(name: str) -> str:
    """Why it is proposed."""
    return f"По просьбе: {name}" if name else "По просьбе сотрудника"


def understood(found: Heard, names: Mapping[LeadId, str], now: Millis) -> str:
    """What will be asked to be signed."""
    return f"Понял: {described(found, names, now)}."


def sure(found: Heard, names: Mapping[LeadId, str], now: Millis) -> str:
    """The clarifying question."""
    return f"Уточняю: {described(found, names, now)}?"


def described(found: Heard, names: Mapping[LeadId, str], now: Millis) -> str:
    """`поставить задачу в Битрикс24 «Позвонить», клиент 1003, ООО «Ромашка», завтра в 10:00`."""
    parts = [TITLES.get(found.name, found.name) + (f" «{found.text}»" if found.text else "")]
    if found.leads:
        parts.append(f"клиент {client(found.leads[0], names)}")
    if found.days:
        parts.append(f"на {count(found.days, DAYS)}")
    elif found.at:
        parts.append(told(found.at, now))
    return ", ".join(parts)


def help_text(definitions: Mapping[str, Definition]) -> str:
    """What can be said here and now."""
    lines = [f"• {_EXAMPLES[name]}" for name in _EXAMPLES if name in definitions]
    return "\n".join(
        [
            "Скажите или напишите своими словами, например:",
            *lines,
            "• не ставь задачи на выходные",
            "Клиента называйте по номеру или имени. Всё, что уходит наружу, сначала подписывает человек.",
        ]
    )
