"""What a page asks about one client, on real chDB: his card, figures by day, a meeting; and who waits for a link."""

import msgspec
import pytest
from msgspec.structs import replace

from processors.answered import participant
from processors.cards import Cards
from processors.days import day_start, local_day
from processors.identity import IGNORED, Identities
from processors.notes import kept, taken_back, written
from schemas import events as ev
from schemas.cards import ClientCard
from schemas.codec import Codec, event_id
from schemas.errors import Refused
from schemas.sources import ClientRef, Identity, Unassigned
from streams.store.database import Database
from streams.store.read.pages.card import card
from streams.store.read.pages.daily import daily
from streams.store.read.pages.inbox import inbox
from streams.store.read.pages.known import Known
from streams.store.read.pages.meeting import meeting
from streams.store.read.pages.participants import names
from streams.store.sinks.rows import alert_rows, unassigned_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import Sink
from tests.unit.alerting.alerts import LEAVING
from tests.unit.store import fakes
from tests.unit.store.read.happenings import ALERT, NOBODY, OUR, SCORE, score, shipped
from tests.unit.store.records import DAY, NOW, batch
from tests.unit.store.samples import ALL_EVENTS, LEAD, event_of

UNTOLD = Known(NOBODY, Cards())
_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)


async def test_the_card(database: Database) -> None:
    """Facts, the score and that of a week ago, open alerts, notes that stand, promises, when he was last seen."""
    scores = [score(LEAD, 1, 35, NOW - 9 * DAY), score(LEAD, 2, 82, NOW)]
    await Sink(database, SCORE, score_rows)(batch("lead.scores", map(SCORE.encode, scores)))
    await Sink(database, ALERT, alert_rows)(batch("lead.alerts", [ALERT.encode(replace(LEAVING, lead_id=LEAD))]))
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
