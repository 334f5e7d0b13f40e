"""`source.telegram` → messages, their edits and deletions, and pressed buttons. One raw Bot API `Update` a record.

Our people's commands to the bot (`telegram_command`) are answered by `notify`; what else they write to it in private is
said to the assistant (`telegram_assistant`). A group that became a supergroup is the same chat under another id. No
events come of: channel posts, service messages and other messages in the curators' own chats.
"""

from typing import Any

from msgspec.structs import replace

from processors.identity import Identities
from processors.normalize.contract import Found, Options, unassigned
from processors.normalize.telegram_assistant import never_heard, said_to_assistant
from processors.normalize.telegram_business import KIND as BUSINESS
from processors.normalize.telegram_business import client_field, client_of, connected, number
from processors.normalize.telegram_button import pressed
from processors.normalize.telegram_command import asked, introduced, linked
from processors.normalize.telegram_content import Content, content_of
from processors.normalize.telegram_frame import author_of, id_of, is_internal, may_ask
from processors.normalize.telegram_login import opened
from processors.normalize.telegram_update import Deleted, Message, Update
from processors.normalize.telegram_voice import SPOKEN
from schemas import events
from schemas.codec import Codec, Rejected, event_id
from schemas.events import Event, MessageDeleted, MessageEdited
from schemas.sources import Identity, Inbound, Unassigned
from schemas.types import Meta

_INBOUND: Codec[Inbound] = Codec(Inbound)
_UPDATE: Codec[Update] = Codec(Update)
_FIELDS: Codec[dict[str, Any]] = Codec(dict[str, Any])


def normalize(meta: Meta, record: bytes, identities: Identities, options: Options) -> Found:
    """The events of one update. Of an imported one the words alone: a command of last year is not obeyed today."""
    inbound = _INBOUND.decode(record)
    if isinstance(inbound, Rejected):
        return inbound
    update = _UPDATE.decode(bytes(inbound.payload))
    if isinstance(update, Rejected):
        return update
    found = _found(update, inbound, meta, record, identities, options)
    if not inbound.history or isinstance(found, Rejected):
        return found
    kept = (one for one in found if isinstance(one, events.Message | MessageEdited | Unassigned))
    return [one if isinstance(one, Unassigned) else replace(one, backfill=True) for one in kept]


def _found(
    update: Update, inbound: Inbound, meta: Meta, record: bytes, identities: Identities, options: Options
) -> Found:
    source = f"telegram:{inbound.source}"
    options = options.knowing(identities)
    if update.callback_query is not None:
        return pressed(update.callback_query, source, meta, identities, options, str(update.update_id))
    if update.business_connection is not None:
        return [connected(update.business_connection)]
    if update.deleted_business_messages is not None:
        return _deletions(update.deleted_business_messages, source, meta, record, identities, options)
    fields = _FIELDS.decode(bytes(inbound.payload))
    for kind in ("message", "business_message", "edited_message", "edited_business_message"):
        message = getattr(update, kind)
        if message is None or isinstance(fields, Rejected):
            continue
        content = content_of(fields[kind])
        if kind.startswith("edited"):
            return _edit(message, content, source, meta, record, identities, options)
        return _message(message, content, source, meta, record, identities, options)
    return []


def _message(
    message: Message,
    content: Content | None,
    source: str,
    meta: Meta,
    record: bytes,
    identities: Identities,
    options: Options,
) -> Found:
    moved = _moved(message)
    if moved is not None:
        return [moved]
    if content is None:
        return []
    login = opened(message)
    if login is not None:
        return login
    command_id = id_of(source, "", message.chat, message.message_id, "command")
    new = introduced(message, command_id, source, identities)
    if new is not None:
        return new
    if is_internal(message, identities, options):
        if not may_ask(message, options):
            return []
        command = asked(message, command_id, source, author_of(message, options), identities)
        if command:
            return command
        if content.kind in SPOKEN:  # what is spoken comes with its words, `telegram_voice`
            why = never_heard(content, options)
            return said_to_assistant(message, source, "", "voice", identities, options, why) if why else []
        return said_to_assistant(message, source, message.said, "telegram", identities, options)
    id_, ts = id_of(source, message.business_connection_id, message.chat, message.message_id), message.date * 1000
    client = client_of(message.chat, message.business_connection_id, identities, options, message.topic)
    lead_id = identities.find(client)
    if may_ask(message, options) and client.kind != BUSINESS:
        told = linked(message, command_id, source, author_of(message, options), identities, options)
        if told is not None:
            return told
    if lead_id is None:
        return [unassigned(meta, record, id_, ts, source, client)]
    return [
        events.Message(
            event_id=id_,
            lead_id=lead_id,
            ts=ts,
            source=source,
            chat_id=str(message.chat.id),
            message_id=number(message.business_connection_id, message.message_id),
            author=author_of(message, options),
            text=content.text,
            album=message.album,
            reply_to=None if message.answered is None else number(message.business_connection_id, message.answered),
            content=content.kind,
            topic=message.topic,
            client=client_field(client),
        )
    ]


def _edit(
    message: Message,
    content: Content | None,
    source: str,
    meta: Meta,
    record: bytes,
    identities: Identities,
    options: Options,
) -> Found:
    if content is None or is_internal(message, identities, options):
        return []
    edited_at = message.edit_date or message.date
    version = edited_at, event_id("content", *content.version)  # two edits within a second have one `edit_date`
    id_ = id_of(source, message.business_connection_id, message.chat, message.message_id, *version)
    client = client_of(message.chat, message.business_connection_id, identities, options, message.topic)
    lead_id = identities.find(client)
    if lead_id is None:
        return [unassigned(meta, record, id_, edited_at * 1000, source, client)]
    return [
        MessageEdited(
            event_id=id_,
            lead_id=lead_id,
            ts=edited_at * 1000,
            source=source,
            chat_id=str(message.chat.id),
            message_id=number(message.business_connection_id, message.message_id),
            author=author_of(message, options),
            text=content.text,
            content=content.kind,
            topic=message.topic,
            client=client_field(client),
        )
    ]


def _deletions(
    deleted: Deleted, source: str, meta: Meta, record: bytes, identities: Identities, options: Options
) -> Found:
    ids = [
        (message_id, id_of(source, deleted.business_connection_id, deleted.chat, message_id, "deleted"))
        for message_id in deleted.message_ids
    ]
    client = client_of(deleted.chat, deleted.business_connection_id, identities, options)
    lead_id = identities.find(client)
    if lead_id is None:  # one record brings all its messages back when the chat is linked
        return [unassigned(meta, record, id_, meta.ts, source, client) for _, id_ in ids[:1]]
    found: list[Event | Unassigned] = [
        MessageDeleted(
            event_id=id_,
            lead_id=lead_id,
            ts=meta.ts,
            source=source,
            chat_id=str(deleted.chat.id),
            message_id=number(deleted.business_connection_id, message_id),
            client=client_field(client),
        )
        for message_id, id_ in ids
    ]
    return found


def _moved(message: Message) -> Identity | None:
    """Both groups say so, each in a message of its own, and whichever is read first is enough."""
    old, new = message.chat.id, message.migrate_to_chat_id
    if message.migrate_from_chat_id is not None:
        old, new = message.migrate_from_chat_id, message.chat.id
    return None if new is None else Identity("tg_moved", str(new), confirmed_by="telegram", was=str(old))
