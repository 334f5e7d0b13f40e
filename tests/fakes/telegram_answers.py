"""What the fake Telegram keeps, and how it says things: messages, faults, chats, users, refusals."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

CLOSED: dict[str, tuple[int, str]] = {
    "kicked": (403, "Forbidden: bot was kicked from the supergroup chat"),
    "deleted": (403, "Forbidden: the group chat was deleted"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "not_found": (400, "Bad Request: chat not found"),
    "no_rights": (400, "Bad Request: not enough rights to send text messages to the chat"),
    "topic_closed": (400, "Bad Request: TOPIC_CLOSED"),
    "topic_deleted": (400, "Bad Request: message thread not found"),
    "restricted": (400, "Bad Request: CHAT_RESTRICTED"),
    "deactivated": (400, "Bad Request: group chat was deactivated"),
    "new_words": (400, "Bad Request: CHAT_SAYS_NO_IN_WORDS_OF_NEXT_YEAR"),
}
"""Why a bot may not write to a chat, in the words of the Bot API server; the last one is for words yet to come."""


@dataclass(slots=True)
class Message:
    """A message of the bot as it stands now; `edits` are the plain texts it had before."""

    message_id: int
    chat: int
    text: str
    html: str
    buttons: list[dict[str, str]]
    ts_ms: int
    edits: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As an answer has it."""
        date = self.ts_ms // 1000
        return {"message_id": self.message_id, "chat": chat_json(self.chat), "date": date, "text": self.text}


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` calls that match. `method` "" and `chat` 0 match all.

    kind: `429`, `400` (of the message), `401`, `403`, `500` (before the call is done), `500_after`, `drop`,
    `drop_after` (the connection is closed before or after it is done), `hang` (no answer, nothing done), `hang_after`,
    `hold` (done at once, answered when `FakeTelegram.released` is set), `migrate` (to `to_chat`).
    """

    kind: str
    method: str = ""
    chat: int = 0
    times: int = 1
    retry_after: int = 1
    to_chat: int = 0


def chat_json(chat: int) -> dict[str, Any]:
    """A chat by its id."""
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": "Chat"}
    return {"id": chat, "type": "supergroup" if chat < -(10**12) else "group", "title": "Chat"}


def user_json(user: dict[str, Any]) -> dict[str, Any]:
    """A person."""
    return {"id": user["id"], "is_bot": False, "first_name": user.get("name", "User")}


def too_many(seconds: int) -> web.Response:
    """429 with the seconds to wait."""
    return refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def refusal(code: int, description: str, **parameters: int) -> web.Response:
    """`ok: false`."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=code)


def migrated(chat: int) -> web.Response:
    """The group has become the supergroup `chat`."""
    return refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat)
