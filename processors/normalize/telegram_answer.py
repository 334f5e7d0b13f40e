"""Buttons under a command that waits for a signature, and under a question of the assistant."""

from collections.abc import Sequence

from processors.normalize.telegram_frame import chat_of, question_of
from processors.normalize.telegram_update import CallbackQuery
from schemas.assistant import AssistantAsked
from schemas.bot import BotCommand, CommandPress
from schemas.callback import Answer, Choice, CommandButton
from schemas.codec import event_id
from schemas.commands import Approval, Refusal
from schemas.proofs import ButtonProof
from schemas.types import Millis

REASONS: dict[Answer, str] = {"unneeded": "не нужно", "misread": "неверно понято", "myself": "сделаю сам"}
"""Why it is refused: what the button says, and what the assistant learns."""


def answered_command(
    button: CommandButton, query: CallbackQuery, ts: Millis, update: str
) -> Sequence[Approval | Refusal | BotCommand]:
    """A word on exactly what the button's digest was made of, with who pressed it as its proof; and for who pressed
    it, that it was heard. To ask why, and to take that back, is no word yet."""
    proof = ButtonProof(telegram_id=query.from_.id, update=update, callback_id=query.id)
    match button.answer:
        case "yes":
            return [Approval(digest=button.digest, at=ts, button=proof), _told(query, ts, "command_yes", button.digest)]
        case "no":
            return [_told(query, ts, "command_no", button.digest)]
        case "back":
            return [_told(query, ts, "command_back", button.digest)]
        case reason:
            refusal = Refusal(digest=button.digest, at=ts, button=proof, reason=REASONS[reason])
            return [refusal, _told(query, ts, "command_refused", button.digest)]


def chosen(button: Choice, query: CallbackQuery, ts: Millis) -> Sequence[AssistantAsked | BotCommand]:
    """An option of the assistant's question, as a line to it in the option's own words."""
    id_, who = event_id("telegram", "callback", query.id), query.from_
    label = query.message.label(query.data) if query.message is not None else ""
    line = AssistantAsked(
        asked_id=id_,
        who=f"tg:{who.id}",
        name=who.name or str(who.id),
        text=label,
        via="telegram",
        at=ts,
        chat_id=int(chat_of(query)),
        answers=button.said_id,
        choice=button.option,
        callback_id=query.id,
    )
    return [line, _told(query, ts, "chosen", name=label)]


def _told(query: CallbackQuery, ts: Millis, command: CommandPress, digest: str = "", name: str = "") -> BotCommand:
    return BotCommand(
        command_id=event_id("telegram", "callback", query.id),
        chat_id=chat_of(query),
        command=command,
        ts=ts,
        callback_id=query.id,
        name=name,
        question=question_of(query),
        digest=digest,
    )
