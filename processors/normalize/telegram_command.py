"""What our people ask the bot in private or in a curators' chat: `/risk 12345`, `/top`, `/silent`, `/mute 12345 7`; and
in a client's chat whose it is: `/link 12345`, or whose the topic is: `/link 12345 тема`.
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from processors.belonging import topic_of
from processors.curators import CODE, VALID_MS, digest
from processors.days import DAY_MS
from processors.identity import Identities
from processors.normalize.contract import Options
from processors.normalize.telegram_update import Message
from schemas.bot import Asked, BotCommand, Fault
from schemas.events import AlertsMuted, Author
from schemas.sources import ClientRef, Identity
from schemas.types import EventId, LeadId, Millis

_COMMAND = re.compile(r"/(risk|top|silent|mute|help|start|link)(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_ANY = re.compile(r"/\w")
_LINK = re.compile(r"/link(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_LEAD = re.compile(r"(?:lead-|№|#)?([0-9]{1,12})", re.IGNORECASE)
_DAYS = re.compile(r"[0-9]{1,3}")

TOPIC = "тема"
"""`/link 12345 тема`: not the whole group."""

USUAL_DAYS, MOST_DAYS = 7, 90
"""How long `/mute` holds where no days are said, and at most: who is muted for ever is forgotten."""


def asked(
    message: Message, command_id: EventId, source: str, author: Author, identities: Identities
) -> Sequence[BotCommand | AlertsMuted]:
    """The command in a message of our people, and what it does; nothing where there is none. A lead that was merged is
    the one that it is now."""
    said = message.said.strip()
    found = _COMMAND.fullmatch(said)
    if found is None and not (message.chat.type == "private" and _ANY.match(said)):
        return []  # in a group it may be another bot's
    name, words = (found[1].lower(), (found[2] or "").split()) if found is not None else ("help", [])
    ts = message.date * 1000

    def command(name: Asked, lead_id: LeadId = "", until: Millis = 0, fault: Fault = "") -> BotCommand:
        chat_id = str(message.chat.id)
        return BotCommand(
            command_id=command_id, chat_id=chat_id, command=name, ts=ts, lead_id=lead_id, until=until, fault=fault
        )

    match name:
        case "top" | "silent":
            return [command(name)]
        case "risk":
            lead = identities.merged(_lead(words))
            return [command("risk", lead_id=lead) if lead else command("risk", fault="no_lead")]
        case "mute":
            lead = identities.merged(_lead(words))
            if not lead:
                return [command("mute", fault="no_lead")]
            if len(words) > 1 and not (_DAYS.fullmatch(words[1]) and int(words[1]) <= MOST_DAYS):
                return [command("mute", lead_id=lead, fault="no_days")]
            days = int(words[1]) if len(words) > 1 else USUAL_DAYS
            until = ts + days * DAY_MS if days else 0
            muted = AlertsMuted(event_id=command_id, lead_id=lead, ts=ts, source=source, until=until, actor=author)
            return [muted, command("mute", lead_id=lead, until=until)]
        case _:
            return [command("help")]


def linked(
    message: Message, command_id: EventId, source: str, author: Author, identities: Identities, options: Options
) -> Sequence[Identity | BotCommand] | None:
    """Whose chat this is, said by one of our people in it, and the answer to it; None where the message says no such
    thing. With the word «тема» it is said of the topic alone in which it stands."""
    found = _LINK.fullmatch(message.said.strip())
    if found is None:
        return None
    words = (found[1] or "").split()
    ts, lead = message.date * 1000, _lead(words)
    topic = message.topic if words[1:2] == [TOPIC] else ""
    client = topic_of(str(message.chat.id), topic)
    before = identities.find(client)
    fault: Fault = "" if lead else "no_lead"
    if words[1:2] == [TOPIC] and not topic:
        fault = "no_topic"
    if lead and not options.is_client(lead):
        fault = "unknown"
    told = BotCommand(
        command_id=command_id,
        chat_id=str(message.chat.id),
        command="link",
        ts=ts,
        lead_id=lead,
        fault=fault,
        chat_title=message.chat.title,
        before=before or "",
        topic=topic,
    )
    if fault or lead == before:
        return [told]
    link = Identity(
        *(client.kind, client.value, lead, author.name or author.id),
        source=source,
        confirmed_at=ts,
        name=message.chat.title,
    )
    return [link, told]


def introduced(
    message: Message, command_id: EventId, source: str, identities: Identities
) -> Sequence[Identity | BotCommand] | None:
    """A curator who tells the bot in private who he is: from now on his clients' alerts go there. By the code of his
    invitation; by his own phone, which is that of a user of the portal; by a bare `/start`, where the portal lists his
    account. None where the message says no such thing; a code that is none, used or too old is a stranger's word."""
    if message.chat.type != "private" or message.business_connection_id:
        return None
    ts, chat = message.date * 1000, str(message.chat.id)
    told = BotCommand(command_id=command_id, chat_id=chat, command="start", ts=ts)
    curator = Identity("curator", chat, source=source, confirmed_at=ts)
    user = _user(message, identities)
    if user is not None:
        name = identities.staff.name(user)
        return [replace(curator, name=name, user=user), replace(told, name=name)]
    found = CODE.fullmatch(message.said.strip())
    invited = None if found is None else identities.invited(digest(found[1]))
    if invited is None or ts > invited.confirmed_at + VALID_MS:
        return None
    named = replace(curator, confirmed_by=invited.confirmed_by, name=invited.name)
    return [named, replace(invited, name=""), replace(told, name=invited.name)]


def _user(message: Message, identities: Identities) -> str | None:
    """The user of the portal who writes, where that is certain. A contact's `user_id` is Telegram's own word: who sends
    the card of a colleague is not he."""
    contact, sender = message.contact, message.from_
    if sender is None:
        return None
    if contact is not None:
        phone = contact.phone_number if contact.phone_number.startswith("+") else f"+{contact.phone_number}"
        return identities.staff.user(ClientRef("phone", phone)) if contact.user_id == sender.id else None
    if message.said.strip() != "/start" or str(message.chat.id) in identities.curators:
        return None
    return identities.staff.user(ClientRef("tg_user", str(sender.id)))


def _lead(words: Sequence[str]) -> LeadId:
    found = _LEAD.fullmatch(words[0]) if words else None
    return found[1] if found else ""
