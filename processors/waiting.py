"""What waits for its client, in words: a record of `lead.unassigned` as a person would tell it. Pure."""

from typing import Any, NamedTuple

from processors.normalize.telegram_content import content_of
from processors.russian.called import CONTENTS, EVENT_KINDS
from schemas.codec import Codec, Rejected
from schemas.sources import Unassigned
from schemas.topics import BITRIX, LEAD_EVENTS, RECORDINGS, TELEGRAM, TRANSCRIPTS, WMS

_FIELDS: Codec[dict[str, Any]] = Codec(dict[str, Any])

LONGEST = 160
"""Characters of a sample: enough to know who speaks."""

WMS_TYPES = {
    "reservation_created": "бронь",
    "reservation_changed": "изменение брони",
    "reservation_cancelled": "снятие брони",
    "pick_started": "начало сборки",
    "pick_completed": "сборка",
    "shipment": "отгрузка",
    "inbound_planned": "ожидаемая приёмка",
    "inbound": "приёмка",
    "return": "возврат",
    "adjustment": "правка остатка",
    "stock_snapshot": "остатки",
}


OBJECTS = {
    "lead": "лид",
    "deal": "сделка",
    "contact": "контакт",
    "company": "компания",
    "activity": "дело",
    "comment": "комментарий",
}
ACTIVITIES = {"1": "встреча", "2": "звонок", "4": "письмо"}
"""`TYPE_ID` of the portal's activities."""


class Told(NamedTuple):
    """`name`: what its source calls the client (a chat's title, a customer's name, a room), empty where it does not.
    `text`: what was said or done."""

    name: str
    text: str


def told(event: Unassigned) -> Told:
    """Never raises: of what cannot be read the name of its source is left."""
    fields = _FIELDS.decode(bytes(event.record))
    if isinstance(fields, Rejected):
        return Told("", "")
    match event.topic:
        case TELEGRAM.name:
            return _telegram(_inner(fields, "payload"))
        case WMS.name:
            return _wms(event, _inner(fields, "payload"))
        case RECORDINGS.name | TRANSCRIPTS.name:
            fields = _inner(fields, "recording") or fields
            there = [one for one in fields.get("participants") or [fields.get("name")] if isinstance(one, str) and one]
            return Told(_text(fields, "room"), _short("встреча" + (": " + ", ".join(there) if there else "")))
        case BITRIX.name:
            return _bitrix(_inner(fields, "payload"))
        case LEAD_EVENTS.name:  # it had a lead, and lost him when a link ended
            return Told(_text(fields, "room"), _short(_of_lead(fields)))
        case _:
            return Told("", "")


def _telegram(update: dict[str, Any]) -> Told:
    for kind in (
        "message",
        "business_message",
        "edited_message",
        "edited_business_message",
        "deleted_business_messages",
    ):
        message = _inner(update, kind)
        if not message:
            continue
        chat, person = _inner(message, "chat"), _inner(message, "from")
        name = _text(chat, "title") or f"{_text(chat, 'first_name')} {_text(chat, 'last_name')}".strip()
        who = f"{_text(person, 'first_name')} {_text(person, 'last_name')}".strip()
        content = None if kind.startswith("deleted") else content_of(message)
        said = "" if content is None else content.text or CONTENTS.get(content.kind, content.kind)
        if kind.startswith("deleted"):
            said = "удалены сообщения"
        return Told(name, _short(f"{who}: {said}" if who and who != name and said else said))
    return Told("", "")


def _bitrix(payload: dict[str, Any]) -> Told:
    """An object of the CRM; what a client is called there says his company, else the object's own title."""
    fields, kind = _inner(payload, "fields"), _text(payload, "kind")
    title = _text(fields, "title") or _text(fields, "SUBJECT") or _text(fields, "COMMENT")
    name = _text(payload, "company") or (title if kind in ("lead", "deal", "contact", "company") else "")
    what = ACTIVITIES.get(str(fields.get("TYPE_ID")), "") if kind == "activity" else ""
    what = what or OBJECTS.get(kind, kind)
    return Told(name, _short(f"{what}: {title}" if title else what))


def _of_lead(fields: dict[str, Any]) -> str:
    kind = _text(fields, "type")
    words = _text(fields, "text") or _text(fields, "subject") or _text(fields, "doc")
    what = CONTENTS.get(_text(fields, "content"), "") if kind == "message" else EVENT_KINDS.get(kind, kind)
    return ": ".join(part for part in (what, words) if part) or EVENT_KINDS.get(kind, kind)


def _wms(event: Unassigned, payload: dict[str, Any]) -> Told:
    kind, doc = _text(payload, "type"), _inner(payload, "doc")
    number = _text(doc, "number") or _text(doc, "id")
    name = "" if event.client.value.isdigit() else event.client.value
    return Told(name, _short(f"{WMS_TYPES.get(kind, kind)} {number}".strip()))


def _inner(fields: dict[str, Any], name: str) -> dict[str, Any]:
    found = fields.get(name)
    return found if isinstance(found, dict) else {}


def _text(fields: dict[str, Any], name: str) -> str:
    found = fields.get(name)
    return " ".join(found.split()) if isinstance(found, str) else ""


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
