"""What was made of a recording that somebody objected to goes out of the store, on real chDB, in either order."""

from typing import Any, cast

import msgspec
import pytest
from msgspec.structs import replace

from processors.identity import Identities
from processors.normalize import NORMALIZERS, Options
from schemas import events as ev
from schemas.codec import EVENT
from schemas.events import MeetingMinutes
from schemas.minutes import MeetingRequest, Minutes
from schemas.sources import RoomReport, Transcript
from schemas.topics import RECORDINGS, TRANSCRIPTS
from schemas.types import Meta
from streams.engine.settle import Batch
from streams.minutes.worker import meeting_minutes
from streams.store.database import Database
from streams.store.jobs.unheard import Unheard
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.golden.examples import accepted
from tests.unit.processors.tracks.test_entry import ENTRY, GAPPED, JIBRI, OPTIONS, text
from tests.unit.store.fakes import Clock, Sent
from tests.unit.store.records import NOW, record
from tests.unit.store.samples import event_of

WORDS = replace(event_of(ev.MeetingTranscribed), lead_id="7", recording_id="r", ts=NOW)
MINUTES = replace(event_of(ev.MeetingMinutes), lead_id="7", recording_id="r", ts=NOW)
DELETED = replace(
    event_of(ev.MeetingRoom),
    lead_id="7",
    recording_id="r",
    happening="recording_deleted",
    ts=NOW,
    event_id="00000000000000aa",
)
OTHERS: list[ev.Event] = [
    replace(WORDS, lead_id="8", recording_id="r8", event_id="00000000000000ab"),
    replace(WORDS, recording_id="r2", event_id="00000000000000ac"),
    replace(DELETED, recording_id="", event_id="00000000000000ad"),
]


async def put(unheard: Unheard, database: Database, number: int, *events: ev.Event) -> None:
    """One batch."""
    records = [record(number * 10 + at, EVENT.encode(event)) for at, event in enumerate(events)]
    sink = unheard.behind(Sink(database, EVENT, event_rows, unheard.notice))
    assert (await sink(Batch("lead.events", 0, 1, records))).rejected == []


ORDERS = [[[WORDS, MINUTES], [DELETED]], [[DELETED], [WORDS], [MINUTES]], [[WORDS, DELETED, MINUTES]]]


@pytest.mark.parametrize("order", ORDERS)
async def test_words_and_minutes_go_whatever_came_first(database: Database, order: list[list[ev.Event]]) -> None:
    """Nothing of them in any table; other recordings stay; the note that it was deleted stays; the fold hears which
    events it lost."""
    sent = Sent()
    unheard = Unheard(database, sent, Clock())
    await put(unheard, database, 1, *OTHERS)
    for number, events in enumerate(order, start=2):
        await put(unheard, database, number, *events)
    left = await database.read(
        "SELECT lead_id, kind, JSONExtractString(payload, 'recording_id') FROM events ORDER BY ALL"
    )
    assert [tuple(row) for row in left] == [
        ("7", "meeting_room", ""),
        ("7", "meeting_room", "r"),
        ("7", "meeting_transcribed", "r2"),
        ("8", "meeting_transcribed", "r8"),
    ]
    for table in ("transcripts", "recordings", "said"):
        rows = await database.read(
            f"SELECT DISTINCT lead_id, recording_id FROM {table} WHERE recording_id != '' ORDER BY ALL"
        )
        assert [tuple(row) for row in rows] == [("7", "r2"), ("8", "r8")], table
    told = [cast(ev.EventsMoved, EVENT.decode(output.value or b"")) for output in sent]
    assert {moved.event_id for event in told for moved in event.events} == {WORDS.event_id, MINUTES.event_id}


MOVED = [replace(event, lead_id="9") for event in (WORDS, MINUTES)]


@pytest.mark.parametrize("order", [[[DELETED], MOVED], [MOVED, [DELETED]], [[WORDS, MINUTES, *MOVED], [DELETED]]])
async def test_the_deletion_holds_wherever_the_words_are(database: Database, order: list[list[ev.Event]]) -> None:
    """A person linked the recording to another lead, and the deletion was told of the former one: before, behind, or
    while the words stand under both. Each lead is told what it lost."""
    sent = Sent()
    unheard = Unheard(database, sent, Clock())
    await put(unheard, database, 1, *OTHERS)
    for number, events in enumerate(order, start=2):
        await put(unheard, database, number, *events)
    left = await database.read(
        "SELECT DISTINCT lead_id FROM events WHERE kind LIKE 'meeting_%' AND kind != 'meeting_room'"
    )
    assert {lead for (lead,) in left} == {"7", "8"}, "of other recordings"
    for table in ("transcripts", "recordings", "said", "passages"):
        rows = await database.read(f"SELECT DISTINCT lead_id FROM {table}")
        assert "9" not in {lead for (lead,) in rows}, table
    told = [cast(ev.EventsMoved, EVENT.decode(output.value or b"")) for output in sent]
    assert {event.lead_id for event in told} == {row.lead_id for events in order for row in events if row != DELETED}
    assert all(event.deleted for event in told)


def made_of(transcript: Transcript) -> tuple[ev.Event, MeetingMinutes]:
    """Its words and minutes, as the pipeline and `minutes` put them under the meeting's entry."""
    said, asked = normalized(TRANSCRIPTS.name, transcript, OPTIONS)
    assert isinstance(asked, MeetingRequest)
    return said, meeting_minutes(asked, Minutes("итоги", "vosk", asked.conversation.version))


def normalized(topic: str, value: Any, options: Options) -> list[Any]:
    return accepted(NORMALIZERS[topic](Meta(topic, 0, 0, NOW), msgspec.json.encode(value), Identities(), options))


OURS = replace(GAPPED, started_at=NOW, ended_at=NOW + 60_000)
MIXED = made_of(text(replace(JIBRI, started_at=NOW, ended_at=NOW + 60_000)))
TRACKS, FILLED = made_of(text(OURS)), made_of(replace(text(OURS, filled=True), filled_from=["aa"]))
JUDGED = replace(event_of(ev.PhraseVerdict), lead_id="7", about=MIXED[0].event_id, ts=NOW)
REPORT = RoomReport("aa/deleted", "recording_deleted", NOW, "lead-7", "m1", "7", session_id="s1", recording_id="aa")
[JIBRI_DELETED] = normalized(RECORDINGS.name, REPORT, Options())
"""Whoever told it did not know yet that the meeting has tracks."""


@pytest.mark.parametrize(
    "order",
    [
        [[*TRACKS, *MIXED, *FILLED, JUDGED], [JIBRI_DELETED]],
        [[JIBRI_DELETED], [*TRACKS, *FILLED], [MIXED[1]], [MIXED[0]]],
        [[*MIXED, JIBRI_DELETED], [*FILLED, *TRACKS]],
    ],
)
async def test_words_of_jibris_recording_go_from_the_meetings_entry(
    database: Database, order: list[list[ev.Event]]
) -> None:
    """They stand under the entry's id, alone and in the gaps of tracks, and a model's verdict quotes them; what the
    tracks themselves said stays."""
    sent = Sent()
    unheard = Unheard(database, sent, Clock())
    for number, events in enumerate([*order, order[0]], start=1):  # a kill: the first comes once more
        await put(unheard, database, number, *events)
    left = await database.read("SELECT hex(event_id) FROM events FINAL WHERE kind != 'meeting_room'")
    assert {id_.lower() for (id_,) in left} == {event.event_id for event in TRACKS}
    for table in ("transcripts", "recordings"):
        rows = await database.read(f"SELECT DISTINCT lead_id, recording_id, version FROM {table} FINAL")
        assert [tuple(row) for row in rows] == [("7", ENTRY, 1)], table
    for table in ("said", "passages"):
        rows = await database.read(f"SELECT DISTINCT hex(event_id) FROM {table} FINAL")
        assert {id_.lower() for (id_,) in rows} == {event.event_id for event in TRACKS}, table
    gone = {event.event_id for event in (*MIXED, *FILLED, *([JUDGED] if JUDGED in order[0] else []))}
    told = [cast(ev.EventsMoved, EVENT.decode(output.value or b"")) for output in sent]
    assert {moved.event_id for event in told for moved in event.events} == gone


async def test_a_row_of_a_later_version_holds_nobody_up(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """After a step back the store may hold what this version cannot read: it stays, the log names it without its words,
    and all that can be read goes."""
    unheard = Unheard(database, Sent(), Clock())
    await put(unheard, database, 1, WORDS, MINUTES)
    later = 'replaceOne(payload, \'"words":\', \'"words":"слов много","of":\') AS payload, 171 AS event_id'
    await database.change(
        f"INSERT INTO events SELECT * REPLACE ({later}) FROM events WHERE kind = 'meeting_transcribed'"
    )
    await put(unheard, database, 2, DELETED)
    assert await database.read(
        "SELECT event_id FROM events WHERE kind IN ('meeting_transcribed', 'meeting_minutes')"
    ) == [(171,)]
    [said] = {record for record in caplog.records if record.levelname == "ERROR"}
    assert (said.__dict__["id"], said.message) == ("00000000000000ab", "a stored event cannot be read")
    assert "слов" not in said.__dict__["error"]
