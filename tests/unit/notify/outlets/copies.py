"""Minutes and batches that the tests of outlets share."""

from types import SimpleNamespace
from typing import Any

import msgspec

from schemas.codec import event_id
from schemas.meetings import Utterance
from schemas.minutes import Action, MeetingMinutes, Minutes, Point, Topic
from schemas.outlets import MinutesCopy
from streams.engine.settle import Batch

FOUR_PM = 1_795_266_000_000
"""2026-11-21 16:00 Moscow time."""

MINUTES = Minutes(
    summary="Клиент недоволен сроками отгрузки. Договорились о новом тарифе.",
    engine="glm-4.5-flash",
    topics=[Topic("Сроки отгрузки", 0, 750_000), Topic("Тариф", 750_000, 5_100_000)],
    decisions=[Point("Переходим на тариф «Плюс»", "давайте тогда переходим на плюс", 3)],
    actions=[Action("Прислать новый договор.", "Анна", "2026-11-28", "я пришлю договор до субботы", 5)],
)


def meeting(recording_id: str = "rec-1", version: int = 1, **fields: Any) -> MeetingMinutes:
    """A meeting of lead 12345; `minutes` in `fields` replaces the usual ones."""
    minutes = msgspec.structs.replace(fields.pop("minutes", MINUTES), version=version)
    usual: dict[str, Any] = {
        "event_id": event_id("minutes", recording_id, version),
        "lead_id": "12345",
        "ts": FOUR_PM,
        "source": "minutes",
        "room": "lead-12345-kickoff",
        "duration_ms": 5_100_000,
        "people": ["Анна", "Пётр"],
    }
    return MeetingMinutes(recording_id=recording_id, minutes=minutes, **usual | fields)


def copy(event: MeetingMinutes) -> bytes:
    """As it stands on `out.*`."""
    words = [Utterance(0, 2000, "добрый день", "Анна"), Utterance(2500, 4000, "здравствуйте")]
    return msgspec.json.encode(MinutesCopy(event, words))


def batch(*values: bytes, topic: str = "out.files", first: int = 0) -> Batch:
    """Records with these values, offsets from `first`."""
    records: Any = [
        SimpleNamespace(offset=first + n, value=value, key=b"12345", timestamp=1000, partition=0, headers=())
        for n, value in enumerate(values)
    ]
    return Batch(topic, 0, 1, records)
