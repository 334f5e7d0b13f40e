"""The names by which sources know a client, in the one way in which they are compared. Pure."""

import re
from typing import Final

import phonenumbers

from processors.curators import same
from processors.pseudonyms.registers import is_inn
from schemas.sources import ClientRef

HOME: Final = "RU"
"""Country of a phone that is written without one."""

KINDS: Final = {
    "phone": "телефон",
    "email": "почта",
    "inn": "ИНН",
    "tg_chat": "чат Telegram",
    "tg_topic": "тема группы Telegram",
    "tg_user": "человек в Telegram",
    "jitsi_room": "комната встречи",
    "recording": "запись встречи",
    "wms_customer": "клиент склада",
    "b24_lead": "лид Битрикс24",
    "b24_deal": "сделка Битрикс24",
    "b24_contact": "контакт Битрикс24",
    "b24_company": "компания Битрикс24",
}
"""Kinds that a person may link, in words (research/domain.md 2). Sources may have others, kept as they are."""

_MAIL = re.compile(r"[^@\s,;<>]+@(?:[^@\s.,;<>]+\.)+[^@\s.,;<>]{2,}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,20}\Z")
_TOPIC = re.compile(r"-?[0-9]{1,20}/[0-9]{1,20}\Z")
_EXTENSION = re.compile(r"(?i)\s*(?:доб|вн|ext)\D*\d*\s*\Z")


def normal(kind: str, value: str) -> str | None:
    """The value as it is compared; None where it is none of its kind.

    Phones are E.164, mails lower case, of an INN the check digits hold. A room is lower case, as in a JID (RFC 7622). A
    participant is his client's number and the name in the room, whatever its case.
    """
    text = " ".join(value.split())
    match kind:
        case "phone":
            return _phone(text)
        case "email":
            mail = text.removeprefix("mailto:").lower()
            return mail if _MAIL.match(mail) else None
        case "inn":
            digits = text.replace(" ", "")
            return digits if digits.isascii() and digits.isdigit() and is_inn(digits) else None
        case "jitsi_room":
            return text.lower() or None
        case "participant":
            lead, slash, name = text.partition("/")
            return f"{lead}/{same(name)}" if slash and lead and name.strip() else None
        case "tg_topic":
            return text if _TOPIC.match(text) else None
        case _ if kind.startswith(("tg_", "b24_")):
            return text if _NUMBER.match(text) else None
        case _:
            return text or None


def link_key(client: ClientRef) -> str:
    """Key of the topic `identities`, also of what waits for its client. What is none of its kind stays as it was sent:
    it waits under that, and a person can see it."""
    return f"{client.kind}:{normal(client.kind, client.value) or client.value}"


def ref_of(key: str) -> ClientRef:
    """The client of a key of `identities` or `lead.unassigned`."""
    kind, _, value = key.partition(":")
    return ClientRef(kind, value)


def _phone(text: str) -> str | None:
    try:
        number = phonenumbers.parse(_EXTENSION.sub("", text), HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
