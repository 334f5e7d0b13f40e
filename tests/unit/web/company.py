"""An invented company behind the page: the real store with its API in this process, the real frame; only Kafka is a
list, and what is sent to it can be stored at once. For tests, pictures and figures.

Client 1001 is the one that leaves: a meeting, messages, a spike of reservations, alerts, minutes, promises.
"""

import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import count
from pathlib import Path

import msgspec
from aiokafka import ConsumerRecord

from processors.cards import Cards
from processors.identity import Identities
from processors.minutes import extract
from processors.notes import written
from schemas import events as ev
from schemas.alerts import Alert, Evidence, Rule
from schemas.answers import Question
from schemas.cards import ClientCard
from schemas.codec import EVENT, Codec, Rejected, event_id
from schemas.meetings import Utterance
from schemas.minutes import Conversation
from schemas.scores import Part, Score
from schemas.sources import ClientRef, Identity, Unassigned
from schemas.topics import IDENTITIES, LEAD_EVENTS, QUESTIONS
from streams.clients.store_web import StoreWeb
from streams.engine.cards import CARD
from streams.engine.kafka import Output
from streams.engine.settle import Batch
from streams.settings import Settings, Speech, Store
from streams.settings.commands import Commands
from streams.store.database import Database
from streams.store.read import commands
from streams.store.read.pages import Known
from streams.store.sinks.questions import question_rows
from streams.store.sinks.rows import alert_rows, unassigned_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import CardSink, Sink
from tests.unit.store import fakes
from tests.unit.store.api_line import serving
from tests.unit.store.records import batch
from tests.unit.web.page import Page, page
from tests.unit.web.short_names import short_names

HOUR, DAY = 3_600_000, 86_400_000
LEAVES, CALM, NEW = "1001", "1002", "1003"
_ALERT: Codec[Alert] = Codec(Alert)
_SCORE: Codec[Score] = Codec(Score)
_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)
ANNA, MARIA = ev.Author("71", "Анна Лебедева"), ev.Author("3", "Ольга Петрова", client=False)

NAMES = (
    "ООО «Тёплые пледы»",
    "ИП Лебедева А. С.",
    "«Рюкзаки и сумки»",
    "ООО «Северный чай»",
    "ИП Громов",
    "«Детский мир книг»",
    "ООО «Посуда24»",
    "ИП Ким О. Р.",
    "«Велозапчасти»",
    "ООО «Косметика Лайт»",
    "ИП Седова",
    "ООО «Игрушки Урала»",
)
CURATORS = ("Ольга Петрова", "Пётр Другой", "Мария Седова")

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


SOUND = b"OggS" + bytes(range(256)) * 40
"""No music: ranges of it are asked for."""


def cards(now: int) -> Iterator[ClientCard]:
    """Twelve clients of three curators."""
    for number, name in enumerate(NAMES):
        mail, phone = f"client{number}@example.ru", f"+7916555{number:02}34"
        yield ClientCard(
            lead_id=str(1001 + number),
            source="bitrix:main",
            ts=now,
            name=name,
            responsible=CURATORS[number % 3],
            phones=[phone],
            mails=[mail],
            card=f"https://b24.example/crm/lead/details/{1001 + number}/",
        )


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
    common = {"lead_id": LEAVES, "source": "jibri"}
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
    )  # type: ignore[misc]
    yield ev.MeetingTranscribed(
        "meet1", 1, "speechkit", 2_580_000, 120, spoken, event_id=event_id("c", "words"), ts=start, **common
    )  # type: ignore[misc]
    yield ev.MeetingMinutes(
        "meet1", "lead-1001-pled", 2_580_000, people, minutes, event_id=event_id("c", "minutes"), ts=start, **common
    )  # type: ignore[misc]
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
    room = {"room": "lead-1002-now", "meeting_id": "m-now", "lead_id": CALM}
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


def alerts(now: int) -> Iterator[Alert]:
    """Those of the one that leaves, and one of another."""
    leaving = Evidence(
        event_id("company", "chat", LEAVES, 902),
        now - HOUR,
        "message",
        "если так пойдёт, мы уходим к другому складу",
        who="Анна Лебедева",
        ref=f"-100{LEAVES}/902",
    )
    rival = Evidence(
        event_id("c", "words"), now - 20 * HOUR + 192_000, "meeting", TALK[4][1], 192_000, "Анна Лебедева", "meet1"
    )
    yield _alert("a1", LEAVES, "leaving_phrase", "critical", now - HOUR, [leaving, rival])
    spike = {"reservations": 9.0, "usual": 1.2, "pieces": 1850.0, "usual_pieces": 190.0}
    yield _alert("a2", LEAVES, "reservation_spike", "warning", now - 90 * 60_000, [], 9, 1.2, spike)
    complaint = Evidence(
        event_id("c", "words"), now - 20 * HOUR, "meeting", TALK[2][1], 96_000, "Анна Лебедева", "meet1"
    )
    yield _alert("a3", "1005", "complaint_phrase", "warning", now - 30 * HOUR, [complaint])


def _alert(
    id_: str,
    lead: str,
    rule: Rule,
    severity: str,
    at: int,
    evidence: list[Evidence],
    value: float = 1.0,
    baseline: float = 0.0,
    figures: dict[str, float] | None = None,
) -> Alert:
    return Alert(
        alert_id=id_.rjust(16, "0"),
        version=1,
        lead_id=lead,
        rule=rule,
        severity=severity,
        status="open",  # type: ignore[arg-type]
        opened_at=at,
        updated_at=at,
        value=value,
        baseline=baseline,
        score=1,
        evidence=evidence,
        rings=True,
        rung=1,
        figures=figures or {},
    )


def scores(now: int) -> Iterator[Score]:
    """Now and ten days ago."""
    for number in range(len(NAMES)):
        lead = str(1001 + number)
        points = 82.0 if lead == LEAVES else float((number * 29) % 70)
        for version, (at, share) in enumerate(((now - 10 * DAY, 0.45), (now - HOUR, 1.0)), 1):
            rule: Rule = "leaving_phrase" if lead == LEAVES else "complaint_phrase" if number % 2 else "order_silence"
            more: Rule = "volume_decline"
            parts = [
                Part(rule=each, points=points * share * part, strength=1, weight=0.6, age_days=0.1, half_life_days=14)
                for each, part in ((rule, 0.7), (more, 0.4))
            ]
            level = "red" if points * share >= 70 else "yellow" if points * share >= 40 else "green"
            yield Score(
                score_id=event_id("company", "score", lead, version),
                lead_id=lead,
                version=version,
                ts=at,
                points=points * share,
                level=level,
                background=3,
                parts=parts if points > 5 else [],  # type: ignore[arg-type]
            )


def unknown(now: int) -> Iterator[Unassigned]:
    """Two chats and a phone that nobody has linked."""
    chats = (("-1005551", "Пледы тёплые, склад", 6), ("-1005552", "Закупка мебели", 2))
    for chat, title, many in chats:
        for number in range(many):
            words = {"text": ("добрый день, по приёмке есть вопрос", "когда заберёте?")[number % 2]}
            message = {"message": {"chat": {"id": int(chat), "title": title}, "from": {"first_name": "Анна"}, **words}}
            raw = msgspec.Raw(msgspec.json.encode({"payload": message}))
            id_ = event_id("company", "unknown", chat, number)
            yield Unassigned(
                id_, now - number * HOUR, "telegram:main", ClientRef("tg_chat", chat), "source.telegram", raw
            )
    call = msgspec.Raw(
        msgspec.json.encode({"payload": {"kind": "activity", "fields": {"TYPE_ID": "2", "SUBJECT": "Вопрос о цене"}}})
    )
    phone = ClientRef("phone", "+79165551234")
    yield Unassigned(event_id("company", "phone"), now - 3 * HOUR, "bitrix:main", phone, "source.bitrix", call)


async def fill(database: Database, now: int) -> None:
    """Store all of it, as the worker's sinks do."""
    await fakes.Feed(database)(list(events(now)), at=now)
    await Sink(database, _ALERT, alert_rows)(batch("lead.alerts", map(_ALERT.encode, alerts(now)), at=now))
    await Sink(database, _SCORE, score_rows)(batch("lead.scores", map(_SCORE.encode, scores(now)), at=now))
    named = [
        ConsumerRecord(
            "clients", 0, n, now, 1, f"{one.lead_id}/{one.source}".encode(), CARD.encode(one), None, 1, 1, ()
        )
        for n, one in enumerate(cards(now))
    ]
    await CardSink(database)(Batch("clients", 0, 1, named))
    rows = map(_UNASSIGNED.encode, unknown(now))
    await Sink(database, _UNASSIGNED, unassigned_rows)(batch("lead.unassigned", rows, at=now))


def known(now: int) -> Known:
    """Who is called what, as the worker follows it."""
    table = Cards()
    for card in cards(now):
        table.apply(f"{card.lead_id}/{card.source}", card)
    return Known(Identities(), table)


@contextlib.asynccontextmanager
async def standing(folder: Path, database: Database, store: Store, now: int) -> AsyncIterator[Page]:
    """The page over the filled store. What it writes is stored at once; links change the tables."""
    await fill(database, now)
    who = known(now)
    feed = fakes.Feed(database, first=1_000_000)
    moment = count(now + 1)

    class Landed(fakes.Sent):
        """What the store itself writes is stored, too."""

        async def __call__(self, outputs: Iterable[Output]) -> None:
            await landed(list(outputs))

    async def landed(outputs: list[Output]) -> None:
        for output in outputs:
            if output.topic == IDENTITIES.name:
                identity = None if output.value is None else msgspec.json.decode(output.value, type=Identity)
                who.identities.apply((output.key or b"").decode(), identity)
        kept = [output.value or b"" for output in outputs if output.topic == QUESTIONS.name]
        if kept:
            asked = batch("questions", kept, first=next(moment), at=now)
            await Sink(database, Codec[Question](Question), question_rows)(asked)
        stored = [EVENT.decode(output.value or b"") for output in outputs if output.topic == LEAD_EVENTS.name]
        await feed([event for event in stored if not isinstance(event, Rejected)], at=next(moment))

    kept = store.model_copy(update={"api_token_file": folder / "token"})
    (folder / "meet1.ogg").write_bytes(SOUND)
    async with serving(kept, database, who, Landed(), commands.routes(database)) as port:
        of_page = kept.model_copy(update={"api_port": port})
        settings = Settings(store=of_page, speech=Speech(recordings=folder), commands=Commands(keys=folder / "keys"))
        client = StoreWeb(of_page, 30.0)
        async with page(settings, client, who, landed) as here:
            here.now = now
            yield here
        await client.close()
