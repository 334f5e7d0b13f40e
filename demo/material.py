"""What comes in during the demo: sixty days of a warehouse, a chat message, a spoken meeting."""

import csv
import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from processors.days import DAY_MS, zone
from tests.fakes.bitrix_crm import FakeCrm
from tests.speech import quiet, say, write_mp4

LEADS = [str(number) for number in range(1001, 1013)]
LEAVES, CHAT_LEAD, MAIL_LEAD, TABLE_LEAD = LEADS[:4]
"""Client `LEAVES` has all in one story: he reserves everything, asks for his boxes, and says in a meeting that he goes.
The others write it, once each."""
NAMES = dict(
    zip(
        LEADS,
        (
            *("ООО «Ромашка»", "ИП Соколова", "Чайная лавка", "ООО «Тёплый дом»", "Кедр и Ко", "ИП Лебедев"),
            *("Детский мир игр", "ООО «Север»", "Мастерская Веры", "ИП Гущина", "Свечной двор", "ООО «Полка»"),
        ),
        strict=True,
    )
)
CURATOR, CURATOR_NAME = 501, "Ольга"
BOT = "leadpulse_bot"
"""As the fake Telegram calls it."""
TABLE_CUSTOMER = "К-77"
"""How the warehouse's table calls the client of `TABLE_LEAD`."""
CHAT, CHAT_TITLE = -1002000000002, "Соколова: поставки и склад"
OWN_CHAT, OWN_CHAT_TITLE = -1002000000003, "Ромашка: отгрузки"
OWN_CLIENT = {"id": 9002, "name": "Анна"}
OWN_MESSAGE = "Ольга, третий день ждём наши 40 коробок, где они?"
CHAT_CLIENT = {"id": 9001, "name": "Мария"}
PROMISER = "Сергей"
"""Who says in the meeting that he will check the contract tomorrow."""
ROOM = f"lead-{LEAVES}-kickoff"
HISTORY_DAYS = 60
SPIKE_PIECES = 40

LEAVING_MESSAGE = "Добрый день. Мы уходим к конкуренту, документы пришлём завтра."

LEAVING_MAIL = "Добрый день! С 1 декабря мы от вас уходим, пришлите, пожалуйста, акт сверки."

SAID = (
    ("Мария", "Добрый день! Завтра привезём 40 коробок, примете?"),
    ("Ольга", "Добрый день! Да, ждём с 10 до 16."),
    ("Мария", "Спасибо, водитель будет в 11."),
    ("Ольга", "Приняли 40 коробок, расхождений нет."),
    ("Мария", "Отлично. Поставку на Ozon ставим на четверг."),
    ("Ольга", "Соберём к вечеру среды."),
)
"""What was said in the chat before the bot came: told again every week."""

SPOKEN = (
    ("ru", "добрый день, это анна"),
    ("ru+m3", "привет, я менеджер"),
    ("ru", "у нас три поставки, сколько стоит доставка"),
    ("ru+m3", "цена доставки пять рублей"),
    ("ru", "у вас дорого, мы уходим"),
    ("ru+m3", "меня зовут сергей, я проверю договор завтра"),
    ("ru", "спасибо, до свидания"),
)
"""In the vocabulary of the small speech model (tools/speech_model/corpus.py): what Jibri's one sound has."""
VOICES = {"Анна": "ru", "Сергей": "ru+m3", "Ольга Кузнецова": "ru+m7"}
"""Who is in the room. Olga is the portal's user, Sergey stands in `jitsi.our_people`."""
AT_ONCE = (
    (0.5, "Анна", "добрый день, это анна"),
    (1.0, "Сергей", "привет, я менеджер"),
    (3.5, "Анна", "у вас дорого, мы уходим"),
    (3.8, "Сергей", "цена доставки пять рублей"),
    (4.0, "Ольга Кузнецова", "приёмка сегодня, восемь паллет"),
    (7.5, "Сергей", "я проверю договор завтра"),
    (8.0, "Ольга Кузнецова", "да, конечно"),
    (10.0, "Анна", "спасибо, до свидания"),
)
"""The same talk as the bridge hands it over: from which second on, who, what."""


def called(lead: str) -> str:
    """`1001 ООО «Ромашка»`: quotation marks around a name would stand twice."""
    return f"{lead} {NAMES[lead]}"


def warehouse_history(file: Path, now_ms: int) -> int:
    """A few documents per client and day, in the columns of `deploy/mappings/table.yaml`; how many. The same on every
    run of a day."""
    rng = random.Random(7)
    rows = []
    for lead in LEADS:
        daily = rng.randint(1, 3)
        for age in range(HISTORY_DAYS, 2, -1):
            for number in range(rng.randint(max(0, daily - 1), daily + 1)):
                ts = now_ms - age * DAY_MS + number * 60_000
                at = datetime.fromtimestamp(ts / 1000, zone()).strftime("%d.%m.%Y %H:%M:%S")
                kind = ("reservation_created", "pick_completed", "inbound")[number % 3]
                client = ("wms_customer", TABLE_CUSTOMER) if lead == TABLE_LEAD else ("lead", lead)
                rows.append(
                    (f"H-{lead}-{age}-{number}", kind, at, *client, f"SKU-{lead}-1", rng.randint(3, 12), "MSK-1")
                )
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, delimiter=";")
        table.writerow(("document", "type", "time", "client_kind", "client", "sku", "qty", "warehouse"))
        table.writerows(rows)
    return len(rows)


def chat_history(file: Path, now_ms: int) -> int:
    """An export of Telegram Desktop with six weeks of the client's chat; how many messages."""
    people = {"Мария": CHAT_CLIENT["id"], CURATOR_NAME: CURATOR}
    messages: list[dict[str, Any]] = []
    for week in range(6, 0, -1):
        for number, (name, text) in enumerate(SAID):
            ts = now_ms // 1000 - week * 7 * 86_400 + number * 600
            local = datetime.fromtimestamp(ts, zone()).strftime("%Y-%m-%dT%H:%M:%S")
            entities = [{"type": "plain", "text": text}]
            said = {"from": name, "from_id": f"user{people[name]}", "text": text, "text_entities": entities}
            head = {"id": len(messages) + 1, "type": "message", "date": local, "date_unixtime": str(ts)}
            messages.append(head | said)
    chat = {"name": CHAT_TITLE, "type": "private_supergroup", "id": -CHAT - 10**12, "messages": messages}
    file.write_text(json.dumps(chat, ensure_ascii=False))
    return len(messages)


def spike(now_ms: int) -> list[dict[str, Any]]:
    """Twelve reservations within a minute: everything that is left on the shelves."""
    return [
        _document(LEAVES, f"R-{uuid.uuid4().hex[:8]}", "reservation_created", now_ms - number * 5000, SPIKE_PIECES)
        for number in range(12, 0, -1)
    ]


def _document(lead: str, number: str, kind: str, ts: int, qty: int) -> dict[str, Any]:
    return {
        "id": number,
        "type": kind,
        "ts": ts,
        "client": {"kind": "lead", "value": lead},
        "doc": {"id": number, "number": f"WH-{number}"},
        "lines": [{"sku": f"SKU-{lead}-1", "qty": qty}],
        "warehouse": "MSK-1",
    }


def portal(crm: FakeCrm, now: datetime) -> None:
    """Each client is a company, and a lead that is called like most leads are."""
    crm.users = {7: {"NAME": CURATOR_NAME, "LAST_NAME": "Кузнецова"}}
    at = (now - timedelta(days=90)).isoformat(timespec="seconds")
    for number, (lead, name) in enumerate(NAMES.items()):
        crm.put(
            "company", 500 + number, at, title=name, fm=[{"typeId": "PHONE", "value": f"+7 916 200-00-{number:02}"}]
        )
        crm.put("lead", int(lead), at, title="Заявка с сайта", companyId=500 + number)


def mail(crm: FakeCrm, now: datetime) -> int:
    """The client's mail as the portal has it; returns its number."""
    at, number = now.isoformat(timespec="seconds"), 71
    of = {"OWNER_TYPE_ID": "1", "OWNER_ID": MAIL_LEAD, "TYPE_ID": "4", "DIRECTION": "1", "COMPLETED": "Y"}
    crm.act(number, at, **of, SUBJECT="Договор", DESCRIPTION=LEAVING_MAIL, START_TIME=at)
    return number


def recording(recordings: Path, metadata: dict[str, Any]) -> Path:
    """What Jibri leaves behind the meeting: a directory with the mp4 and metadata.json; returns the directory."""
    pause = quiet(0.8)
    sound = np.concatenate([piece for voice, text in SPOKEN for piece in (say(text, voice), pause)])
    folder = recordings / str(metadata["conference_details"]["session_id"])  # as Jibri names it
    folder.mkdir(parents=True)
    began = datetime.now(UTC) - timedelta(seconds=len(sound) / 16_000)
    write_mp4(folder / f"{ROOM}_{began:%Y-%m-%d-%H-%M-%S}.mp4", sound)
    told = {"meeting_url": f"https://meet.example/{ROOM}", "participants": []} | metadata
    (folder / "metadata.json").write_text(json.dumps(told))
    return folder
