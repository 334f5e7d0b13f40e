"""What our people say to the assistant: words in private to the bot, written or spoken, that are no command.

Words of others that one of ours hands on (a forwarded message, one by an inline bot) are not his: nobody gives the
assistant orders by writing to a curator. An edit says nothing new: what was asked has been answered.
"""

from collections.abc import Sequence
from typing import Final

from processors.identity import Identities
from processors.normalize.contract import Options
from processors.normalize.telegram_content import Content
from processors.normalize.telegram_frame import author_id, author_of, id_of, may_ask
from processors.normalize.telegram_update import Message
from schemas.assistant import AssistantAsked, Unheard, Via

LONGEST: Final = 4096
"""Characters of a message of Telegram; a long voice message has more."""


def never_heard(content: Content, options: Options) -> Unheard:
    """Why words of what is spoken here will never come; empty where they may."""
    if not options.hears:
        return "off"
    return "too_large" if content.large else ""


def said_to_assistant(
    message: Message,
    source: str,
    text: str,
    via: Via,
    identities: Identities,
    options: Options,
    unheard: Unheard = "",
) -> Sequence[AssistantAsked]:
    """`text` as it was said to the assistant; nothing where it is said to somebody else. The empty text of a voice
    message is what could not be understood, or was `unheard`; of anything else it is a picture."""
    words = " ".join(text.split()) if via == "voice" else text.strip()
    if not _alone(message) or message.handed_on or not may_ask(message, options):
        return []
    if words.startswith("/") or not (words or via == "voice"):
        return []
    who, author = author_id(message), author_of(message, options)
    return [
        AssistantAsked(
            asked_id=id_of(source, "", message.chat, message.message_id, "asked"),
            who=f"tg:{who}",
            name=identities.curators.get(who) or author.name or who,
            text=words[:LONGEST],
            via=via,
            at=message.date * 1000,
            chat_id=message.chat.id,
            message_id=str(message.message_id),
            unheard=unheard,
        )
    ]


def _alone(message: Message) -> bool:
    return message.chat.type == "private" and not message.business_connection_id
