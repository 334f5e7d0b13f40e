"""Words said while a meeting goes on go with their speaker's objection, and with the transcript that hid them; so does
what quotes them. On real chDB, in every order."""

from itertools import permutations
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from processors.promises import promise_id
from schemas import events as ev
from schemas.alerts import Alert, Evidence, Signal
from schemas.codec import EVENT, Codec
from schemas.minutes import Action, Minutes
from schemas.sources import Transcript
from schemas.topics import LEAD_EVENTS
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.jobs.quotes import Quotes
from streams.store.jobs.unheard import Unheard
from streams.store.read import history
from streams.store.sinks.rows import alert_rows, event_rows, signal_rows
from streams.store.sinks.sink import Sink
from streams.store.sinks.stt import TranscriptSink
from tests.unit.processors.tracks.test_entry import ENTRY, JIBRI, text
from tests.unit.store.fakes import Clock, Sent
from tests.unit.store.records import HOUR, NOW, record
from tests.unit.store.samples import event_of


class House:
    """The store's processes; what they send comes back by `lead.events`."""

    def __init__(self, database: Database) -> None:
        self.database, self.sent, self.quotes = database, Sent(), Quotes(database)
        self.unheard = Unheard(database, self.sent, Clock(), self.quotes)
        self.told: list[ev.Event] = []
        self._at = 0

    async def hears(self, *events: ev.Event) -> None:
        """One batch; then what the store says because of it, until it says nothing."""
        wanted = list(events)
        while wanted:
            sink = self.unheard.behind(Sink(self.database, EVENT, event_rows, self.unheard.notice))
            assert (await sink(self._batch(map(EVENT.encode, wanted)))).rejected == []
            wanted = self.sent.take()
            self.told += wanted

    async def finds(self, *found: Signal | Alert) -> None:
        """A batch of a topic each."""
        for one in found:
            rows: Any = signal_rows if isinstance(one, Signal) else alert_rows
            sink: Sink[Any] = Sink(self.database, Codec(type(one)), rows, self.quotes.notice)
            assert (await self.quotes.behind(sink)(self._batch([msgspec.json.encode(one)]))).rejected == []

    async def transcribed(self, transcript: Transcript) -> None:
        """What it cost is stored by another topic."""
        await TranscriptSink(self.database)(self._batch([msgspec.json.encode(transcript)]))

    def _batch(self, values: Any) -> Batch:
        records = [record(self._at + at, value) for at, value in enumerate(values)]
        self._at += 100
        return Batch(LEAD_EVENTS.name, 0, 1, records)

    async def stand(self, kind: str = "meeting_said") -> list[str]:
        """Ids of the rows of a kind, as their last digit."""
        rows = await self.database.read(
            f"SELECT lower(hex(event_id)) FROM events FINAL WHERE kind = '{kind}' ORDER BY 1"
        )
        return [id_[-1] for (id_,) in rows]


def said(number: int, who: str, at: int = 0, **more: Any) -> ev.MeetingSaid:
    """A turn `at` ms after the meeting's start."""
    given = {"participant": who, "name": f"имя {who}", "start_ms": NOW + at, "ts": NOW + at, "text": f"слово {who}"}
    return replace(event_of(ev.MeetingSaid), event_id=f"{number:016x}", lead_id="7", **given | more)


def room(number: int, happening: str, **more: Any) -> ev.MeetingRoom:
    return replace(
        event_of(ev.MeetingRoom), event_id=f"{number:016x}", lead_id="7", meeting_id="m1", happening=happening,
        ts=NOW + 30_000, **{"participant": "", "name": "", "recording_id": ""} | more,
    )  # fmt: skip


ANNA, BORIS = said(1, "a"), said(2, "b", 5000)
OTHER = said(3, "a", meeting_id="m2", room="lead-7-other")
OBJECTS = replace(room(0xA, "objected"), participant="a", name="имя a")
SOMEBODY = room(0xB, "objected")


@pytest.mark.parametrize("order", list(permutations([[ANNA, BORIS], [OTHER], [OBJECTS]])))
async def test_the_objectors_words_go_and_others_stay(database: Database, order: list[list[ev.Event]]) -> None:
    """Whatever came first, and when it is read once more; the fold is told, so alerts lose what he said."""
    house = House(database)
    once_more: list[list[ev.Event]] = [order[0], [OBJECTS], [ANNA]]
    for events in order + once_more:
        await house.hears(*events)
    assert await house.stand() == ["2", "3"]
    told = [one for one in house.told if isinstance(one, ev.EventsMoved)]
    assert {moved.event_id for one in told for moved in one.events} == {ANNA.event_id}
    assert all(one.deleted and one.lead_id == "7" for one in told)


async def test_nobody_knows_who_objected(database: Database) -> None:
    """Then all of the meeting goes, in one batch with what it is about, and wherever a link took it."""
    house = House(database)
    await house.hears(ANNA, replace(BORIS, lead_id="9"), SOMEBODY, OTHER)
    assert await house.stand() == ["3"]


async def test_a_kill_between_is_made_up_for(database: Database) -> None:
    """The fold was told and the rows not yet deleted, or not even that: the batch comes again."""
    house = House(database)
    await house.hears(ANNA, BORIS)
    house.sent.fault = RuntimeError("killed")
    with pytest.raises(RuntimeError):
        await house.hears(OBJECTS)
    assert await house.stand() == ["1", "2"]
    again = House(database)
    await again.hears(OBJECTS)
    assert await again.stand() == ["2"]


async def test_what_a_former_version_let_stand_goes_at_a_start(database: Database) -> None:
    """Words and objection came long before, and no batch will name them again."""
    house = House(database)
    before: list[ev.Event] = [ANNA, BORIS, OBJECTS]
    sink = Sink(database, EVENT, event_rows)
    await sink(Batch("lead.events", 0, 1, [record(n, EVENT.encode(one)) for n, one in enumerate(before)]))
    await house.unheard.look()
    assert await house.stand() == ["2"]
    assert len(house.sent) == 1


RECORDING = replace(JIBRI, started_at=NOW, ended_at=NOW + 60_000)
WORDS = replace(
    event_of(ev.MeetingTranscribed), event_id=f"{0xC:016x}", lead_id="7", recording_id="aa", ts=NOW, duration_ms=60_000
)
DELETED = replace(room(0xD, "recording_deleted"), recording_id="aa")
LATE = said(4, "b", 2 * HOUR)
"""Behind the recording: no transcript had it."""


@pytest.mark.parametrize(
    ("order", "other"),
    [
        *((order, "7") for order in permutations(["said", "words", "deleted"])),
        (("said", "words", "deleted"), "9"),
        (("deleted", "words", "said"), "9"),
    ],
)
async def test_what_a_transcript_hid_does_not_show_again(
    database: Database, order: tuple[str, ...], other: str
) -> None:
    """It came before the objection, was deleted with its recording, and others' live words that it had go with it, also
    where a link had taken it to another lead, and where they are read again. What it never had is there."""
    house = House(database)
    await house.hears(OBJECTS)
    for what in (*order, "said"):
        match what:
            case "said":
                await house.hears(ANNA, BORIS, LATE)
            case "words":
                await house.transcribed(text(RECORDING))
                await house.hears(replace(WORDS, lead_id=other))
            case _:
                await house.hears(DELETED)
    assert await house.stand() == ["4"]
    assert await house.stand("meeting_transcribed") == []
    shown = await history.events(database, "7", 100, history.cursor(None))
    assert [one.event_id[-1] for one in shown.events if one.kind == "meeting_said"] == ["4"]


async def test_an_unheard_recording_hid_nothing(database: Database) -> None:
    """It was refused before anything was made of it: those who did not object keep what they said."""
    house = House(database)
    await house.hears(ANNA, BORIS, OBJECTS, DELETED)
    assert await house.stand() == ["2"]


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


async def test_signals_of_other_things_ask_nothing(database: Database) -> None:
    """Evidence of chats and of days is never looked for."""
    house = House(database)
    await house.finds(replace(signal(1), evidence=[Evidence(ANNA.event_id, NOW, "message", "да")]))
    assert house.quotes._named == set()
