"""What happened to clients of the invented company in four months: goods, chats, a meeting, the last hours of one."""

from collections.abc import Iterator
from typing import Any

from processors.minutes import extract
from processors.notes import written
from schemas import events as ev
from schemas.codec import event_id
from schemas.meetings import Utterance
from schemas.minutes import Conversation
from tests.unit.web.company_clients import ANNA, CALM, DAY, HOUR, LEAVES, MARIA, NAMES, NEW
from tests.unit.web.short_names import short_names

TALK = (
    ("Ольга Петрова", "Добрый день, Анна. Хотели обсудить приёмку и остатки."),
    ("Анна Лебедева", "Добрый день. Мы продаём пледы и постельное бельё на Озоне и Вайлдберриз."),
    ("Анна Лебедева", "Приёмка у вас идёт по три дня, это очень долго, мы теряем продажи."),
    ("Ольга Петрова", "Понимаю. Акт сверки я пришлю до пятницы."),
    ("Анна Лебедева", "Честно говоря, мы смотрим другого оператора, они берут дешевле."),
    ("Ольга Петрова", "Давайте я согласую скидку на хранение и вернусь к вам завтра."),
    ("Анна Лебедева", "Хорошо, мы заберём часть товара к концу месяца."),
)
"""Minutes of it are made by the rules that make them in production."""


def events(now: int) -> Iterator[ev.Event]:
    """Four months of goods and talks, the last hours of the one that leaves in full."""
    for number in range(len(NAMES)):
        lead = str(1001 + number)
        yield from _goods(lead, number, now)
        yield from _chat(lead, number, now)
    yield from _leaving(now)
    yield from _talking(now)
    yield from short_names(now)


def _goods(lead: str, number: int, now: int) -> Iterator[ev.Event]:
    size = 40 + 35 * ((number * 7) % 11)
    for back in range(120):
        at = now - back * DAY - 5 * HOUR
        off = (at // DAY + 3) % 7 >= 5
        falls = 0.4 if lead == LEAVES and back < 25 else 1.0
        pieces = max(1, round(size * falls * (0.2 if off else 1.0) * (0.8 + (back * 37 + number) % 9 / 20)))
        if lead == NEW and back > 12:
            return
        yield _stock(ev.Reservation, lead, back, pieces + 4, at - HOUR)
        yield _stock(ev.Shipment, lead, back, pieces, at)
        if back % 9 == 4:
            yield _stock(ev.Return, lead, back, max(1, pieces // 12), at + HOUR)


def _stock(kind: type, lead: str, number: int, qty: int, ts: int) -> ev.Event:
    id_ = event_id("company", kind.__name__, lead, number, ts)
    made: ev.Event = kind(doc=f"{number:05}", qty=qty, event_id=id_, lead_id=lead, ts=ts, source="wms:main")
    return made


def _chat(lead: str, number: int, now: int) -> Iterator[ev.Event]:
    words = ("Добрый день, когда ждать приёмку?", "Спасибо, всё получили", "Пришлите, пожалуйста, остатки по складу")
    for back in range(3, 60, 4 + number % 5):
        yield said(lead, back, words[back % 3], now - back * DAY, ev.Author("80", "Клиент"))
        yield said(lead, back + 500, "Добрый день! Сделаем сегодня.", now - back * DAY + HOUR, MARIA)


def said(lead: str, number: int, text: str, ts: int, author: ev.Author = ANNA) -> ev.Message:
    """A chat message."""
    id_ = event_id("company", "chat", lead, number)
    return ev.Message(
        f"-100{lead}", str(number), author, text, event_id=id_, lead_id=lead, ts=ts, source="telegram:main"
    )


def _leaving(now: int) -> Iterator[ev.Event]:
    start = now - 20 * HOUR
    spoken = [Utterance(n * 48_000, n * 48_000 + 9000, text, who, 0.9) for n, (who, text) in enumerate(TALK)]
    common: dict[str, Any] = {"lead_id": LEAVES, "source": "jibri"}
    people = ["Ольга Петрова", "Анна Лебедева"]
    minutes = extract(Conversation(spoken, 1, start, 2_580_000, people, ["Анна Лебедева"]))
    yield ev.MeetingRecorded(
        "meet1",
        "lead-1001-pled",
        2_580_000,
        "ok",
        people,
        "meet1.ogg",
        event_id=event_id("c", "rec"),
        ts=start,
        **common,
    )
    yield ev.MeetingTranscribed(
        "meet1", 1, "speechkit", 2_580_000, 120, spoken, event_id=event_id("c", "words"), ts=start, **common
    )
    yield ev.MeetingMinutes(
        "meet1", "lead-1001-pled", 2_580_000, people, minutes, event_id=event_id("c", "minutes"), ts=start, **common
    )
    yield said(LEAVES, 900, "где наши 80 коробок?", now - 3 * HOUR)
    yield ev.MessageEdited(
        f"-100{LEAVES}",
        "900",
        ANNA,
        "где наши 80 коробок? третий день жду",
        event_id=event_id("c", "edit"),
        lead_id=LEAVES,
        ts=now - 3 * HOUR + 120_000,
        source="telegram:main",
    )
    yield said(LEAVES, 901, "Уточняю у смены, отвечу через час.", now - 2 * HOUR, MARIA)
    yield said(LEAVES, 902, "если так пойдёт, мы уходим к другому складу", now - HOUR)
    yield ev.Call(
        "call1",
        "out",
        252_000,
        event_id=event_id("c", "call"),
        lead_id=LEAVES,
        ts=now - 26 * HOUR,
        source="bitrix:main",
    )
    yield ev.Mail(
        "mail1",
        "in",
        "Претензия по недостаче",
        "Просим проверить недостачу 12 единиц по приёмке от 3 числа.",
        event_id=event_id("c", "mail"),
        lead_id=LEAVES,
        ts=now - 50 * HOUR,
        source="bitrix:main",
    )
    yield ev.CrmChanged(
        "lead",
        LEAVES,
        "updated",
        {"STATUS_ID": "IN_PROCESS", "OPPORTUNITY": "180000"},
        event_id=event_id("c", "crm"),
        lead_id=LEAVES,
        ts=now - 70 * HOUR,
        source="bitrix:main",
    )
    yield _stock(ev.Reservation, LEAVES, 777, 1850, now - 90 * 60_000)
    yield written(
        LEAVES, "00000000000000aa", "Звонить после 18:00, утром не отвечает", MARIA, now - 40 * DAY, pinned=True
    )
    yield written(LEAVES, "00000000000000bb", "Договорились о созвоне в пятницу", MARIA, now - 2 * DAY, pinned=False)


def _talking(now: int) -> Iterator[ev.Event]:
    """A meeting that goes on, of the calm client."""
    room: dict[str, Any] = {"room": "lead-1002-now", "meeting_id": "m-now", "lead_id": CALM}
    said_ = (("Ольга Петрова", "когда будет отгрузка"), ("", "сегодня вечером"))
    yield ev.MeetingRoom(
        happening="meeting_started", **room, event_id=event_id("c", "now"), ts=now - 600_000, source="jitsi"
    )
    for number, (who, text) in enumerate(said_):
        ts = now - 60_000 + number * 5000
        yield ev.MeetingSaid(
            **room, event_id=event_id("c", "now", number), ts=ts, source="live", participant=f"p{number}", name=who,
            start_ms=ts, end_ms=ts + 2000, text=text,
        )  # fmt: skip
