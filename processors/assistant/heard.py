"""What a line of our people asks for: its command, its client, its time, its words. By rules; `forms` are the ways to
say it.

A rule claims little: a line that does not begin with an order, that asks, tells what was, or forbids, is none.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from processors.assistant.clients import SURE, Clients, Named
from processors.assistant.doubts import Doubt, doubt
from processors.assistant.forms import ASIDE, FORMS, MISSPELT, POLITE, Form
from processors.assistant.moments import Moment, moment_of
from processors.assistant.questions import asks
from processors.assistant.tokens import Token, tokens
from schemas.commands import Param
from schemas.types import LeadId, Millis, SomeLead

Kind = Literal["command", "help", "wish", "courtesy", "question", "yes", "no", "cancel", "repeat", "rude", "nothing"]
Missing = Literal["", "lead", "which", "unknown", "when", "days", "text", "alert"]

CLEAR, ON_A_CARD, LOOSE, GUESSED = 95, 92, 75, 60
"""How sure a reading is, in percent: all of it was said; the client is the card's on which it was typed; the verb alone
says it; a name with a typo."""
LONGEST_TEXT: Final = 1000

_HELP: Final = re.compile(
    r"/?(?:help|start|помощь|помоги|справка|команды|что (?:ты )?(?:умеешь|можешь)|как (?:с )?тобой .*)"
)
_THANKS: Final = re.compile(
    r"(?:привет\w*|здравствуй\w*|добр\w+ (?:день|утро|вечер)|спасибо\w*|благодарю|ок|окей|хорошо|понял\w*|ясно|супер"
    r"|отлично|пока|алло|как дела)(?: \w+)?|спасибо (?:за|вам|тебе) \w+(?: \w+)?"
)
_YES: Final = re.compile(r"(?:да|ага|угу|верно|точно|конечно|подтверждаю|давай|ок|окей|правильно|все верно)(?: да)?")
_NO: Final = re.compile(
    r"(?:нет )?(?:нет|отмена|отмени|отбой|стоп|отстань|передумал\w?|ничего|не то|неверно)(?: \w+)?"
    r"|(?:нет )?(?:не надо|не нужно)(?: \S+){0,6}"
)
_CANCEL: Final = re.compile(
    r"(?:отмени|отменить|удали|удалить|убери|убрать|сними|снять)(?:те)? (?:\S+ ){0,3}?"
    r"(?:задач|напомин|команд|предложени|просьб|письм|сообщени|заметк|комментари)\w*(?: .*)?"
)
_REPEAT: Final = re.compile(
    r"(?<!\S)(?:кажд\w+ (?:\d+ )?(?:ден|дня|утр|вечер|час|недел|месяц|понедел|вторник|сред|четверг|пятниц|суббот)\w*"
    r"|ежедневно|еженедельно|ежемесячно)(?!\S)"
)
_RUDE: Final = re.compile(
    r"(?:ты |вы |какой |какая )?(?:же )?(?:тупой|тупая|тупица|дурак|дура|идиот\w*|дебил\w*|бесишь|бесполезн\w+|заткнись"
    r"|отвали|иди ты|пошел ты|достал\w?)(?: .*)?"
)
_WISH: Final = re.compile(
    r"(?:запомни(?:те)? )?(?:что )?(?:больше )?(?:никогда )?(?:мне )?не "
    r"(?:ставь|напоминай|назначай|предлагай|беспокой|пиши|звони|присылай|делай|тревожь)(?:те)?(?!\S)"
)
_REMEMBER: Final = re.compile(r"(?:запомни|учти|имей в виду)(?:те)?(?!\S)")
_EDGES: Final = " \t\n.,:;—–-!«»\"'"
_BEFORE: Final = frozenset(("да", "нет", "ок", "окей", "хорошо", "ладно", "тогда", "спасибо"))
_ABOUT: Final = frozenset(("про", "о", "об", "насчет", "по"))
_CALLS: Final = re.compile(r"\A(поз|перез)вони(?:те)?(?!\w)", re.IGNORECASE)
_LEADING: Final = re.compile(
    r"\A(?:(?:что|чтобы|чтоб|о том,? что|насч[её]т того,? что|а именно)(?![\w-])[\s,:—–-]*)+", re.IGNORECASE
)


class Heard(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a line asks for. `leads`: the clients who may be meant; `missing`: what has to be asked first (`which` of
    several clients, a number that is `unknown`). `at`: ms UTC, 0 where no time was named; `hour`: with an hour. `days`:
    for how long. `sure`: percent."""

    kind: Kind
    name: str = ""
    leads: list[LeadId] = []
    text: str = ""
    at: Millis = 0
    hour: bool = False
    days: int = 0
    sure: int = CLEAR
    missing: Missing = ""
    unknown: str = ""
    alerts: list[str] = []
    """Of an order about one: the client's open ones, or the one that was chosen."""
    params: dict[str, Param] = {}
    """A model's, where it understood the line."""


NOTHING: Final = Heard("nothing", sure=0)


def heard(line: str, clients: Clients, now: Millis, card: SomeLead = "") -> Heard:
    """Never raises. `card`: the client on whose page it was typed."""
    said = [token._replace(word=MISSPELT.get(token.word, token.word)) for token in tokens(line)]
    while said and len(said) > 1 and said[0].word in POLITE:
        said = said[1:]
    text = " ".join(token.word for token in said)
    if not said:
        return NOTHING
    if (plain := _plainly(text, line)) is not None:
        return plain
    if _WISH.match(text):
        return _wish(line, said, clients)
    if (found := _form(text, said)) is None:
        if (ordered := _client_first(line, said, clients, now)) is not None:
            return ordered
        at = next((at for at, token in enumerate(said) if token.word not in _BEFORE), 0)
        if at and (rest := heard(line[said[at].start :], clients, now, card)).kind == "command":
            return rest
        remembers = _REMEMBER.match(text)
        if remembers and len(said) > len(remembers[0].split()):
            return _wish(line, said, clients)
        return Heard("question") if line.rstrip().endswith("?") or asks(text) else NOTHING
    form, verb = found
    if form.name in ("reminder.set", "task.bitrix") and _REPEAT.search(text):
        return Heard("repeat")
    return _command(form, verb, line, said, clients, now, card)


def _client_first(line: str, said: Sequence[Token], clients: Clients, now: Millis) -> Heard | None:
    """«По Ромашке поставь задачу …»: understood, and asked about, since "1003 задача выполнена" begins like it."""
    named = clients.named(said)
    if named is None or named.first != 0 or len(named.leads) != 1 or named.sure != SURE:
        return None
    rest = said[named.last + 1 :]
    found = _form(" ".join(token.word for token in rest), rest) if rest else None
    if found is None or not found[0].client:
        return None
    ordered = _command(*found, line, rest, clients, now, named.leads[0])
    return replace(ordered, sure=min(ordered.sure, LOOSE))


def _plainly(text: str, line: str) -> Heard | None:
    if _HELP.fullmatch(text) or line.strip().lower() in ("/help", "/start", "?"):
        return Heard("help")
    if text.startswith(("напоминай ", "напоминайте ")):
        return Heard("repeat")
    kinds = ((_YES, "yes"), (_NO, "no"), (_CANCEL, "cancel"), (_RUDE, "rude"), (_THANKS, "courtesy"))
    for pattern, kind in kinds:
        if pattern.fullmatch(text):
            return Heard(kind)  # type: ignore[arg-type]  # of the tuple above
    return None


def _wish(line: str, said: Sequence[Token], clients: Clients) -> Heard:
    named = clients.named(said)
    certain = list(named.leads) if named is not None and named.sure == SURE and len(named.leads) == 1 else []
    return Heard("wish", leads=certain, text=line.strip()[:LONGEST_TEXT])


def _form(text: str, said: Sequence[Token]) -> tuple[Form, int] | None:
    """The first form that the line begins with, and how many tokens it takes."""
    for form in FORMS:
        if found := form.pattern.match(text):
            return form, len(found[0].split())
    return None


def _command(
    form: Form, verb: int, line: str, said: Sequence[Token], clients: Clients, now: Millis, card: SomeLead
) -> Heard:
    order = {at for at in range(verb) if form.said(said[at].word)}
    order |= {at for at, token in enumerate(said[: verb + 2]) if token.word in ASIDE}
    moment = moment_of(said, now) if form.timed else None
    taken = order | (moment.taken if moment is not None else frozenset())
    named = clients.named(said, taken) if form.client else None
    if named is not None and form.free_text and named.first > verb + 1 and card:
        named = None  # on a card, a name within the words is a part of them
    days = form.days_of(" ".join(token.word for token in said), moment, now) if form.lasts else 0
    words = _text(form, verb, line, said, order, named, moment)
    if form.name == "reminder.set" and not words and named is not None and said[named.first].word in _ABOUT:
        words = _capital(line[said[named.first].start : said[named.last].end])
    leads, sure, missing, unknown = _whose(form, named, card, verb)
    addressed = named is None or named.first <= verb
    match doubt(form.name, [token.word for token in said], verb, words, line, addressed=addressed):
        case Doubt.QUESTION:
            return Heard("question")
        case Doubt.NO_ORDER:
            return NOTHING
        case Doubt.NO_WORDS:
            words = ""
        case Doubt.LOOSE:
            sure = min(sure, LOOSE)
        case None:
            pass
    if not missing and form.timed == "needed" and moment is None:
        missing = "when"
    if not missing and form.lasts and not days:
        missing = "days"
    if not missing and form.text == "needed" and not words:
        missing = "text"
    at, hour = (moment.at, moment.hour) if moment is not None else (0, False)
    return Heard("command", form.name, leads, words, at, hour, days, min(sure, form.sure), missing, unknown)


def _whose(form: Form, named: Named | None, card: str, verb: int) -> tuple[list[LeadId], int, Missing, str]:
    if named is not None and named.unknown:
        return [], CLEAR, "unknown", named.unknown
    if named is not None and card and card not in named.leads and (len(named.leads) > 1 or named.first > verb + 1):
        return [card, *named.leads], named.sure, "which", ""  # a part of the words, or another than the card's
    if named is not None and len(named.leads) > 1:
        return list(named.leads), named.sure, "which", ""
    if named is not None:
        sure = {SURE: CLEAR}.get(named.sure, named.sure)
        return list(named.leads), sure, "", ""
    if card and form.client:
        return [card], ON_A_CARD, "", ""
    return [], CLEAR, "lead" if form.client == "needed" else "", ""


def _text(
    form: Form,
    verb: int,
    line: str,
    said: Sequence[Token],
    order: set[int],
    named: Named | None,
    moment: Moment | None,
) -> str:
    """The words that are left: without the order, without who is meant, and where the form has a time, without it."""
    if not form.text:
        return ""
    gone = set(order)
    if named is not None and not (form.free_text and named.first > verb + 1):
        gone |= set(range(named.first, named.last + 1))
    if moment is not None and not form.free_text:
        gone |= moment.taken
    kept = [at for at in range(len(said)) if at not in gone]
    if not kept:
        return ""
    pieces: list[str] = []
    for at in kept:
        end = said[at + 1].start if at + 1 < len(said) else len(line)
        between = line[said[at].end : end] if at + 1 in kept or at + 1 == len(said) else " "
        pieces.append(line[said[at].start : said[at].end] + between)
    text = _LEADING.sub("", "".join(pieces).strip(_EDGES)).strip(_EDGES)
    text = _CALLS.sub(lambda found: f"{found[1]}вонить", text, count=1) if form.name == "task.bitrix" else text
    return _capital(text)[:LONGEST_TEXT]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
