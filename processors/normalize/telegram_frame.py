"""Which message it is, who wrote it, and whether we are among ourselves."""

from processors.identity import Identities
from processors.normalize.contract import Options
from processors.normalize.telegram_update import CallbackQuery, Chat, Message
from schemas.bot import Question
from schemas.codec import event_id
from schemas.events import Author
from schemas.types import EventId


def id_of(source: str, connection: str, chat: Chat, message_id: int, *version: str | int) -> EventId:
    """Message ids are a supergroup's own; elsewhere each account numbers its messages, so the bot belongs to the id."""
    if connection:
        return event_id("telegram", connection, chat.id, message_id, *version)
    if chat.type == "supergroup":
        return event_id("telegram", chat.id, message_id, *version)
    return event_id(source, chat.id, message_id, *version)


def author_id(message: Message) -> str:
    """The person, or the channel or group that speaks; empty where nobody is named."""
    if message.sender_chat is not None:
        return str(message.sender_chat.id)
    return "" if message.from_ is None else str(message.from_.id)


def author_of(message: Message, options: Options) -> Author:
    """Who wrote. In a business chat the other side's user id is the chat's; whoever else writes there is ours, and so
    is a channel that speaks in its own group.
    """
    user, id_ = message.from_, author_id(message)
    name = message.sender_chat.title if message.sender_chat is not None else "" if user is None else user.name
    ours = (
        message.is_automatic_forward
        or id_ in options.people
        or (message.sender_chat is None and user is not None and user.is_bot)
    )
    if message.business_connection_id:
        ours = ours or id_ != str(message.chat.id)
    return Author(id_, name, client=not ours)


def is_internal(message: Message, identities: Identities, options: Options) -> bool:
    """A chat of the curators, or one of our people who writes to the bot in private."""
    if not options.curator_chats.isdisjoint(identities.chats(str(message.chat.id))):
        return True
    private = message.chat.type == "private" and not message.business_connection_id
    return private and author_id(message) in options.people


def may_ask(message: Message, options: Options) -> bool:
    """Who may press buttons may ask; a guest of the curators' group may not."""
    return message.from_ is not None and author_id(message) in options.people | options.curator_chats


def chat_of(query: CallbackQuery) -> str:
    """Where a button was pressed; where that is not told, the presser's own chat."""
    return str(query.message.chat.id if query.message is not None else query.from_.id)


def question_of(query: CallbackQuery) -> Question | None:
    """The message under whose button was pressed, where it can be shown anew."""
    under = query.message
    return Question(under.chat.id, under.message_id, under.text) if under is not None and under.text else None
