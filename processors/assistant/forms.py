"""The ways in which our people order something. The first one that a line begins with holds; all of it in small letters
without ё and without signs.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from processors.assistant.moments import Moment
from processors.days import local_day
from processors.russian.words import word_list
from schemas.types import Millis

Need = Literal["", "may", "needed"]

POLITE: Final = frozenset(
    word_list(
        "пожалуйста слушай слушайте помощник ассистент бот привет так ну а и давай надо нужно можешь можете срочно "
        "прошу будь добр добра еще бы блин же уже слышь короче"
    )
)
"""Words before an order that order nothing."""

ASIDE: Final = frozenset(word_list("мне нам меня пожалуйста срочно еще уже же"))
"""Words beside an order's verb that say nothing of what is to be done."""

MISSPELT: Final = {
    "постав": "поставь",
    "паставь": "поставь",
    "поставиш": "поставь",
    "поставишь": "поставь",
    "задачю": "задачу",
    "здачу": "задачу",
    "напомнишь": "напомни",
    "напомниш": "напомни",
    "напамни": "напомни",
    "напиши-ка": "напиши",
    "отлажи": "отложи",
    "запеши": "запиши",
}
"""Words of orders as they are also written, or said as a question."""

_AFTER: Final = r"(?: \S+){0,6}?"
"""Words between a verb and what it is about: a client's name with legal form."""
_SET: Final = (
    r"(?:поставь|поставьте|поставить|создай|создайте|создать|"
    r"заведи|заведите|сделай|сделайте|добавь|добавьте|назначь|назначьте)"
)
_MAKE: Final = (
    r"(?:сделай|сделайте|пришли|пришлите|отправь|отправьте|"
    r"собери|соберите|дай|дайте|покажи|сформируй|подготовь|нужен|хочу)"
)
_WRITE: Final = r"(?:подготовь|подготовьте|набросай|составь|составьте|напиши|напишите|сделай|сделайте)"
_PUT_OFF: Final = r"(?:отложи|отложите|отложить|перенеси|перенесите|отодвинь|заглуши)"
_ALARM: Final = r"(?:тревог[ауие]|сигнал|сигналы|алерт|алерты)"


@dataclass(frozen=True, slots=True)
class Form:
    """A way to order `name`. `client`, `timed`, `text`: whether it has them, and whether it can do without.
    `free_text`: what is left is said to somebody as it stands, times and names included. `lasts`: for how long is
    asked. `sure`: in percent, where all is said."""

    name: str
    pattern: re.Pattern[str]
    client: Need = "needed"
    timed: Need = ""
    text: Need = ""
    free_text: bool = False
    lasts: bool = False
    sure: int = 95
    words: frozenset[str] = field(default_factory=frozenset)

    def said(self, word: str) -> bool:
        """Whether a word within the match is the order's own, and not the client's name between them."""
        return word in self.words

    def days_of(self, text: str, moment: Moment | None, now: Millis) -> int:
        """For how many days; 0 where nobody said."""
        return duration(text, moment, now)


def duration(text: str, moment: Moment | None, now: Millis) -> int:
    """For how many days: "на неделю", or until a day that is named; 0 where nobody said."""
    if found := _LASTS.search(text):
        number = int(found["n"] or 1)
        return number * {"д": 1, "с": 1, "н": 7}[found["u"][0]]
    return max(1, local_day(moment.at) - local_day(now)) if moment is not None else 0


_LASTS: Final = re.compile(
    r"(?<!\S)на (?:(?:(?P<n>\d{1,2})|один|одну|пару) )?(?P<u>день|дня|дней|сутки|суток|недел\w+)(?!\S)"
)


def _form(name: str, verbs: str, objects: str = "", **rest: object) -> Form:
    """`verbs` with `objects` a few words behind, or `objects` at once where there are no verbs."""
    pattern = rf"(?:{verbs}){_AFTER} (?:{objects})(?!\S)" if objects else rf"(?:{verbs})(?!\S)"
    words = {word for part in (verbs, objects) for word in _spelt(part)}
    return Form(name, re.compile(pattern), words=frozenset(words), **rest)  # type: ignore[arg-type]


def _verb(name: str, verbs: str, **rest: object) -> Form:
    """An order that is its own text ("позвони завтра"): understood, and asked about."""
    return Form(name, re.compile(rf"(?:{verbs})(?!\S)(?! (?:мне|нам)(?!\S))"), sure=75, **rest)  # type: ignore[arg-type]


def _spelt(pattern: str) -> list[str]:
    """The words of a pattern of alternatives."""
    return re.findall(r"[а-яa-z0-9]+", _expanded(pattern))


def _expanded(pattern: str) -> str:
    """Alternatives in brackets behind a stem, written out: `тревог[ауие]`."""
    return re.sub(r"([а-я]+)\[([а-я]+)\]", lambda found: " ".join(found[1] + letter for letter in found[2]), pattern)


FORMS: Final[tuple[Form, ...]] = (
    _form("reminder.set", "напомни|напомните|напомнить", client="may", timed="needed", text="needed"),
    _form(
        "reminder.set",
        f"{_SET}|нужно|хочу",
        "напоминание|напоминалку",
        client="may",
        timed="needed",
        text="needed",
    ),
    _form("reminder.set", "напоминание|напоминалка", client="may", timed="needed", text="needed"),
    _form("alert.snooze", _PUT_OFF, _ALARM, timed="may", lasts=True),
    _form("alert.snooze", _ALARM, _PUT_OFF, timed="may", lasts=True),
    _form(
        "alert.ack",
        "отметь|отметьте|прими|примите|подтверди|пометь",
        _ALARM,
    ),
    _form("alert.ack", "закрой|закройте|сними|снимите|убери|уберите|погаси|отмени", _ALARM, sure=75),
    _form("alert.ack", _ALARM, "видел|видела|вижу|принял|приняла|принята|просмотрена|прочитал|прочитала"),
    _form("task.bitrix", _SET, "задачу|задачи|таск|задание|дело", timed="may", text="needed"),
    _form("task.bitrix", "задача|задачу|таск", timed="may", text="needed"),
    _verb("task.bitrix", "позвони|позвоните|позвонить|перезвони|перезвоните|перезвонить", timed="may", text="needed"),
    _form("room.create_link", f"{_MAKE}|{_SET}|создай", "ссылку|ссылка|комнату"),
    _form("room.create_link", "ссылку на|ссылка на|комнату для", "встречу|встречи|созвон|созвона|звонок"),
    _form("report.send", f"{_MAKE}|отчет за|отчет", "отчет|сегодня|сейчас|вчера", client=""),
    _form("report.send", "отчет", client="", sure=92),
    _form(
        "comment.bitrix",
        "добавь|добавьте|оставь|оставьте|напиши|напишите|сделай",
        "комментарий|коммент|комментарии",
        text="needed",
        free_text=True,
    ),
    _form("comment.bitrix", "комментарий|коммент", text="needed", free_text=True),
    _form("mail.draft", _WRITE, "письмо|письма|черновик|ответ", text="may", free_text=True),
    _form("mail.draft", "черновик|черновик письма|письмо", text="may", free_text=True),
    _form(
        "note.add",
        f"{_SET}|запиши|запишите|оставь|оставьте",
        "заметку|пометку|примечание",
        text="needed",
        free_text=True,
    ),
    _form("note.add", "заметка|заметку|пометка|примечание", text="needed", free_text=True),
    _form(
        "note.add",
        r"(?:запиши|запишите|отметь|отметьте|зафиксируй|зафиксируйте)(?! (?:меня|задач|напоминан|команд|встреч)\w*)",
        text="needed",
        free_text=True,
    ),
    _form(
        "n8n.run",
        "запусти|запустите|выполни|выполните",
        "поток|сценарий|процесс|workflow",
        client="may",
        text="needed",
    ),
    _form(
        "telegram.reply",
        "(?:напиши|напишите|написать|ответить|сообщить|ответь|ответьте|отправь|отправьте|сообщи|сообщите|передай|передайте|скажи|скажите)"
        "(?: (?:пожалуйста|клиенту|клиентам|ему|ей|им|(?:в|во) (?:чат|чате|телеграм|телеграме|телегу)))*",
        text="needed",
        free_text=True,
    ),
)
"""The narrower before the wider: "напиши письмо" is a draft, "напиши" goes to the client's chat."""
