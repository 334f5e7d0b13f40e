"""What comes in during the demo: sixty days of a warehouse, a chat message, a spoken meeting."""

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from processors.days import DAY_MS
from tests.speech import quiet, say, write_mp4

LEADS = [str(number) for number in range(1001, 1013)]
SPIKE_LEAD, CHAT_LEAD, MEETING_LEAD = LEADS[0], LEADS[1], LEADS[2]
NAMES = (
    *("ООО «Ромашка»", "ИП Соколова", "Чайная лавка", "ООО «Тёплый дом»", "Кедр и Ко", "ИП Лебедев"),
    *("Детский мир игр", "ООО «Север»", "Мастерская Веры", "ИП Гущина", "Свечной двор", "ООО «Полка»"),
)
PROMISER = "Сергей"
"""Who says in the meeting that he will check the contract tomorrow."""
ROOM = f"lead-{MEETING_LEAD}-kickoff"
HISTORY_DAYS = 60
SPIKE_PIECES = 40

LEAVING_MESSAGE = "Добрый день. Мы уходим к конкуренту, документы пришлём завтра."

SPOKEN = (
    ("ru", "добрый день, это анна"),
    ("ru+m3", "привет, я менеджер"),
    ("ru", "у нас три поставки, сколько стоит доставка"),
    ("ru+m3", "цена доставки пять рублей"),
    ("ru", "у вас дорого, мы уходим"),
    ("ru+m3", "меня зовут сергей, я проверю договор завтра"),
    ("ru", "спасибо, до свидания"),
)
"""In the vocabulary of the small speech model (tools/speech_model/corpus.py)."""


def warehouse_history(now_ms: int) -> list[dict[str, Any]]:
    """A few documents per client and day, as a WMS would export them; the same on every run of a day."""
    rng = random.Random(7)
    events = []
    for lead in LEADS:
        daily = rng.randint(1, 3)
        for age in range(HISTORY_DAYS, 2, -1):
            for number in range(rng.randint(max(0, daily - 1), daily + 1)):
                ts = now_ms - age * DAY_MS + number * 60_000
                kind = ("reservation_created", "pick_completed", "inbound")[number % 3]
                events.append(_document(lead, f"H-{lead}-{age}-{number}", kind, ts, rng.randint(3, 12), backfill=True))
    return events


def spike(now_ms: int) -> list[dict[str, Any]]:
    """Twelve reservations within a minute: everything that is left on the shelves."""
    return [
        _document(SPIKE_LEAD, f"R-{uuid.uuid4().hex[:8]}", "reservation_created", now_ms - number * 5000, SPIKE_PIECES)
        for number in range(12, 0, -1)
    ]


def _document(lead: str, number: str, kind: str, ts: int, qty: int, backfill: bool = False) -> dict[str, Any]:
    return {
        "id": number,
        "type": kind,
        "ts": ts,
        "client": {"kind": "lead", "value": lead},
        "doc": {"id": number, "number": f"WH-{number}"},
        "lines": [{"sku": f"SKU-{lead}-1", "qty": qty}],
        "warehouse": "MSK-1",
        "backfill": backfill,
    }


def recording(recordings: Path, metadata: dict[str, Any]) -> Path:
    """What Jibri leaves behind the meeting: a directory with the mp4 and metadata.json; returns the directory."""
    pause = quiet(0.8)
    sound = np.concatenate([piece for voice, text in SPOKEN for piece in (say(text, voice), pause)])
    folder = recordings / uuid.uuid4().hex
    folder.mkdir(parents=True)
    began = datetime.now(UTC) - timedelta(seconds=len(sound) / 16_000)
    write_mp4(folder / f"{ROOM}_{began:%Y-%m-%d-%H-%M-%S}.mp4", sound)
    told = {"meeting_url": f"https://meet.example/{ROOM}", "participants": []} | metadata
    (folder / "metadata.json").write_text(json.dumps(told))
    return folder
