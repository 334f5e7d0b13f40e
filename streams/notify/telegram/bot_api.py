"""The Bot API: five calls, and what their failures mean. The token stands in the URL, so no error of the HTTP client
gets out of here with its own text.
"""

import asyncio
import logging
from typing import NamedTuple, NoReturn

import aiohttp
import msgspec

from alerting.render import Buttons
from schemas.codec import Codec, Rejected
from schemas.errors import LeadpulseError, Refused, Transient
from streams.engine import metrics
from streams.engine.remote import NEVER_LEFT, Connect, LazySession, Uncertain
from streams.settings import Telegram

log = logging.getLogger(__name__)

DENIED_WAIT = 60.0
"""Seconds until a refused token, or a chat that is closed to us, is tried again: a person has to change it."""
CLOSED = (
    "chat not found",
    "rights to send",
    "chat_write_forbidden",
    "topic_closed",
    "topic_deleted",
    "thread not found",
)
"""In a 400 that is about the chat and not about the message; 403 always is (bot was kicked, blocked, group deleted …).
Of a 400 in other words the chat itself is asked: there are more of them than anybody has listed."""
OF_THE_MESSAGE = ("can't parse entities", "message is too long", "message to edit not found", "message is not modified")
"""In a 400 that is about the message for sure."""


class ChatClosed(Transient):
    """The bot may not write there: it was removed, blocked, or never let in. A person has to change it."""


class Sent(NamedTuple):
    """Where a message came to stand; the chat differs from the wanted one when the group became a supergroup."""

    chat: int
    message_id: int


class _Parameters(msgspec.Struct, frozen=True):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Reply(msgspec.Struct, frozen=True):
    """ResponseParameters and the envelope, as in core.telegram.org/bots/api, "Making requests"."""

    ok: bool
    result: msgspec.Raw = msgspec.Raw()
    error_code: int = 0
    description: str = ""
    parameters: _Parameters = _Parameters()


class _Message(msgspec.Struct, frozen=True):
    message_id: int


class _Moved(LeadpulseError):
    """The group became a supergroup and has a new id."""

    def __init__(self, chat: int) -> None:
        super().__init__("group became a supergroup")
        self.chat = chat


_REPLY: Codec[_Reply] = Codec(_Reply)
_MESSAGE: Codec[_Message] = Codec(_Message)


class BotApi:
    """One bot. `reachable` tells how the last call went. Every call raises `Transient`, `Uncertain` or `Refused`."""

    def __init__(self, telegram: Telegram, connect: Connect = aiohttp.ClientSession):
        self._base = f"{telegram.api.rstrip('/')}/bot{telegram.token.get_secret_value()}/"
        self._http = LazySession(telegram.timeout, connect, telegram.proxy.get_secret_value())
        self._moved: dict[int, int] = {}
        self.has_token = bool(telegram.token.get_secret_value())
        self.reachable = False

    async def send(self, chat: int, text: str, buttons: Buttons) -> Sent:
        """sendMessage, HTML. Follows a group that became a supergroup."""
        chat = self._moved.get(chat, chat)
        body = _message(text, buttons)
        try:
            reply = await self._write("sendMessage", chat, body)
        except _Moved as moved:
            log.warning("group became a supergroup: correct the settings", extra={"chat": chat, "now": moved.chat})
            self._moved[chat] = chat = moved.chat
            try:
                reply = await self._write("sendMessage", chat, body)
            except _Moved:
                raise Refused("the group moves from one id to another and back") from None
        message = _MESSAGE.decode(reply)
        if isinstance(message, Rejected):
            raise Uncertain("sendMessage: answer without a message id")
        return Sent(chat, message.message_id)

    async def edit(self, chat: int, message_id: int, text: str, buttons: Buttons) -> None:
        """editMessageText. A message that already reads so, or that a person has deleted, is done."""
        try:
            await self._write("editMessageText", chat, {"message_id": message_id, **_message(text, buttons)})
        except _Moved:
            log.info("message stayed in the old group", extra={"message_id": message_id})
        except Refused as error:
            if "message to edit not found" in str(error):
                log.info("message was deleted by a person", extra={"message_id": message_id})
            elif "message is not modified" not in str(error):
                raise

    async def answer(self, callback_id: str, text: str) -> None:
        """answerCallbackQuery: ends the waiting sign on the pressed button. `text` at most 200 characters."""
        await self._call("answerCallbackQuery", {"callback_query_id": callback_id, "text": text})

    async def watch(self, seconds: float = 15.0) -> None:
        """Ask getMe until the bot answers, and again whenever it was lost; for ever."""
        while True:
            if self.has_token and not self.reachable:
                try:
                    await self._call("getMe", {})
                    log.info("telegram reached")
                except LeadpulseError as error:
                    log.warning("telegram not reached", extra={"error": str(error)})
            await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _write(self, method: str, chat: int, body: dict[str, object]) -> msgspec.Raw:
        """A call that changes a chat. Raises `ChatClosed` too, where the chat and not the message is refused."""
        try:
            return await self._call(method, {"chat_id": chat, **body})
        except Refused as refused:
            if any(words in str(refused) for words in OF_THE_MESSAGE):
                raise
            try:
                await self._call("sendChatAction", {"chat_id": chat, "action": "typing"})
            except Refused:
                raise ChatClosed(str(refused), retry_after=DENIED_WAIT) from None
            except Uncertain as lost:  # the message was refused, that is sure
                raise Transient(str(lost)) from None
            raise

    async def _call(self, method: str, body: dict[str, object]) -> msgspec.Raw:
        try:
            async with self._http().post(self._base + method, json=body) as response:
                data = await response.read()
                status = response.status
        except NEVER_LEFT as error:
            self._lost(method, "unreachable")
            raise Transient(f"{method}: no connection ({type(error).__name__})") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._lost(method, "uncertain")
            raise Uncertain(f"{method}: no answer ({type(error).__name__})") from None
        reply = _REPLY.decode(data)
        if isinstance(reply, Rejected) or status >= 500:
            self._lost(method, "uncertain")
            raise Uncertain(f"{method}: answer {status}")
        if not reply.ok:
            self._refuse(method, reply)
        self._count(method, "ok")
        return reply.result

    def _refuse(self, method: str, reply: _Reply) -> NoReturn:
        what = f"{method}: {reply.error_code} {reply.description}"
        match reply.error_code:
            case 429:
                self._count(method, "limited")
                raise Transient(what, retry_after=reply.parameters.retry_after or 1.0)
            case 401 | 404:  # the token, not the message: nothing may be given up for it
                self._lost(method, "denied")
                raise Transient(what, retry_after=DENIED_WAIT)
        self._count(method, "refused")
        if reply.parameters.migrate_to_chat_id is not None:
            raise _Moved(reply.parameters.migrate_to_chat_id)
        if reply.error_code == 403 or any(words in reply.description.lower() for words in CLOSED):
            raise ChatClosed(reply.description, retry_after=DENIED_WAIT)
        raise Refused(what)

    def _count(self, method: str, outcome: str) -> None:
        self.reachable = True
        metrics.TELEGRAM_CALLS.labels(method, outcome).inc()

    def _lost(self, method: str, outcome: str) -> None:
        self.reachable = False
        metrics.TELEGRAM_CALLS.labels(method, outcome).inc()


def _message(text: str, buttons: Buttons) -> dict[str, object]:
    rows = [[{"text": button.text, "callback_data": button.callback} for button in row] for row in buttons]
    return {
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": rows},
    }
