"""The question who a name in a client's meeting is, with those whom it may mean on buttons; the same once it is
answered. Pure. Telegram's HTML.
"""

from alerting.clients import LONGEST_NAME, Client, linked
from alerting.foreign import cut, plain, telegram
from alerting.render import Button, Rendered
from alerting.whose import LONGEST_LABEL, render_answered, render_settled
from processors.answered import name_in
from processors.asked_names import ASKED, NOBODY, line_of, mark, read_back
from processors.russian.dates import moment
from schemas.bot import BotCommand
from schemas.callback import Named, decode, encode_named
from schemas.reports import AskedName, Bearer
from schemas.sources import Identity
from schemas.types import LeadId

MOST = 64
"""Bytes behind a button (Bot API)."""
SIDES = {"staff": "наш сотрудник", "client": "со стороны клиента"}
_HOLDS = "Ответ действует для всех встреч этого клиента; пока его нет, слова считаются словами клиента."


def render_name(asked: AskedName, client: Client) -> Rendered:
    """A name of whom nobody is sure. Without buttons where what would come back is not what was asked: a name may hold
    what Telegram does not show."""
    sign, question, end = ASKED
    meeting = linked(f"встреча {moment(asked.ts)}", client.meeting_at(asked.recording_id))
    lines = [f"{sign}<b>{question}{telegram(asked.name)}{end}</b>", f"{client.title()}, {meeting}.", ""]
    lines += [line_of(at, telegram(one.name), telegram(_about(one))) for at, one in enumerate(asked.bearers, start=1)]
    rows = [(Button(cut(one.name, LONGEST_LABEL), _data(asked, at)),) for at, one in enumerate(asked.bearers, start=1)]
    rows.append((Button("Никто из них", _data(asked, NOBODY)),))
    if _comes_back(asked, "\n".join(lines), [row[0].callback for row in rows]):
        text = [*lines, "", f"{_HOLDS} Если это кто-то другой, назовите его на странице встречи."]
        return Rendered("\n".join(text), tuple(rows))
    return Rendered("\n".join([*lines, "", f"{_HOLDS} Ответить можно на странице встречи, в «Кто есть кто»."]))


def render_named(command: BotCommand) -> Rendered | None:
    """The question without its buttons, and what stands now; None where it is none, or is none of ours any more."""
    if command.question is None or command.fault == "unknown":
        return None
    name = telegram(read_back(command.question.text)[0])
    said = f"«{name}» — {telegram(_said(command))}."
    if command.fault == "taken":
        return Rendered(f"✅ {said} Это уже было записано раньше; исправить можно на странице встречи.")
    return render_answered(command.question.text, f"{said} Исправить можно на странице встречи.", command.name)


def render_name_settled(word: Identity, client: Client) -> Rendered:
    """The question once it was answered elsewhere: without its buttons, with what stands now."""
    _, question, end = ASKED
    name = telegram(name_in(word)[1])
    said = telegram(_called("" if word.refused else word.name, word.side))
    return render_settled(
        f"{question}{name}{end}\n{client.title()}",
        f"«{name}» — {said}. Исправить можно на странице встречи.",
        word.confirmed_by,
    )


def named(command: BotCommand) -> str:
    """The short answer to who pressed (Bot API: up to 200 characters, no HTML)."""
    match command.fault:
        case "taken":
            return f"Уже записано: {_said(command)}"
        case "unknown":
            return "Эта кнопка не подходит к вопросу. Ответьте на странице встречи"
        case _:
            return f"Записано: {_said(command)}"


def key_of(asked: AskedName) -> str:
    """Of the question in the outbox: it is asked once."""
    return key_of_name(asked.lead_id, asked.name)


def key_of_name(lead: LeadId, name: str) -> str:
    """The same, of a name in the meetings of a client."""
    return f"name:{mark(lead, name, '', '', '')}"


def _said(command: BotCommand) -> str:
    return _called(command.called, command.side)


def _called(name: str, side: str) -> str:
    return f"{cut(name, LONGEST_NAME)}, {SIDES.get(side, SIDES['client'])}" if name else "никто из предложенных"


def _about(one: Bearer) -> str:
    return SIDES["staff"] if one.side == "staff" else one.about or SIDES["client"]


def _data(asked: AskedName, number: int) -> str:
    if number == NOBODY:
        side, person, called = "client", "", ""
    else:
        one = asked.bearers[number - 1]
        side, person, called = one.side, one.person, one.name
    return encode_named(asked.lead_id, mark(asked.lead_id, asked.name, person, called, side), side, number, person)


def _comes_back(asked: AskedName, text: str, callbacks: list[str]) -> bool:
    """Whether the message says exactly what was asked, and each button can be sent."""
    fits = all(len(one) <= MOST and isinstance(decode(one), Named) for one in callbacks)
    return fits and read_back(plain(text)) == (asked.name, [one.name for one in asked.bearers])
