"""Logins to the page by the bot: its link was opened, a number was pressed. What of it counts the page decides."""

import re
from collections.abc import Sequence
from typing import Final

from processors.normalize.telegram_frame import chat_of, question_of
from processors.normalize.telegram_update import CallbackQuery, Message
from schemas.bot import BotCommand
from schemas.callback import LoginNumber
from schemas.people import LoginAnswered, LoginAsked, LoginStep, login_key
from schemas.types import EventId, Millis

_START: Final = re.compile(r"/start(?:@\w+)?\s+login_([A-Za-z0-9_-]{16,48})")
"""What Telegram sends when somebody opens `https://t.me/<bot>?start=login_<nonce>` (Bot API, "Deep linking")."""


def opened(message: Message) -> Sequence[LoginStep] | None:
    """The link of the login page, in private; None where the message is none. It is nobody's word to a client's
    history, whoever sent it."""
    found = _START.fullmatch(message.said.strip())
    if found is None or message.chat.type != "private" or message.from_ is None:
        return None
    return [LoginStep(login_key(found[1]), LoginAsked(telegram_id=message.from_.id, at=message.date * 1000))]


def answered(
    button: LoginNumber, query: CallbackQuery, command_id: EventId, ts: Millis
) -> Sequence[LoginStep | BotCommand]:
    """A number, for the page; and for who pressed it, that it was heard."""
    told = BotCommand(
        command_id=command_id,
        chat_id=chat_of(query),
        command="login_sent" if button.number else "login_denied",
        ts=ts,
        callback_id=query.id,
        question=question_of(query),
    )
    return [LoginStep(button.login, LoginAnswered(telegram_id=query.from_.id, number=button.number, at=ts)), told]
