"""The parts of a Bot API `Update` that matter to us (core.telegram.org/bots/api). Unknown fields are ignored."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

Seconds = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800)]
"""Unix time, up to 2100 as `schemas.types.Millis`."""


class User(msgspec.Struct, frozen=True):
    """A person or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""


class Chat(msgspec.Struct, frozen=True):
    """A chat; `type` is private, group, supergroup or channel."""

    id: int
    type: str = ""
    title: str = ""


class Replied(msgspec.Struct, frozen=True):
    """The message that was answered."""

    message_id: int


class Message(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A message of any kind. `from_` is absent in channels; `sender_chat` is a group's anonymous administrator."""

    message_id: int
    date: Seconds
    chat: Chat
    from_: User | None = None
    sender_chat: Chat | None = None
    business_connection_id: str = ""
    edit_date: Seconds | None = None
    reply_to_message: Replied | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    text: str | None = None
    caption: str | None = None
    photo: object = None
    voice: object = None
    video: object = None
    video_note: object = None
    audio: object = None
    document: object = None
    animation: object = None
    sticker: object = None
    contact: object = None
    location: object = None
    poll: object = None

    @property
    def said(self) -> str:
        """Text or caption; empty for a voice message, a sticker and the like."""
        return self.text or self.caption or ""

    @property
    def content(self) -> list[str]:
        """What tells two versions of a message apart, the same for every bot that sees them: words, and which files."""
        return [self.text or "", self.caption or "", *sorted(_files(getattr(self, field) for field in _CONTENT))]

    @property
    def is_service(self) -> bool:
        """Whether nobody wrote it: joined, left, pinned, new title, moved to a supergroup …"""
        return all(getattr(self, field) is None for field in _CONTENT)


_CONTENT = (
    "text",
    "caption",
    "photo",
    "voice",
    "video",
    "video_note",
    "audio",
    "document",
    "animation",
    "sticker",
    "contact",
    "location",
    "poll",
)


def _files(fields: Iterable[object]) -> Iterator[str]:
    """`file_unique_id` of every file in them; `file_id` is each bot's own. A photo is a list of its sizes."""
    for field in fields:
        parts = field if isinstance(field, list) else [field]
        for part in parts:
            if isinstance(part, dict) and isinstance(part.get("file_unique_id"), str):
                yield part["file_unique_id"]


class Deleted(msgspec.Struct, frozen=True):
    """`BusinessMessagesDeleted`: has no time of its own."""

    business_connection_id: str
    chat: Chat
    message_ids: list[int]


class Pressed(msgspec.Struct, frozen=True):
    """The message under whose button was pressed, accessible or not."""

    chat: Chat


class CallbackQuery(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A pressed button."""

    id: str
    from_: User
    message: Pressed | None = None
    data: str = ""


class Update(msgspec.Struct, frozen=True):
    """At most one of the fields besides `update_id` is there; kinds we do not read leave all of them empty."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    business_message: Message | None = None
    edited_business_message: Message | None = None
    deleted_business_messages: Deleted | None = None
    callback_query: CallbackQuery | None = None
