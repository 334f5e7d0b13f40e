"""What waits for its client, in words that a person can read aloud."""

from typing import Any

import msgspec
import pytest

from processors.waiting import Told, told
from schemas.sources import ClientRef, Unassigned


def waits(topic: str, record: dict[str, Any]) -> Unassigned:
    """A record of `lead.unassigned`."""
    return Unassigned("0" * 16, 1, "s", ClientRef("x", "1"), topic, msgspec.Raw(msgspec.json.encode(record)))


def entity(kind: str, fields: dict[str, Any], **more: str) -> dict[str, Any]:
    """A record of `source.bitrix`."""
    return {"source": "main", "payload": {"type": "entity", "kind": kind, "id": "5", "fields": fields, **more}}


VOICE = {"chat": {"title": "Ромашка"}, "from": {"first_name": "Пётр"}, "voice": {"file_id": "a"}}


@pytest.mark.parametrize(
    ("topic", "record", "said"),
    [
        ("source.bitrix", entity("deal", {"title": "Поставка"}), Told("Поставка", "сделка: Поставка")),
        ("source.bitrix", entity("deal", {"title": "№5"}, company="ООО Лютик"), Told("ООО Лютик", "сделка: №5")),
        ("source.bitrix", entity("activity", {"TYPE_ID": 2, "SUBJECT": "Входящий"}), Told("", "звонок: Входящий")),
        ("source.bitrix", entity("activity", {"TYPE_ID": "4"}), Told("", "письмо")),
        ("source.bitrix", entity("comment", {"COMMENT": "ждём"}), Told("", "комментарий: ждём")),
        ("source.telegram", {"payload": {"message": VOICE}}, Told("Ромашка", "Пётр: голосовое сообщение")),
        ("lead.events", {"type": "message", "text": "где товар"}, Told("", "где товар")),
        ("lead.events", {"type": "message", "content": "photo", "text": ""}, Told("", "фото")),
        ("lead.events", {"type": "message_deleted"}, Told("", "удаление сообщения")),
        ("lead.events", {"type": "reservation", "doc": "З-7"}, Told("", "бронь: З-7")),
        ("lead.events", {"type": "meeting_recorded", "room": "romashka"}, Told("romashka", "запись встречи")),
        ("source.bitrix", {"payload": 5}, Told("", "")),
    ],
)
def test_it_is_told_in_words(topic: str, record: dict[str, Any], said: Told) -> None:
    """No word of a program, and what a client is called where his source says it."""
    assert told(waits(topic, record)) == said
