"""What pages ask about clients, on real chDB: the list, a card, the time line, figures, a meeting, who waits."""

import msgspec
import pytest
from aiokafka import ConsumerRecord
from msgspec.structs import replace

from processors.answered import participant
from processors.cards import Cards
from processors.days import day_start, local_day
from processors.identity import IGNORED, Identities
from processors.notes import kept, taken_back, written
from processors.pages import Row
from schemas import events as ev
from schemas.alerts import Alert
from schemas.cards import ClientCard
from schemas.codec import Codec, event_id
from schemas.errors import Refused
from schemas.minutes import OFFLINE, Action, Minutes
from schemas.scores import Part, Score
from schemas.sources import ClientRef, Identity, Unassigned
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.jobs.days import Days
from streams.store.read.pages.card import card
from streams.store.read.pages.clients import PAGE, Asked, clients
from streams.store.read.pages.daily import daily
from streams.store.read.pages.inbox import inbox
from streams.store.read.pages.known import Known
from streams.store.read.pages.meeting import meeting
from streams.store.read.pages.participants import names
from streams.store.read.pages.places import GROUPS
from streams.store.read.pages.timeline import found_in, timeline
from streams.store.sinks.rows import alert_rows, unassigned_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import CardSink, Sink
from tests.unit.alerting.alerts import LEAVING
from tests.unit.store import fakes
from tests.unit.store.records import DAY, HOUR, NOW, batch
from tests.unit.store.samples import ALL_EVENTS, LEAD, event_of

NOBODY = Identities()
UNTOLD = Known(NOBODY, Cards())
ANNA, OUR = ev.Author("7", "Анна"), ev.Author("1", "Мария", client=False)
_ALERT: Codec[Alert] = Codec(Alert)
_SCORE: Codec[Score] = Codec(Score)
_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)


def score(lead: str, version: int, points: float, ts: int) -> Score:
    part = Part(rule="leaving_phrase", points=points, strength=1, weight=0.5, age_days=0, half_life_days=3)
    return Score(
        score_id=event_id("score", lead, version),
        lead_id=lead,
        version=version,
        ts=ts,
        points=points,
        level="red" if points > 60 else "green",
        parts=[part],
    )


def said(number: int, text: str, ts: int, author: ev.Author = ANNA, lead: str = LEAD) -> ev.Message:
    common = {"event_id": event_id("t", lead, number), "lead_id": lead, "ts": ts, "source": "telegram:main"}
    return ev.Message("-5", str(number), author, text, **common)  # type: ignore[arg-type]


def edit(number: int, text: str, ts: int) -> ev.MessageEdited:
    common = {"event_id": event_id("edit", number, ts), "lead_id": LEAD, "ts": ts, "source": "telegram:main"}
    return ev.MessageEdited("-5", str(number), ANNA, text, **common)  # type: ignore[arg-type]


def shipped(number: int, qty: int, ts: int, lead: str = LEAD) -> ev.Shipment:
    common = {"event_id": event_id("s", lead, number), "lead_id": lead, "ts": ts, "source": "wms:main"}
    return ev.Shipment(f"S-{number}", qty, **common)  # type: ignore[arg-type]


async def all_rows(database: Database, kinds: str = "") -> list[Row]:
    """Every page of the time line, one behind the other."""
    rows: list[Row] = []
    before = ""
    while True:
        page = await timeline(database, LEAD, NOBODY, kinds, before, 0)
        assert len(page.rows) <= 50
        rows += page.rows
        before = page.next
        if not before:
            return rows


async def test_the_list(database: Database) -> None:
    """The heaviest first, each with why, a week ago, eight weeks of shipments, last contacts and what is overdue."""
    scores = [score("1", 1, 35, NOW - 8 * DAY), score("1", 2, 82, NOW - HOUR), score("2", 1, 5, NOW)]
    await Sink(database, _SCORE, score_rows)(batch("lead.scores", map(_SCORE.encode, scores)))
    await Sink(database, _ALERT, alert_rows)(batch("lead.alerts", [_ALERT.encode(replace(LEAVING, lead_id="1"))]))
    goods = [shipped(n, 10, NOW - n * DAY, "1") for n in range(20)] + [shipped(1, 7, NOW, "3")]
    late = Minutes("", OFFLINE, actions=[Action("акт", "Мария", "2026-11-01", "пришлю акт", 0)])
    talk = replace(event_of(ev.MeetingMinutes), lead_id="1", minutes=late, ts=NOW - 30 * DAY)
    feed = fakes.Feed(database)
    await feed([*goods, talk, said(1, "где?", NOW - HOUR, lead="1"), said(2, "тут", NOW, OUR, lead="1")])
    named = ClientCard(lead_id="1", source="bitrix", ts=NOW, name="ООО «Пледы»", responsible="Иванова")
    keyed = ConsumerRecord("clients", 0, 0, NOW, 1, b"1/bitrix", msgspec.json.encode(named), None, 8, 1, ())
    await CardSink(database)(Batch("clients", 0, 1, [keyed]))

    page = await clients(database, Asked(), NOBODY, NOW)
    assert [one.lead_id for one in page.clients] == ["1", "2", "3"]
    first = page.clients[0]
    assert (first.name, first.curator, first.points, first.level, first.points_before) == (
        "ООО «Пледы»", "Иванова", 82, "red", 35,
    )  # fmt: skip
    assert (first.reasons, first.alerts, first.overdue) == (["leaving_phrase"], 1, 1)
    assert first.shipments == [0, 0, 0, 0, 0, 60, 70, 70]
    assert first.last == {"message": NOW - HOUR}
    assert (page.total, page.next, page.curators) == (3, "", ["Иванова"])
    for asked, found in (
        (Asked("плед"), ["1"]),
        (Asked("3"), ["3"]),
        (Asked(risk="red"), ["1"]),
        (Asked(curators=["иванова"]), ["1"]),
        (Asked(sort="name"), ["1", "2", "3"]),
        (Asked(cursor="2"), ["3"]),
        (Asked("нет такого"), []),
    ):
        assert [one.lead_id for one in (await clients(database, asked, NOBODY, NOW)).clients] == found, asked
    merged = Identities()
    merged.apply("lead:2", Identity("lead", "2", "1"))
    assert [one.lead_id for one in (await clients(database, Asked(), merged, NOW)).clients] == ["1", "3"]
    with pytest.raises(Refused):
        await clients(database, Asked(sort="size"), NOBODY, NOW)


async def test_who_left_stands_last(database: Database) -> None:
    """However many points he had: nothing is at risk any more."""
    scores = [score("1", 1, 82, NOW), score("2", 1, 5, NOW)]
    await Sink(database, _SCORE, score_rows)(batch("lead.scores", map(_SCORE.encode, scores)))
    await fakes.Feed(database)([replace(event_of(ev.ClientOutcome), lead_id="1", outcome="left")])
    found = await clients(database, Asked(), NOBODY, NOW)
    assert [(one.lead_id, one.points, one.outcome) for one in found.clients] == [("2", 5, ""), ("1", 82, "left")]


async def test_the_list_after_a_night(database: Database) -> None:
    """Weeks are the same whether the night has counted them or not; what came since is in, once."""
    goods = [shipped(n, 10, NOW - n * DAY) for n in range(10)]
    await fakes.Feed(database)(goods)
    [before] = (await clients(database, Asked(), NOBODY, NOW)).clients
    clock = fakes.Clock()
    days = Days(database, fakes.Lag(), "03:00", clock)
    await days._count(0, NOW - 5 * HOUR)
    [after] = (await clients(database, Asked(), NOBODY, NOW)).clients
    assert after == before
    await fakes.Feed(database, first=50)([shipped(99, 5, NOW)], at=NOW + 1)
    [more] = (await clients(database, Asked(), NOBODY, NOW)).clients
    assert more.shipments[-1] == before.shipments[-1] + 5


async def test_pages_of_the_list(database: Database) -> None:
    """Every client once, page behind page."""
    await fakes.Feed(database)([shipped(1, 1, NOW, str(lead)) for lead in range(1, PAGE + 8)])
    first = await clients(database, Asked(), NOBODY, NOW)
    second = await clients(database, Asked(cursor=first.next), NOBODY, NOW)
    assert (len(first.clients), len(second.clients), second.next) == (PAGE, 7, "")
    assert len({one.lead_id for one in first.clients + second.clients}) == PAGE + 7


async def test_the_card(database: Database) -> None:
    """Facts, the score and that of a week ago, open alerts, notes that stand, promises, when he was last seen."""
    scores = [score(LEAD, 1, 35, NOW - 9 * DAY), score(LEAD, 2, 82, NOW)]
    await Sink(database, _SCORE, score_rows)(batch("lead.scores", map(_SCORE.encode, scores)))
    await Sink(database, _ALERT, alert_rows)(batch("lead.alerts", [_ALERT.encode(replace(LEAVING, lead_id=LEAD))]))
    mine = written(LEAD, "n9", "звонить после 18", OUR, NOW, pinned=True)
    gone = written(LEAD, "n8", "лишнее", OUR, NOW, pinned=True)
    await fakes.Feed(database)([*ALL_EVENTS, mine, gone])
    await fakes.Feed(database, first=90)([taken_back(LEAD, kept([gone])[0], OUR, NOW + 1)], at=NOW + 1)
    cards = Cards()
    cards.apply(f"{LEAD}/b", ClientCard(lead_id=LEAD, source="b", ts=1, name="Пледы", responsible="Иванова"))
    found = await card(database, LEAD, cards, NOBODY, NOW)
    assert (found.name, found.curator) == ("Пледы", "Иванова")
    assert (found.score.points, found.week_ago.points) == (82, 35)  # type: ignore[union-attr]
    assert [alert.alert_id for alert in found.alerts] == [LEAVING.alert_id]
    assert [(note.note_id, note.pinned) for note in found.notes] == [("n9", True), ("n1", False)]
    assert found.profile.fields["sells"][0].text == "обувь"
    assert found.last.keys() >= {"message", "call"} and found.since == day_start(local_day(NOW))
    merged = Identities()
    merged.apply("lead:77", Identity("lead", "77", LEAD))
    again = await card(database, "77", cards, merged, NOW)
    assert (again.lead_id, again.asked, again.name) == (LEAD, "77", "Пледы")
    assert msgspec.json.decode(msgspec.json.encode(again), type=type(again)) == again


TOLD = (
    *("meeting", "message", "chat_summary", "call", "call_transcribed", "mail", "crm_changed", "note", "day", "alert"),
    "command_changed",
    *("profile_corrected", "promise_marked", "client_outcome", "alerts_muted", "identity_linked"),
)


async def test_every_event_is_told_once(database: Database) -> None:
    """Of every kind that a person may want to see there is a row; of those of the machine none."""
    alert = replace(LEAVING, lead_id=LEAD, opened_at=NOW)
    await Sink(database, _ALERT, alert_rows)(batch("lead.alerts", [_ALERT.encode(alert)]))
    await fakes.Feed(database)(ALL_EVENTS)
    rows = await all_rows(database)
    assert [(row.ts, row.place.partition("-")[2]) for row in rows] == sorted(
        ((row.ts, row.place.partition("-")[2]) for row in rows), reverse=True
    )
    kinds = [row.kind for row in rows]
    assert sorted(kinds) == sorted(TOLD)
    assert {row.group for row in rows} == set(GROUPS)
    for group in GROUPS:
        assert [row.kind for row in await all_rows(database, group)] == [r.kind for r in rows if r.group == group]
    meeting_row = next(row for row in rows if row.kind == "meeting")
    assert (meeting_row.recording, meeting_row.duration_ms) == ("r1", 600_000)
    assert meeting_row.minutes is not None and meeting_row.minutes.summary == "«итоги»"


async def test_a_message_says_what_it_said_before(database: Database) -> None:
    """Edits stand in their message's row, also a page away from it; a withdrawn one says when; an edit whose message
    nobody has brought is a row by itself."""
    first, last = said(1, "где 80 коробок?", NOW), said(3, "приём", NOW + 3)
    between = [said(n + 100, "да", NOW + 2 * HOUR + n) for n in range(60)]
    changed = [edit(1, "где 90 коробок?", NOW + HOUR), edit(1, "где 95 коробок?", NOW + 3 * HOUR)]
    alone = [edit(9, "правка", NOW + 1), edit(9, "правка правки", NOW + 2)]
    gone = ev.MessageDeleted(
        "-5", "3", event_id="d" * 16, lead_id=LEAD, ts=NOW + HOUR, source="telegram:main"
    )  # fmt: skip
    await fakes.Feed(database)([first, last, *between, *changed, *alone, gone])
    rows = {row.ref: row for row in await all_rows(database) if row.text != "да"}
    assert len(await all_rows(database)) == 63
    assert rows["-5/1"].text == "где 95 коробок?"
    assert [(one.text, one.until) for one in rows["-5/1"].former] == [
        ("где 80 коробок?", NOW + HOUR), ("где 90 коробок?", NOW + 3 * HOUR),
    ]  # fmt: skip
    assert rows["-5/3"].gone_at == NOW + HOUR
    assert (rows["-5/9"].text, rows["-5/9"].former[0].text, rows["-5/9"].ts) == ("правка правки", "правка", NOW + 1)


async def test_pages_lose_nothing(database: Database) -> None:
    """Rows of one moment that fill more than a page: each is told once, whatever kind it is."""
    many = [said(n, f"слово {n}", NOW) for n in range(130)]
    goods = [shipped(n, 3, NOW - n * DAY) for n in range(70)]
    notes = [written(LEAD, f"n{n}", f"заметка {n}", OUR, NOW, pinned=False) for n in range(8)]
    await fakes.Feed(database)([*many, *goods, *notes])
    rows = await all_rows(database)
    assert len(rows) == len({row.place for row in rows}) == 130 + 70 + 8


async def test_the_warehouse_by_day(database: Database) -> None:
    """A day is a row, with the pieces that are usual on such a day."""
    monday = day_start(local_day(NOW) - 5)
    goods = [shipped(n, 400 + n, monday - 7 * n * DAY + HOUR) for n in range(1, 6)]
    await fakes.Feed(database)([*goods, shipped(90, 200, monday + HOUR), shipped(91, 40, monday + 2 * HOUR)])
    first = (await all_rows(database))[0]
    assert (first.kind, first.ts) == ("day", monday + 2 * HOUR)
    [shipments] = first.goods
    assert (shipments.kind, shipments.documents, shipments.pieces, shipments.usual) == ("shipped", 2, 240, 403)


async def test_search_in_a_time_line(database: Database) -> None:
    """Words in any form; of a meeting the second at which they were said; only this client's."""
    start = NOW - HOUR
    talk = replace(
        event_of(ev.MeetingTranscribed), ts=start, utterances=[ev.Utterance(751_000, 753_000, "коробка мятая", "Анна")]
    )
    await fakes.Feed(database)([talk, said(1, "где коробки?", NOW), said(1, "коробки", NOW, lead="9")])
    found = await found_in(database, LEAD, NOBODY, "", "коробка", "", 0)
    assert [(row.group, row.text, row.at_ms) for row in found.rows] == [
        ("chat", "где коробки?", None), ("meeting", "коробка мятая", 751_000),
    ]  # fmt: skip
    assert [row.group for row in (await found_in(database, LEAD, NOBODY, "meeting", "коробка", "", 0)).rows] == [
        "meeting"
    ]


async def test_figures_by_day(database: Database) -> None:
    """Ninety days to today, each with its usual range; the last month beside a month before."""
    goods = [shipped(n, 100 if n < 30 else 200, NOW - n * DAY) for n in range(120)]
    await fakes.Feed(database)([*goods, shipped(0, 100, NOW)])  # the last is a repeat
    found = await daily(database, LEAD, 90, NOW)
    assert len(found.days) == 90 and found.days[-1] == day_start(local_day(NOW))
    [shipments] = [one for one in found.series if one.name == "shipment"]
    assert (shipments.values[-1], shipments.sum_30, shipments.usual_30) == (100, 3000, 6000)
    assert (shipments.low[-1], shipments.high[-1]) == (100, 200)
    assert sum(len(one.values) for one in found.series) <= 400
    for days in (0, 101):
        with pytest.raises(Refused):
            await daily(database, LEAD, days, NOW)


async def test_a_meeting(database: Database) -> None:
    """The newest words and minutes, where the recording is, who spoke how long; another client's is not there."""
    recorded = replace(event_of(ev.MeetingRecorded), path="2026/r1.mp4", participants=["Анна", "Мария"])
    await fakes.Feed(database)([recorded, event_of(ev.MeetingTranscribed), event_of(ev.MeetingMinutes)])
    found = await meeting(database, UNTOLD, LEAD, "r1")
    assert found is not None
    assert (found.path, found.people, found.version) == ("2026/r1.mp4", ["Анна", "Мария"], 1)
    assert [one.text for one in found.utterances] == ["добрый день", "да"]
    assert [(one.name, one.spoken_ms) for one in found.speakers] == [("A", 900)]
    assert await meeting(database, UNTOLD, "9", "r1") is None
    assert await meeting(database, UNTOLD, LEAD, "r2") is None


async def test_names_of_whom_nobody_is_sure(database: Database) -> None:
    """Of the last meetings, each once, with those whom it may mean; not one that a person has told."""
    words = event_of(ev.MeetingTranscribed)
    said = [replace(one, speaker=who) for one, who in zip(words.utterances, ("Аня", "Олег"), strict=True)]
    recorded = event_of(ev.MeetingRecorded)
    await fakes.Feed(database)([recorded, replace(words, utterances=said)])
    known = Identities()
    for number, name in enumerate(("Анна Ким", "Олег Сон")):
        known.apply(f"b24_user:{number}", Identity("b24_user", str(number), name=name))
    here, at = Known(known, Cards()), recorded.ts + DAY
    found = await names(database, here, at)
    assert [(one.name, [each.name for each in one.bearers]) for one in found] == [
        ("Аня", ["Анна Ким"]),
        ("Олег", ["Олег Сон"]),
    ]
    assert (found[0].lead_id, found[0].recording_id) == (LEAD, "r1")
    told = participant(LEAD, "Аня")
    known.apply(f"{told.kind}:{told.value}", Identity(told.kind, told.value, name="Анна Ким", side="staff"))
    assert [one.name for one in await names(database, here, at)] == ["Олег"]
    assert await names(database, here, at + 31 * DAY) == []


async def test_who_waits(database: Database) -> None:
    """By chat, the most first, with a likely client; not those that are linked; those set aside apart."""

    def waits(number: int, chat: str, title: str) -> Unassigned:
        message = {"message": {"chat": {"id": int(chat), "title": title}, "text": f"добрый день {number}"}}
        raw = msgspec.Raw(msgspec.json.encode({"payload": message}))
        id_ = event_id("u", chat, number)
        return Unassigned(id_, NOW + number, "telegram:main", ClientRef("tg_chat", chat), "source.telegram", raw)

    waiting = [waits(n, "-1", "Пледы & Ko") for n in range(4)] + [waits(1, "-2", "Чужой"), waits(1, "-3", "Наш")]
    await Sink(database, _UNASSIGNED, unassigned_rows)(batch("u", [_UNASSIGNED.encode(one) for one in waiting]))
    cards, known = Cards(), Identities()
    cards.apply("7/b", ClientCard(lead_id="7", source="b", ts=1, name="ООО «Пледы»"))
    known.apply("tg_chat:-3", Identity("tg_chat", "-3", "7"))
    known.apply("ignored:tg_chat:-2", Identity(IGNORED, "tg_chat:-2", confirmed_by="Мария"))
    found = await inbox(database, Known(known, cards), NOW)
    [first] = found.waiting
    assert (first.value, first.name, first.events, first.first, first.last) == ("-1", "Пледы & Ko", 4, NOW, NOW + 3)
    assert first.samples[0] == "добрый день 3" and len(first.samples) == 3
    assert first.maybe[0].lead_id == "7"
    assert [(one.value, one.ignored_by) for one in found.ignored] == [("-2", "Мария")]
    known.apply("ignored:tg_chat:-2", None)
    assert len((await inbox(database, Known(known, cards), NOW)).waiting) == 2
