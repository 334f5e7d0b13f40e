"""What `notify` asks of the Bot API: five calls, over `streams.clients.bot_calls`."""

import asyncio
import logging
from typing import NamedTuple

import aiohttp
import msgspec

from alerting.render import Button, Buttons
from schemas.codec import Codec, Rejected
from schemas.errors import LeadpulseError, Refused, Transient
from streams.clients.bot_calls import DENIED_WAIT, BotCalls, ChatClosed, Moved
from streams.engine.remote import Connect, Uncertain
from streams.settings import Telegram

log = logging.getLogger(__name__)

OF_THE_MESSAGE = ("can't parse entities", "message is too long", "message to edit not found", "message is not modified")
"""In a 400 that is about the message for sure."""


class Sent(NamedTuple):
    """Where a message came to stand; the chat differs from the wanted one when the group became a supergroup."""

    chat: int
    message_id: int


class _Message(msgspec.Struct, frozen=True):
    message_id: int


_MESSAGE: Codec[_Message] = Codec(_Message)


class BotApi(BotCalls):
    """One bot, and its chats. Every call raises `Transient`, `Uncertain` or `Refused`."""

    def __init__(self, telegram: Telegram, connect: Connect = aiohttp.ClientSession):
        super().__init__(telegram, connect)
        self._moved: dict[int, int] = {}

    async def send(self, chat: int, text: str, buttons: Buttons) -> Sent:
        """sendMessage, HTML. Follows a group that became a supergroup."""
        chat = self._moved.get(chat, chat)
        body = _message(text, buttons)
        try:
            reply = await self._write("sendMessage", chat, body)
        except Moved as moved:
            log.warning("group became a supergroup: correct the settings", extra={"chat": chat, "now": moved.chat})
            self._moved[chat] = chat = moved.chat
            try:
                reply = await self._write("sendMessage", chat, body)
            except Moved:
                raise Refused("the group moves from one id to another and back") from None
        message = _MESSAGE.decode(reply)
        if isinstance(message, Rejected):
            raise Uncertain("sendMessage: answer without a message id")
        return Sent(chat, message.message_id)

    async def edit(self, chat: int, message_id: int, text: str, buttons: Buttons) -> None:
        """editMessageText. A message that already reads so, or that a person has deleted, is done."""
        try:
            await self._write("editMessageText", chat, {"message_id": message_id, **_message(text, buttons)})
        except Moved:
            log.info("message stayed in the old group", extra={"message_id": message_id})
        except Refused as error:
            if "message to edit not found" in str(error):
                log.info("message was deleted by a person", extra={"message_id": message_id})
            elif "message is not modified" not in str(error):
                raise

    async def answer(self, callback_id: str, text: str) -> None:
        """answerCallbackQuery: ends the waiting sign on the pressed button. `text` at most 200 characters."""
        await self.call("answerCallbackQuery", {"callback_query_id": callback_id, "text": text})

    async def watch(self, seconds: float = 15.0) -> None:
        """Ask getMe until the bot answers, and again whenever it was lost; for ever."""
        while True:
            if self.has_token and not self.reachable:
                try:
                    await self.call("getMe", {})
                    log.info("telegram reached")
                except LeadpulseError as error:
                    log.warning("telegram not reached", extra={"error": str(error)})
            await asyncio.sleep(seconds)

    async def _write(self, method: str, chat: int, body: dict[str, object]) -> msgspec.Raw:
        """A call that changes a chat. Raises `ChatClosed` too, where the chat and not the message is refused."""
        try:
            return await self.call(method, {"chat_id": chat, **body})
        except Refused as refused:
            if any(words in str(refused) for words in OF_THE_MESSAGE):
                raise
            try:
                await self.call("sendChatAction", {"chat_id": chat, "action": "typing"})
            except Refused:
                raise ChatClosed(str(refused), retry_after=DENIED_WAIT) from None
            except Uncertain as lost:  # the message was refused, that is sure
                raise Transient(str(lost)) from None
            raise


def _button(button: Button) -> dict[str, str]:
    does = {"url": button.url} if button.url else {"callback_data": button.callback}
    return {"text": button.text, **does}


def _message(text: str, buttons: Buttons) -> dict[str, object]:
    rows = [[_button(button) for button in row] for row in buttons]
    return {
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": rows},
    }
