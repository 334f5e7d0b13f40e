"""A message of a Telegram Desktop export (`result.json`) as the Bot API would have brought it. Pure.

Shapes are those of tdesktop's writer (`export_output_json.cpp`). Message ids are Telegram's own only in a supergroup:
there an export and a bot mean the same message by one id. Elsewhere each account numbers its messages, so such a
message is known by its chat, its author, its second and its place within that second, and gets a negative id of these.
History of before a group became a supergroup stands in the export with negative ids, and is the same case.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, TypeGuard

from processors.wms_event import KEPT_MS
from schemas.types import Millis

CONNECTION: Final = "export"
"""Stands for the business connection of a private chat: the client is who the chat is with, the others are ours."""
SHIFT: Final = 1_000_000_000_000
"""A supergroup's id in the Bot API is minus this and the bare id (core.telegram.org/api/bots/ids)."""

GROUPS: Final = {"private_supergroup": "supergroup", "public_supergroup": "supergroup", "private_group": "group"}
KNOWN: Final = GROUPS | {"personal_chat": "private"}
"""Chats that may be a client's, and what the Bot API calls them. The others (bots, channels, saved) are not."""

_SERVICE: Final = "service"
_MEDIA: Final = {
    "voice_message": "voice",
    "video_message": "video_note",
    "audio_file": "audio",
    "video_file": "video",
    "animation": "animation",
    "sticker": "sticker",
}
_SHAPED: Final = {
    "contact_information": "contact",
    "location_information": "location",
    "poll": "poll",
    "invoice_information": "invoice",
    "giveaway_information": "giveaway",
    "giveaway_results": "giveaway_winners",
    "todo_list": "checklist",
}
_NAMED: Final = {"place_name": "venue", "game_title": "game"}
"""What is told by a name alone, with its address or description beside it."""
_LATEST: Final = 4_102_444_800
"""2100, as `telegram_update.Seconds`."""
_NUMBERS: Final = 1 << 53


@dataclass(frozen=True, slots=True)
class ExportedChat:
    """`id` as in the Bot API; `type` is private, group or supergroup."""

    id: int
    type: str
    title: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Nothing to keep: `why` is service, timeless, old or taken."""

    why: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A message that cannot be read; `words` are Russian."""

    words: str


Brought = Callable[[int], Mapping[tuple[str, int], int]]
"""How many messages the bot has brought of a chat, by their author (`author_key`) and second."""


class Numbering:
    """What tells the messages of chats without ids of their own apart; one a reading of the file."""

    def __init__(self, brought: Brought) -> None:
        self._brought = brought
        self._said: Counter[tuple[int, str, int]] = Counter()
        self._ids: dict[tuple[int, int], int] = {}

    def number(self, chat: int, message: int, author: str, second: int) -> int | None:
        """The id of a message, always the same negative number; None when the bot has brought it."""
        key = chat, author, second
        place = self._said[key]
        self._said[key] += 1
        digest = blake2b(f"{chat}/{author}/{second}/{place}".encode(), digest_size=6).digest()
        number = -1 - int.from_bytes(digest)
        self._ids[chat, message] = number
        return None if place < self._brought(chat).get((author, second), 0) else number

    def of(self, chat: int, message: int) -> int | None:
        """The id of a message that came before."""
        return self._ids.get((chat, message))


def chat_of(type_: object, id_: object, name: object) -> ExportedChat | None:
    """A chat of the export; None for one that is never a client's, or of a type nobody knows."""
    if not isinstance(type_, str) or type_ not in KNOWN or not is_number(id_) or id_ <= 0:
        return None
    known = KNOWN[type_]
    bot_api = {"supergroup": -SHIFT - id_, "group": -id_}.get(known, id_)
    return ExportedChat(bot_api, known, name if isinstance(name, str) else "")


def updates_of(
    chat: ExportedChat, message: Mapping[str, Any], numbering: Numbering, bots: frozenset[int], now: Millis
) -> list[dict[str, Any]] | Passed | Faulty:
    """The updates of a message: its own, and its last edit where there was one. Never raises."""
    if message.get("type") == _SERVICE:
        return Passed("service")
    id_, second = message.get("id"), seconds(message.get("date_unixtime"))
    if not is_number(id_):
        return Faulty("у сообщения нет номера (id)")
    if second is None:
        if message.get("type") == "unsupported" and "date" not in message:
            return Passed("timeless")  # all that the writer says of it is its id
        return Faulty(f"сообщение {id_}: нет точного времени (date_unixtime); обновите Telegram Desktop")
    if second * 1000 < now - KEPT_MS:
        return Passed("old")
    author = _author(message, bots)
    own = chat.type == "supergroup" and id_ > 0
    number = id_ if own else numbering.number(chat.id, id_, str(message.get("from_id") or ""), second)
    if number is None:
        return Passed("taken")
    # a kind that nobody knows yet may be called like a part of the frame, and takes nothing of it
    frame = _content(message) | {"message_id": number, "date": second, "chat": _chat(chat)} | author
    answered = message.get("reply_to_message_id")
    if is_number(answered) and "reply_to_peer_id" not in message:
        target = answered if own else numbering.of(chat.id, answered)
        frame |= {} if target is None else {"reply_to_message": {"message_id": target}}
    kind = "message"
    if chat.type == "private":
        kind, frame = "business_message", frame | {"business_connection_id": CONNECTION}
    found = [{"update_id": 0, kind: frame}]
    edited = seconds(message.get("edited_unixtime"))
    if edited is not None and edited >= second:
        found.append({"update_id": 0, f"edited_{kind}": frame | {"edit_date": edited}})
    return found


def author_key(from_id: str) -> str:
    """The author of a message of the bot's (`schemas.events.Author.id`) as exports name him."""
    number = int(from_id) if from_id.removeprefix("-").isdigit() else 0
    if number < -SHIFT:
        return f"channel{-number - SHIFT}"
    return f"chat{-number}" if number < 0 else f"user{number}"


def _chat(chat: ExportedChat) -> dict[str, Any]:
    return {"id": chat.id, "type": chat.type, "title": chat.title}


def _author(message: Mapping[str, Any], bots: frozenset[int]) -> dict[str, Any]:
    """A person, or a channel or group that speaks as itself. A deleted account has no name, and may have no id."""
    from_id, name = str(message.get("from_id") or ""), message.get("from")
    title = name if isinstance(name, str) else ""
    for prefix, shift in (("channel", SHIFT), ("chat", 0)):
        number = from_id.removeprefix(prefix)
        if number != from_id and _is_id(number):
            return {"sender_chat": {"id": -shift - int(number), "title": title}}
    number = from_id.removeprefix("user")
    if not _is_id(number):
        return {}
    return {"from": {"id": int(number), "first_name": title, "is_bot": int(number) in bots}}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _content(message: Mapping[str, Any]) -> dict[str, Any]:
    """What it holds, under the Bot API's names; of files nothing is known but their kind."""
    text, kind, value = _text(message), "", {}
    media = message.get("media_type")
    if message.get("photo"):
        kind = "photo"
    elif isinstance(media, str):
        kind = _MEDIA.get(media, media)  # one that nobody knows yet keeps its own name
    elif message.get("file"):
        kind = "document"
    for name, shaped in _NAMED.items():
        if not kind and message.get(name):
            words = (("title", message[name]), ("address", message.get("address")))
            kind, value = shaped, {key: word for key, word in words if isinstance(word, str)}
    for name, shaped in _SHAPED.items():
        if not kind and message.get(name) is not None:
            kind, value = shaped, message[name]
    if not kind and message.get("type") != "message":
        kind = str(message.get("type") or "unknown")
    if not kind:
        return {"text": text}
    return {kind: value or {}} | ({"caption": text} if text else {})


def _text(message: Mapping[str, Any]) -> str:
    """`text_entities` are always objects; `text` is a string, or a list of strings and objects."""
    for parts in (message.get("text_entities"), message.get("text")):
        if isinstance(parts, str):
            said = parts
        else:
            words = [part.get("text") if isinstance(part, dict) else part for part in _list(parts)]
            said = "".join(word for word in words if isinstance(word, str))
        if said:
            return said
    return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def seconds(value: object) -> int | None:
    """Unix time, written as a string; None for what is none, or is after 2100."""
    text = str(value) if isinstance(value, str | int) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _LATEST else None


def is_number(value: object) -> TypeGuard[int]:
    """Whether a value is a number as Telegram gives them to chats and messages (JSON's 53 bits)."""
    return isinstance(value, int) and not isinstance(value, bool) and -_NUMBERS < value < _NUMBERS
