"""`POST /hooks/telegram/{bot}`: updates of the Bot API, raw: a field that Telegram adds tomorrow breaks nothing."""

from typing import Annotated

import msgspec
from aiohttp import web

from schemas.codec import Codec, Rejected
from schemas.sources import Inbound
from schemas.topics import TELEGRAM
from streams.engine.kafka import Output
from streams.gateway.auth import is_secret
from streams.gateway.body import Bodies, proven
from streams.gateway.intake import ENVELOPE, Intake
from streams.settings import Gateway

SECRET = "X-Telegram-Bot-Api-Secret-Token"

LARGEST = TELEGRAM.max_bytes - ENVELOPE
"""Bytes of an update: what Kafka takes. Telegram's are far smaller, and a refused one would come again for ever."""
CUT = 1000
"""Bytes of what no topic takes (none is known): so much of it is a dead letter."""


class _Update(msgspec.Struct):
    update_id: Annotated[int, msgspec.Meta(ge=0, le=(1 << 53) - 1)]


class _Chat(msgspec.Struct):
    id: int


class _InChat(msgspec.Struct):
    chat: _Chat


class _Content(msgspec.Struct):
    chat: _Chat | None = None
    message: _InChat | None = None


_UPDATE: Codec[_Update] = Codec(_Update)
_ANY: Codec[msgspec.Raw] = Codec(msgspec.Raw)
_TEXT: Codec[str] = Codec(str)
_FIELDS: Codec[dict[str, msgspec.Raw]] = Codec(dict[str, msgspec.Raw])
_CONTENT: Codec[_Content] = Codec(_Content)
_INBOUND: Codec[Inbound] = Codec(Inbound)


class TelegramEntrance:
    """Takes the updates of every bot in the settings."""

    def __init__(self, settings: Gateway, intake: Intake) -> None:
        self._settings, self._intake = settings, intake
        self._bodies = {name: Bodies(proven(settings, LARGEST)) for name in settings.telegram}

    async def take(self, request: web.Request) -> web.Response:
        """200 `{}` after the broker's ack. Raises 401, 408, 429, 503.

        Telegram repeats an update until it reads 2xx, and holds back those behind it: one that cannot be read is taken
        all the same, and the normaliser makes a dead letter of it.
        """
        name = request.match_info["bot"]
        bot = self._settings.telegram.get(name)
        if not is_secret(request.headers.get(SECRET, ""), bot.secret if bot is not None else None):
            raise web.HTTPUnauthorized(text="unknown bot or wrong secret token")
        self._intake.check()
        body = await self._bodies[name].read(request)
        await self._intake.put([wrap(name, body)])
        return web.json_response({})


def wrap(bot: str, body: bytes) -> Output:
    """A `source.telegram` record, keyed by chat, so that a chat's updates stay in order.

    What is no JSON stands in it as a string, and of what is too large for the topic only the beginning does.
    """
    output = _record(bot, body)
    return output if len(output.value or b"") <= LARGEST else _record(bot, body[:CUT])


def _record(bot: str, body: bytes) -> Output:
    update = _UPDATE.decode(body)
    if isinstance(update, Rejected):
        unread = body if not isinstance(_ANY.decode(body), Rejected) else _TEXT.encode(body.decode(errors="replace"))
        return Output(TELEGRAM.name, b"", _INBOUND.encode(Inbound(bot, msgspec.Raw(unread))))
    return Output(TELEGRAM.name, _key(update, body).encode(), _INBOUND.encode(Inbound(bot, msgspec.Raw(body))))


def _key(update: _Update, body: bytes) -> str:
    """The chat's id. An update has at most one field beside its id (core.telegram.org/bots/api#update); most kinds
    carry `chat`, a pressed button carries `message.chat`; the rest belong to no chat.
    """
    fields = _FIELDS.decode(body)
    for raw in fields.values() if not isinstance(fields, Rejected) else ():
        content = _CONTENT.decode(bytes(raw))
        if isinstance(content, Rejected):
            continue
        if content.chat is not None:
            return str(content.chat.id)
        if content.message is not None:
            return str(content.message.chat.id)
    return str(update.update_id)
