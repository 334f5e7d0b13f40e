"""The parts of a Bot API `Update` that matter to us (core.telegram.org/bots/api). Unknown fields are ignored."""

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

    @property
    def name(self) -> str:
        """As people read it."""
        return f"{self.first_name} {self.last_name}".strip()


class Chat(msgspec.Struct, frozen=True):
    """A chat; `type` is private, group, supergroup or channel."""

    id: int
    type: str = ""
    title: str = ""


class Replied(msgspec.Struct, frozen=True):
    """The message that was answered."""

    message_id: int


class Contact(msgspec.Struct, frozen=True):
    """A card of a person; `user_id` is his account, as Telegram itself found it by the phone."""

    phone_number: str
    user_id: int | None = None


class Message(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """The frame of a message; `telegram_content` reads what it holds.

    `from_` is absent in channels; `sender_chat` is a group's anonymous administrator, or the channel that the group
    belongs to, whose posts come as `is_automatic_forward`.
    """

    message_id: int
    date: Seconds
    chat: Chat
    from_: User | None = None
    sender_chat: Chat | None = None
    business_connection_id: str = ""
    edit_date: Seconds | None = None
    message_thread_id: int | None = None
    media_group_id: str | int | None = None
    is_topic_message: bool = False
    is_automatic_forward: bool = False
    reply_to_message: Replied | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    text: str | None = None
    caption: str | None = None
    contact: Contact | None = None
    forward_origin: object = None
    forward_date: object = None
    via_bot: object = None

    @property
    def handed_on(self) -> bool:
        """Whether the words are another's: forwarded, or put there by an inline bot."""
        return any(mark is not None for mark in (self.forward_origin, self.forward_date, self.via_bot))

    @property
    def said(self) -> str:
        """Text or caption; empty for a voice message, a sticker and the like."""
        return self.text or self.caption or ""

    @property
    def album(self) -> str:
        """The same for what was sent together; empty for a message of its own."""
        return "" if self.media_group_id is None else str(self.media_group_id)

    @property
    def topic(self) -> str:
        """The topic of a forum, or of a private chat with topics; empty outside of one, and in "General"."""
        return str(self.message_thread_id) if self.is_topic_message and self.message_thread_id else ""

    @property
    def answered(self) -> int | None:
        """The message that it answers. In a forum every message has one: where nobody chose it, the topic's first."""
        if self.reply_to_message is None:
            return None
        answered = self.reply_to_message.message_id
        return None if self.is_topic_message and answered == self.message_thread_id else answered


class Deleted(msgspec.Struct, frozen=True):
    """`BusinessMessagesDeleted`: has no time of its own."""

    business_connection_id: str
    chat: Chat
    message_ids: list[int]


class Connection(msgspec.Struct, frozen=True):
    """`BusinessConnection`: `user` let the bot read his private chats, or ended that."""

    id: str
    user: User


class Key(msgspec.Struct, frozen=True):
    """`InlineKeyboardButton`."""

    text: str = ""
    callback_data: str = ""


class Markup(msgspec.Struct, frozen=True):
    """`InlineKeyboardMarkup`: rows of buttons."""

    inline_keyboard: list[list[Key]] = []


class Pressed(msgspec.Struct, frozen=True):
    """The message under whose button was pressed; of one that is not accessible any more the text is missing."""

    chat: Chat
    message_id: int = 0
    text: str = ""
    reply_markup: Markup = Markup()

    def label(self, data: str) -> str:
        """What the button with this data says; empty where it is not known any more."""
        keys = (key for row in self.reply_markup.inline_keyboard for key in row)
        return next((key.text for key in keys if key.callback_data == data), "")


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
    business_connection: Connection | None = None
    edited_message: Message | None = None
    business_message: Message | None = None
    edited_business_message: Message | None = None
    deleted_business_messages: Deleted | None = None
    callback_query: CallbackQuery | None = None


ALLOWED_UPDATES = tuple(field for field in Update.__struct_fields__ if field != "update_id")
"""What to ask Telegram for: the kinds of updates that we read."""
