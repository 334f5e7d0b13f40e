"""Files in messages of the Bot API, and the words of those in which somebody speaks.

A voice message is transcribed as a recording that says in which message it was heard; its words come back as a new
version of that message, so everything that reads a chat reads them.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from processors.identity import Identities
from processors.normalize.contract import Found, Options, unassigned
from processors.normalize.telegram_assistant import said_to_assistant
from processors.normalize.telegram_business import client_field, client_of, number
from processors.normalize.telegram_frame import author_of, id_of, is_internal
from processors.normalize.telegram_update import Message, Update
from schemas.codec import Codec, Rejected, event_id
from schemas.events import MessageEdited
from schemas.sources import Inbound
from schemas.types import Meta, Millis

SPOKEN: Final = ("voice", "video_note")
"""Kinds in which somebody speaks to us. A video or a song may have words in it; nobody means them as a message."""
FETCHED: Final = (*SPOKEN, "photo", "video", "audio", "document", "animation")
"""Kinds that are a file: an animation comes with its document. A sticker is none of the client's papers."""
NEWS: Final = ("message", "business_message")
"""Kinds of updates in which a file comes first."""

_UPDATE: Codec[Update] = Codec(Update)
_FIELDS: Codec[dict[str, Any]] = Codec(dict[str, Any])


class File(msgspec.Struct, frozen=True):
    """A file as Telegram tells of it; `file_id` is the bot's own, `file_size` in bytes where it is known."""

    file_id: str
    file_unique_id: str
    file_size: int = 0
    duration: int = 0
    mime_type: str = ""
    file_name: str = ""


_FILE: Codec[File] = Codec(File)


class Attached(msgspec.Struct, frozen=True):
    """The file of a message, and what of its name and time is needed to keep it. `id` tells messages apart."""

    kind: str
    file: File
    id: str
    chat: str
    said_at: Millis

    @property
    def spoken(self) -> bool:
        """Whether somebody speaks in it."""
        return self.kind in SPOKEN


def attached(inbound: Inbound) -> Attached | None:
    """The file of a new message; None where there is none."""
    read = _message(inbound)
    if read is None:
        return None
    message, fields = read
    kind = next((kind for kind in FETCHED if fields.get(kind)), "")
    sizes = fields.get(kind)
    file = _FILE.decode(msgspec.json.encode(sizes[-1] if isinstance(sizes, list) else sizes)) if kind else None
    if file is None or isinstance(file, Rejected):
        return None
    id_ = id_of(f"telegram:{inbound.source}", message.business_connection_id, message.chat, message.message_id, "file")
    return Attached(kind, file, id_, str(message.chat.id), message.date * 1000)


def spoken(
    meta: Meta, record: bytes, inbound: Inbound, said: str, version: int, identities: Identities, options: Options
) -> Found:
    """The message with its words: what was written under it, then what was said. `ts` is the message's, in ms, plus the
    version, so that it stands behind it. Of one of our people in private: said to the assistant, of nobody's history;
    among curators it is nobody's."""
    read = _message(inbound)
    if read is None:
        return Rejected("a voice message without its message")
    message, fields = read
    source, connection = f"telegram:{inbound.source}", message.business_connection_id
    options = options.knowing(identities)
    if is_internal(message, identities, options):
        words = "\n".join(part for part in (message.said, said) if part)
        return [] if inbound.history else said_to_assistant(message, source, words, "voice", identities, options)
    if not said:
        return []
    id_ = id_of(source, connection, message.chat, message.message_id, event_id("said", version))
    ts = message.date * 1000 + min(version, 999)
    client = client_of(message.chat, connection, identities, options, message.topic)
    lead_id = identities.find(client)
    if lead_id is None:
        return [unassigned(meta, record, id_, ts, source, client)]
    return [
        MessageEdited(
            event_id=id_,
            lead_id=lead_id,
            ts=ts,
            source=source,
            chat_id=str(message.chat.id),
            message_id=number(connection, message.message_id),
            author=author_of(message, options),
            text="\n".join(part for part in (message.said, said) if part),
            content=next((kind for kind in SPOKEN if fields.get(kind)), ""),
            topic=message.topic,
            client=client_field(client),
        )
    ]


def _message(inbound: Inbound) -> tuple[Message, Mapping[str, Any]] | None:
    update, fields = _UPDATE.decode(bytes(inbound.payload)), _FIELDS.decode(bytes(inbound.payload))
    if isinstance(update, Rejected) or isinstance(fields, Rejected):
        return None
    for kind in NEWS:
        message: Message | None = getattr(update, kind)
        if message is not None:
            return message, fields[kind]
    return None
