"""Exports of chats: those that come from Telegram Desktop, and those that we write."""

import msgspec

from schemas.types import LeadId, Millis

TELEGRAM_EXPORT = "telegram:export"
"""Source of what an export of Telegram Desktop brought: history, about which nobody is asked or told."""


class DayMessage(msgspec.Struct, frozen=True):
    """A chat message as it stands now. `side` is client or staff; `content` is its kind where it is more than text;
    `album` is the same for photos and files that were sent together, each a message of its own.
    `edited_at` (ms UTC, 0: never) is of the last edit, `text` its words; `deleted`: it was withdrawn since.
    """

    lead_id: LeadId
    ts: Millis
    chat_id: str
    message_id: str
    author_id: str
    author: str
    side: str
    text: str
    content: str = ""
    reply_to: str = ""
    edited_at: Millis = 0
    deleted: bool = False
    source: str = ""
    album: str = ""
