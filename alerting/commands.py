"""Commands in Telegram: the ask for a signature, what became of it, what a press is answered. Pure. Telegram's HTML.

What is asked is made of the signed bytes (`processors.commands.shown`): what is to be sent stands there whole. A text
that does not fit into one message is not signed by a button: it is read on the page.
"""

import html
from collections.abc import Iterator

from alerting.clients import LONGEST_NAME, linked
from alerting.cutting import units
from alerting.foreign import cut, plain, telegram
from alerting.render import Button, Buttons, Rendered
from processors.commands import words
from processors.commands.shown import Line, Shown
from processors.russian.dates import clock, moment, whose_clock
from processors.russian.plural import Forms, count
from schemas.assistant import AssistantSaid
from schemas.bot import BotCommand
from schemas.callback import Answer, encode_choice, encode_command
from schemas.commands import Standing

PRESSES = frozenset(("command_yes", "command_no", "command_back", "command_refused", "chosen"))
"""Of `schemas.bot.CommandPress`."""
REASONS: tuple[tuple[Answer, str], ...] = (
    ("unneeded", "Не нужно"),
    ("misread", "Неверно понято"),
    ("myself", "Сделаю сам"),
    ("back", "← Назад"),
)

CERTAIN = 100
"""Percent: a rule, or a person's plain order."""
LONGEST, LONGEST_LINE, LONGEST_QUOTE, LONGEST_CHOICE, MOST_CHOICES = 3800, 300, 300, 60, 8
"""UTF-16 units of a message; characters of a param that is not sent as it stands, of a quote, of an option; options."""

_HEARD = {
    "command_yes": "Принято, проверяю подпись",
    "command_no": "Почему? Выберите причину",
    "command_back": "Хорошо",
    "command_refused": "Отказ принят",
    "chosen": "Понятно",
}
_QUESTIONS: Forms = ("вопрос", "вопроса", "вопросов")


def heard(command: BotCommand) -> str:
    """The short answer to who pressed a button."""
    return _HEARD[command.command]


def render_command(
    shown: Shown, standing: Standing, client: str = "", page: str = "", *, button: bool, why: bool = False
) -> Rendered:
    """The message of a command in its present state. `client`: his name as a link (HTML); `page`: where it stands on
    the page, empty where that has no address outside; `button`: whether a button signs it; `why`: a reason is asked."""
    head = f"✍️ <b>{telegram(cut(shown.title, LONGEST_LINE))}</b>"
    state = list(_state(shown, standing, page, button=button))
    whole = "\n".join([head, *_about(shown, client, full=True), *state])
    if units(plain(whole)) <= LONGEST:
        return Rendered(whole, _buttons(standing, page, button=button, why=why))
    state = list(_state(shown, standing, page, button=False))
    short = "\n".join([head, *_about(shown, client, full=False), *state])
    return Rendered(short, _buttons(standing, page, button=False, why=why))


def render_over(most: int, page: str, client: str = "") -> Rendered:
    """Said once a day to who was asked as often as is borne; of all clients, or of one (his name as a link, HTML)."""
    where = linked("на странице «Команды»", page)
    whose, rest = (f" клиента {client}", "Остальные о нём") if client else ("", "Остальные")
    return Rendered(f"Сегодня здесь уже {count(most, _QUESTIONS)} о командах{whose}. {rest} ждут вас {where}.")


def render_said(said: AssistantSaid) -> Rendered:
    """What the assistant says, with the options of its question."""
    rows = [
        (Button(cut(option, LONGEST_CHOICE), encode_choice(said.said_id, number)),)
        for number, option in enumerate(said.options[:MOST_CHOICES])
    ]
    return Rendered(_escaped(said.text), tuple(rows))


def render_chosen(command: BotCommand) -> Rendered | None:
    """The assistant's question without its buttons, and what was answered; None where it is not known any more."""
    if command.question is None:
        return None
    asked = _escaped(command.question.text)
    return Rendered(f"{asked}\n\nОтвет: {telegram(cut(command.name, LONGEST_CHOICE))}" if command.name else asked)


def _about(shown: Shown, client: str, *, full: bool) -> Iterator[str]:
    """Whom, what, whole texts, why, who said what, until when."""
    if client:
        yield f"Клиент: {client}"
    if shown.recipient:
        yield f"Кому: {telegram(shown.recipient)}"
    for line in shown.lines:
        if words.chat(line.text) == shown.recipient:
            continue  # it is said already whom it goes to
        yield _line(line) if full or not line.full else f"{telegram(line.label)}: текст длинный, весь он на странице"
    yield ""
    if shown.warning:
        yield f"⚠️ {telegram(shown.warning)}"
    yield f"Что произойдёт: команда {telegram(shown.does)}. Она {telegram(shown.effect)}."
    if shown.why:
        yield f"Почему: {telegram(cut(shown.why, LONGEST_LINE))}"
    if shown.quote:
        who = f" — {telegram(cut(shown.said_by, LONGEST_NAME))}" if shown.said_by else ""
        yield f"Повод: «{telegram(cut(shown.quote, LONGEST_QUOTE))}»{who}"
    elif shown.occasion:
        yield f"Повод: {telegram(cut(shown.occasion, LONGEST_LINE))}"
    sure = f", уверенность {shown.confidence_percent}\u00a0%" if shown.confidence_percent < CERTAIN else ""
    yield f"Предлагает: {telegram(shown.proposer)}{sure}"


def _line(line: Line) -> str:
    if line.full:
        return f"{telegram(line.label)}:\n<blockquote>{_escaped(line.text)}</blockquote>"
    return f"{telegram(line.label)}: {telegram(cut(line.text, LONGEST_LINE))}"


def _state(shown: Shown, standing: Standing, page: str, *, button: bool) -> Iterator[str]:
    """What became of it."""
    by, at, why = (
        telegram(cut(standing.by, LONGEST_NAME)),
        clock(standing.at),
        telegram(cut(standing.why, LONGEST_LINE)),
    )
    signed = f"✅ Подпись: {by}" if by else "✅ Без подписи"
    look = linked("на странице", page)
    yield ""
    match standing.state:
        case "asking":
            yield f"⏳ Ждёт подписи до {moment(shown.until)} ({whose_clock()})"
            if not button:
                yield f"Подписать можно ключом устройства {look}, раздел «Команды»"
            if why:
                yield f"Ответ не засчитан: {why}"
        case "approved" if standing.due_at > standing.at:
            yield f"{signed}, {at}. Начнётся {moment(standing.due_at)} ({whose_clock()})"
        case "approved" | "running":
            yield f"{signed}, {at}. Выполняется."
            if why:
                yield f"Не засчитано: {why}"
        case "done":
            yield f"{signed}. Выполнена в {at}" + (f": {telegram(standing.what)}" if standing.what else "")
        case "failed":
            yield f"{signed}. ❌ Не выполнена, {at}" + (f": {why}" if why else "")
        case "unknown":
            yield f"{signed}. ❓ Неизвестно, выполнена ли: {why or 'связь прервалась'}."
            yield f"Посмотрите, как на самом деле, и отметьте {look}"
        case "refused":
            yield f"✖️ Отказ: {by or 'кто-то из наших'}, {at}" + (f". Причина: {why}" if why else "")
        case "expired":
            yield f"⌛️ Срок вышел в {at}, команда не выполнена"
        case "superseded":
            yield f"↪️ Заменена другой командой в {at}"
        case _:
            yield f"✖️ Отклонена в {at}" + (f": {why}" if why else "")


def _buttons(standing: Standing, page: str, *, button: bool, why: bool) -> Buttons:
    if standing.state != "asking":
        return ()
    if why:
        first, second = REASONS[:2], REASONS[2:]
        return tuple(
            tuple(Button(label, encode_command(standing.digest, answer)) for answer, label in row)
            for row in (first, second)
        )
    refuse = Button("Отказать", encode_command(standing.digest, "no"))
    if button:
        return ((Button("Подписать", encode_command(standing.digest, "yes")), refuse),)
    return ((Button("Открыть и подписать", url=page), refuse),) if _opens(page) else ((refuse,),)


def _opens(page: str) -> bool:
    """Whether Telegram takes the address for a button: it refuses names without a dot."""
    return "." in page.partition("//")[2].partition("/")[0]


def _escaped(text: str) -> str:
    """As it stands, line by line."""
    return html.escape(text, quote=False)
