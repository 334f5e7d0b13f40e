"""What quotes words that were deleted goes with them: verdicts, signals, alerts, marks on promises. On real chDB,
whichever came first."""

from itertools import permutations

import msgspec
import pytest
from msgspec.structs import replace

from processors.promises import promise_id
from schemas import events as ev
from schemas.alerts import Alert, Evidence, Signal
from schemas.answers import Claim, Done, Passage, Question, Words
from schemas.codec import EVENT
from schemas.minutes import Action, Minutes
from schemas.reports import DailyReport
from streams.store.database import Database
from streams.store.sinks.rows import report_rows
from tests.unit.processors.tracks.test_entry import ENTRY
from tests.unit.store.jobs.house import ANNA, BORIS, DELETED, OBJECTS, House
from tests.unit.store.records import DAY, NOW
from tests.unit.store.samples import event_of

VERDICT = replace(
    event_of(ev.PhraseVerdict), event_id=f"{0xE:016x}", lead_id="7", about=ANNA.event_id, ts=NOW,
    evidence=[Evidence(ANNA.event_id, NOW, "meeting", ANNA.text)],
)  # fmt: skip
OF_BORIS = replace(VERDICT, event_id=f"{0xF:016x}", about=BORIS.event_id, evidence=[])


@pytest.mark.parametrize("order", list(permutations([[ANNA, BORIS], [OBJECTS], [VERDICT, OF_BORIS]])))
async def test_a_verdict_goes_with_the_words(database: Database, order: list[list[ev.Event]]) -> None:
    """A model that took hours speaks of what was deleted; what it says of others' words stays."""
    house = House(database)
    for events in order:
        await house.hears(*events)
    assert await house.stand("phrase_verdict") == ["f"]


def quotes(*of: ev.MeetingSaid) -> list[Evidence]:
    return [Evidence(one.event_id, one.ts, "meeting", one.text, who=one.name) for one in of]


def signal(number: int, *of: ev.MeetingSaid) -> Signal:
    return Signal(
        signal_id=f"{number:016x}", lead_id="7", rule="leaving_phrase", severity="critical", ts=NOW, window_start=NOW,
        value=1.0, baseline=0.0, score=90.0, evidence=quotes(*of),
    )  # fmt: skip


def alert(*of: ev.MeetingSaid) -> Alert:
    return Alert(
        alert_id=f"{1:016x}", version=1, lead_id="7", rule="leaving_phrase", severity="critical", status="open",
        opened_at=NOW, updated_at=NOW, value=1.0, baseline=0.0, score=90.0, evidence=quotes(*of),
    )  # fmt: skip


@pytest.mark.parametrize("first", ["words", "findings"])
async def test_signals_and_alerts_lose_the_quotes(database: Database, first: str) -> None:
    """Both topics are read beside `lead.events`, so what was found may be stored before the deletion and behind it. A
    signal of his words alone goes; who pressed what under the alert stays."""
    house = House(database)
    findings: list[Signal | Alert] = [signal(1, ANNA), signal(2, ANNA, BORIS), signal(3, BORIS), alert(ANNA, BORIS)]
    if first == "findings":
        await house.finds(*findings)
    await house.hears(ANNA, BORIS)
    await house.hears(OBJECTS)
    if first == "words":
        await house.finds(*findings)
    left = await database.read("SELECT signal_id, evidence, event_ids FROM signals FINAL ORDER BY signal_id")
    assert [(id_, msgspec.json.decode(of, type=list[Evidence])) for id_, of, _ in left] == [
        (2, quotes(BORIS)),
        (3, quotes(BORIS)),
    ]
    assert [list(ids) for *_, ids in left] == [[2], [2]]
    [(evidence, ids)] = await database.read("SELECT evidence, event_ids FROM alerts FINAL")
    assert (msgspec.json.decode(evidence, type=list[Evidence]), list(ids)) == (quotes(BORIS), [2])


def minutes(number: int, recording: str, version: int, *promised: str, heard_in: tuple[str, ...] = ()) -> ev.Event:
    made = Minutes("", "m", version, actions=[Action(one, "Анна", "", one, 1) for one in promised])
    return replace(
        event_of(ev.MeetingMinutes), event_id=f"{number:016x}", lead_id="7", recording_id=recording, ts=NOW,
        minutes=made, heard_in=list(heard_in),
    )  # fmt: skip


def mark(number: int, recording: str, words: str) -> ev.PromiseMarked:
    return replace(
        event_of(ev.PromiseMarked), event_id=f"{number:016x}", lead_id="7", promise=promise_id(recording, words),
        text=words, recording_id=recording, room="lead-7", ts=NOW,
    )  # fmt: skip


MIXED = minutes(0x10, ENTRY, 11, "пришлю счёт", "вернём короба", heard_in=("aa",))
TRACKS = minutes(0x11, ENTRY, 1, "вернём короба")
MARKS = [mark(0x12, ENTRY, "пришлю счёт"), mark(0x13, ENTRY, "вернём короба"), mark(0x14, "r2", "пришлю счёт")]


@pytest.mark.parametrize(
    "order",
    [
        [[MIXED], [TRACKS], MARKS, [DELETED]],
        [[TRACKS, MIXED], [DELETED], MARKS],
        [[MIXED], [DELETED], [TRACKS], MARKS],
        [[DELETED], [MIXED, TRACKS], MARKS],
    ],
)
async def test_a_mark_goes_with_its_promise(database: Database, order: list[list[ev.Event]]) -> None:
    """It has the promise's words. Other minutes of the meeting have the other one, too: a word on that stays, as on
    another meeting's."""
    house = House(database)
    for events in order:
        await house.hears(*events)
    assert await house.stand("promise_marked") == ["3", "4"]
    rows = await database.read("SELECT DISTINCT hex(event_id) FROM promise_marks ORDER BY 1")
    assert [id_[-1] for (id_,) in rows] == ["3", "4"]


PROMISED, MARKED = minutes(0x15, "aa", 1, "пришлю счёт"), mark(0x16, "aa", "пришлю счёт")


@pytest.mark.parametrize(
    "order", [[[PROMISED], [MARKED], [DELETED]], [[PROMISED], [DELETED], [MARKED]], [[MARKED, DELETED]]]
)
async def test_a_mark_of_a_deleted_recording_goes(database: Database, order: list[list[ev.Event]]) -> None:
    """Whenever it comes: a page that stood open has the button still."""
    house = House(database)
    for events in order:
        await house.hears(*events)
    assert await house.stand("promise_marked") == []
    assert await database.read("SELECT count() FROM promise_marks") == [(0,)]


def correction(number: int, was: str, of: str = ENTRY) -> ev.ProfileCorrected:
    return replace(
        event_of(ev.ProfileCorrected), event_id=f"{number:016x}", lead_id="7", ts=NOW, action="replace",
        entry_id=f"{1:016x}", text="моё слово", of=of, was=was,
    )  # fmt: skip


CORRECTIONS = [correction(0x21, "пришлю счёт"), correction(0x22, "вернём короба"), correction(0x23, "счёт", "r2")]


@pytest.mark.parametrize(
    "order", [[[MIXED, TRACKS], CORRECTIONS, [DELETED]], [[TRACKS, MIXED], [DELETED], CORRECTIONS, CORRECTIONS]]
)
async def test_a_correction_keeps_the_persons_text_alone(database: Database, order: list[list[ev.Event]]) -> None:
    """What it corrects is empty where the minutes that had it are gone; it is the same event, at its place."""
    house = House(database)
    for events in order:
        await house.hears(*events)
    rows = await database.read("SELECT payload FROM events FINAL WHERE kind = 'profile_corrected' ORDER BY event_id")
    left = [EVENT.decode(payload.encode()) for (payload,) in rows]
    assert left == [replace(CORRECTIONS[0], was=""), *CORRECTIONS[1:]]
    assert await database.read("SELECT count() FROM events WHERE position(payload, 'пришлю счёт') > 0") == [(0,)]


WORDS = replace(event_of(ev.MeetingTranscribed), event_id=f"{0xC:016x}", lead_id="7", recording_id="aa", ts=NOW)


def question(number: int, of: ev.Event) -> Question:
    passage = Passage("7", of.event_id, 0, "said", NOW, "мы уходим")
    claim = Claim("Клиент уходит", [1], "мы уходим")
    return Question(f"{number:016x}", "7", NOW, "Мария", "уходит?", [claim], [Words(1, passage)], Done("extract", 0.1))


@pytest.mark.parametrize("first", ["answers", "deletion"])
async def test_answers_that_quote_them_go(database: Database, first: str) -> None:
    """Also one that is read again behind the deletion."""
    house = House(database)
    asked = [question(1, WORDS), question(2, BORIS)]
    if first == "answers":
        await house.answers(*asked)
    await house.hears(WORDS)
    await house.hears(DELETED)
    if first == "deletion":
        await house.answers(*asked)
    assert await database.read("SELECT question_id FROM questions") == [(2,)]


async def test_of_a_report_only_that_there_was_one(database: Database) -> None:
    """A report that is not there would be published once more."""
    house = House(database)
    await house.hears(WORDS)
    for day, of in (("2026-11-20", WORDS), ("2026-11-21", BORIS)):
        told = replace(MIXED, event_id=of.event_id)
        assert isinstance(told, ev.MeetingMinutes)
        report = DailyReport(day, NOW - DAY, NOW, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, minutes=[told])
        await database.insert(report_rows(report, scheduled=True, published_at=NOW), day)
    await house.hears(DELETED)
    rows = await database.read("SELECT report_id, scheduled, length(body) > 2 FROM reports FINAL ORDER BY 1")
    assert rows == [("2026-11-20", True, 0), ("2026-11-21", True, 1)]
