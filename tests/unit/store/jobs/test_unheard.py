"""What was made of a recording that somebody objected to goes out of the store, on real chDB, in either order."""

from typing import cast

import pytest
from msgspec.structs import replace

from schemas import events as ev
from schemas.codec import EVENT
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.jobs.unheard import Unheard
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
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
    replace(WORDS, lead_id="8", event_id="00000000000000ab"),
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
    """Nothing of them in any table; the same recording id of another lead, and another recording, stay; the note that
    it was deleted stays; the fold hears which events it lost."""
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
        ("8", "meeting_transcribed", "r"),
    ]
    for table in ("transcripts", "recordings", "said"):
        rows = await database.read(
            f"SELECT DISTINCT lead_id, recording_id FROM {table} WHERE recording_id != '' ORDER BY ALL"
        )
        assert [tuple(row) for row in rows] == [("7", "r2"), ("8", "r")], table
    told = [cast(ev.EventsMoved, EVENT.decode(output.value or b"")) for output in sent]
    assert {moved.event_id for event in told for moved in event.events} == {WORDS.event_id, MINUTES.event_id}
