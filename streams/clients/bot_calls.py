"""One call of the Bot API, and what its failures mean. The token stands in the URL, so no error of the HTTP client gets
out of here with its own text.
"""

from typing import NoReturn
from urllib.parse import quote

import aiohttp
import msgspec

from schemas.codec import Codec, Rejected
from schemas.errors import LeadpulseError, RecordFault, Refused, Transient
from streams.engine import metrics
from streams.engine.remote import NEVER_LEFT, Connect, LazySession, Uncertain
from streams.settings import Telegram

DENIED_WAIT = 60.0
"""Seconds until a refused token, or a chat that is closed to us, is tried again: a person has to change it."""
FILE_SECONDS = 300.0
"""For 20 MB over a slow proxy."""
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


class ChatClosed(Transient):
    """The bot may not write there: it was removed, blocked, or never let in. A person has to change it."""


class Conflict(Transient):
    """Somebody else takes this bot's updates: a webhook, or another `getUpdates`."""


class Moved(LeadpulseError):
    """The group became a supergroup and has a new id."""

    def __init__(self, chat: int) -> None:
        super().__init__("group became a supergroup")
        self.chat = chat


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


_REPLY: Codec[_Reply] = Codec(_Reply)


class BotCalls:
    """One bot. `reachable` tells how the last call went."""

    def __init__(self, telegram: Telegram, connect: Connect = aiohttp.ClientSession):
        self._base = f"{telegram.api.rstrip('/')}/bot{telegram.token.get_secret_value()}/"
        self._files = f"{telegram.api.rstrip('/')}/file/bot{telegram.token.get_secret_value()}/"
        self._http = LazySession(telegram.timeout, connect, telegram.proxy.get_secret_value())
        self._timeout = telegram.timeout
        self.has_token = bool(telegram.token.get_secret_value())
        self.reachable = False

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def call(self, method: str, body: dict[str, object], hold: float = 0.0) -> msgspec.Raw:
        """The `result`. `hold`: seconds for which the server may hold the answer back on top of the timeout.

        Raises `Transient` (`Uncertain`, `ChatClosed`, `Conflict`), `Refused` and `Moved`.
        """
        patience = aiohttp.ClientTimeout(total=self._timeout + hold, sock_connect=min(5.0, self._timeout / 2))
        try:
            async with self._http().post(self._base + method, json=body, timeout=patience) as response:
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

    async def file(self, path: str, most: int) -> bytes:
        """The content of a file at the `file_path` that `getFile` told, at most `most` bytes.

        Raises `Transient` (`RecordFault` where the link is refused: a new one may do), `Refused` where it is larger.
        """
        url = f"{self._files}{quote(path)}"
        content = bytearray()
        try:
            async with self._http().get(url, timeout=aiohttp.ClientTimeout(total=FILE_SECONDS)) as response:
                if response.status == 429 or response.status >= 500:
                    raise Transient(f"file: answer {response.status}")
                if response.status != 200:
                    raise RecordFault(f"file: answer {response.status}")
                async for chunk in response.content.iter_any():
                    content += chunk
                    if len(content) > most:
                        raise Refused("file: larger than was told")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._lost("file", "uncertain")
            raise Transient(f"file: no answer ({type(error).__name__})") from None
        self._count("file", "ok")
        return bytes(content)

    def _refuse(self, method: str, reply: _Reply) -> NoReturn:
        what = f"{method}: {reply.error_code} {reply.description}"
        match reply.error_code:
            case 429:
                self._count(method, "limited")
                raise Transient(what, retry_after=reply.parameters.retry_after or 1.0)
            case 401 | 404:  # the token, not the message: nothing may be given up for it
                self._lost(method, "denied")
                raise Transient(what, retry_after=DENIED_WAIT)
            case 409:
                self._count(method, "conflict")
                raise Conflict(reply.description)
        self._count(method, "refused")
        if reply.parameters.migrate_to_chat_id is not None:
            raise Moved(reply.parameters.migrate_to_chat_id)
        if reply.error_code == 403 or any(words in reply.description.lower() for words in CLOSED):
            raise ChatClosed(reply.description, retry_after=DENIED_WAIT)
        raise Refused(what)

    def _count(self, method: str, outcome: str) -> None:
        self.reachable = True
        metrics.TELEGRAM_CALLS.labels(method, outcome).inc()

    def _lost(self, method: str, outcome: str) -> None:
        self.reachable = False
        metrics.TELEGRAM_CALLS.labels(method, outcome).inc()
