"""What makes an order less sure than its verb: words that are no message, two orders in one, a report that
there is not. Pure.

Whoever asks "скажи, что с Ромашкой" wants to know something; sent to the client it would be the gravest of faults.
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final

from processors.assistant.questions import asks_behind
from processors.russian.words import word_list


class Doubt(Enum):
    """`QUESTION`: asks, and orders nothing. `NO_ORDER`: tells something, or is for our own people. `NO_WORDS`: tells
    what to write about, and not what. `LOOSE`: to be asked about first."""

    QUESTION = 1
    NO_ORDER = 2
    NO_WORDS = 3
    LOOSE = 4


_OURS: Final = re.compile(
    r"(?:руководител\w+|начальник\w|шеф\w|менеджер\w+|куратор\w+|коллег\w+|администратор\w+|всем|складу|кладовщик\w*"
    r"|логист\w*)(?!\S)"
)
_TOPIC: Final = re.compile(r"(?:про|о|об|обо|насч[её]т|по поводу)(?!\S)", re.IGNORECASE)
_NOTHING: Final = re.compile(r"(?:что|чего)[- ](?:нибудь|то|либо)", re.IGNORECASE)
_QUOTED: Final = re.compile(r":|(?<!\w)что(?!\w)")
_SECOND: Final = re.compile(
    r"(?<!\w)(?:и|а|потом|затем) (?:еще |потом )?(?:напиши|напомни|поставь|создай|запиши|отложи|сообщи|отправь|добавь"
    r"|сделай|скажи|позвони)(?:те)?(?!\w)"
)
_OTHER_LINK: Final = re.compile(
    r"ссылк\w+ (?:на|к|для) (?!(?:встреч|созвон|звон|комнат|разговор|видео|конференц|jitsi|джитси))"
)
_NOUNS: Final = frozenset(word_list("задача таск письмо черновик комментарий коммент заметка пометка примечание"))
_DONE: Final = re.compile(r"(?:(?:не|уже|еще) )*\w+(?:[еа]н[аоы]?|ят[аоы]?|[еи]л[аои]?|шла|шло)", re.IGNORECASE)
_REPORT: Final = frozenset(
    word_list(
        "сделай сделайте пришли пришлите отправь отправьте собери соберите дай дайте покажи сформируй подготовь нужен "
        "хочу отчет за сегодня сейчас сутки последние день мне нам пожалуйста в чат"
    )
)
_ELSEWHERE: Final = re.compile(r"(?:на|к|ко) ", re.IGNORECASE)


def doubt(name: str, said: Sequence[str], verb: int, words: str, line: str, *, addressed: bool) -> Doubt | None:
    """Of an order `name`, whose verb takes the first `verb` of the words that were `said`; `words` are what is left for
    its text. `addressed`: no client is named but at once behind the verb."""
    rest = " ".join(said[verb:])
    if name == "telegram.reply":
        if asks_behind(rest):
            return Doubt.QUESTION
        if _OURS.match(rest):
            return Doubt.NO_ORDER
        if _TOPIC.match(words) or _NOTHING.fullmatch(words):
            return Doubt.NO_WORDS
        if not addressed or (said[0].startswith(("отправ", "переда")) and not _QUOTED.search(line.lower())):
            return Doubt.LOOSE
    if said[0] in _NOUNS and _DONE.fullmatch(words):
        return Doubt.NO_ORDER
    loose = (
        _SECOND.search(rest)
        or (name == "room.create_link" and _OTHER_LINK.search(" ".join(said)))
        or (name == "report.send" and not _REPORT.issuperset(said))
        or (name == "note.add" and _ELSEWHERE.match(words))
    )
    return Doubt.LOOSE if loose else None
