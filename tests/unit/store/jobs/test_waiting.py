"""Words that wait for their client go with an objection, too; on real chDB, whichever came first."""

from itertools import permutations

import msgspec
import pytest
from msgspec.structs import replace

from processors.belonging import room_of
from schemas import events as ev
from schemas.codec import EVENT, Codec
from schemas.said import Said
from schemas.sources import RoomReport, Transcript, Unassigned, Word
from schemas.topics import LEAD_EVENTS, RECORDINGS, SAID, TRANSCRIPTS, TopicSpec
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.sinks.rows import unassigned_rows
from streams.store.sinks.sink import Sink
from tests.unit.processors.tracks.test_entry import JIBRI, text
from tests.unit.store.jobs.house import DELETED, OBJECTS, House
from tests.unit.store.records import NOW, record
from tests.unit.store.samples import event_of

ROOM = "lead-none"


def waits(number: int, topic: TopicSpec, value: bytes) -> Unassigned:
    """As `pipeline` puts it where nobody knows whose the room is."""
    return Unassigned(f"{number:016x}", NOW, "s", room_of(ROOM), topic.name, msgspec.Raw(value))


def said(number: int, who: str) -> Unassigned:
    turn = Said("m1", ROOM, "c", who, who, 1, 2, NOW, NOW + 900, [Word("да", 0, 900, 0.9)], f"имя {who}")
    return waits(number, SAID, msgspec.json.encode(turn))


def report(number: int, happening: ev.RoomHappening, **more: str) -> Unassigned:
    told = RoomReport("r", happening, NOW + 30_000, ROOM, "m1", **more)  # type: ignore[arg-type]
    return waits(number, RECORDINGS, FROM_ROOM.encode(told))


FROM_ROOM = Codec[RoomReport](RoomReport)
ANNA, BORIS = said(1, "a"), said(2, "b")
OBJECTED, IS_DELETED = report(3, "objected", participant="a"), report(4, "recording_deleted", recording_id="aa")
TRANSCRIPT = text(replace(JIBRI, started_at=NOW, ended_at=NOW + 60_000))
WORDS = waits(5, TRANSCRIPTS, Codec[Transcript](Transcript).encode(TRANSCRIPT))
HEARD = replace(event_of(ev.MeetingTranscribed), recording_id="aa", ts=NOW, duration_ms=60_000)
MOVED = waits(6, LEAD_EVENTS, EVENT.encode(HEARD))
"""It had a lead until its link ended."""


async def wait(house: House, number: int, *waiting: Unassigned) -> list[int]:
    """A batch of `lead.unassigned`; what waits then."""
    sink = Sink(house.database, Codec[Unassigned](Unassigned), unassigned_rows, house.unheard.waits)
    values = [msgspec.json.encode(one) for one in waiting]
    records = [record(number * 100 + at, value) for at, value in enumerate(values)]
    assert (await house.unheard.behind(sink)(Batch("lead.unassigned", 0, 1, records))).rejected == []
    return await left(house)


async def left(house: House) -> list[int]:
    return [id_ for (id_,) in await house.database.read("SELECT event_id FROM unassigned FINAL ORDER BY event_id")]


@pytest.mark.parametrize("order", list(permutations([[ANNA], [BORIS], [OBJECTED]])))
async def test_words_in_a_room_that_is_nobodys(database: Database, order: list[list[Unassigned]]) -> None:
    """The objector's go, the other's wait on, and nobody is told: no fold has them."""
    house = House(database)
    for number, waiting in enumerate(order):
        await wait(house, number, *waiting)
    assert await left(house) == [2, 3]
    assert house.sent == []


@pytest.mark.parametrize("words", [WORDS, MOVED])
@pytest.mark.parametrize("first", ["deleted", "words"])
async def test_a_deleted_recording_whose_words_wait(database: Database, words: Unassigned, first: str) -> None:
    """And what was said live under them; the deletion waits beside them."""
    house = House(database)
    order = [IS_DELETED, words] if first == "deleted" else [words, IS_DELETED]
    for number, one in enumerate([ANNA, *order]):
        await wait(house, number, one)
    assert await left(house) == [4]


async def test_the_deletion_is_a_clients_and_the_words_wait(database: Database) -> None:
    """A link ended meanwhile: both are looked for wherever they are."""
    house = House(database)
    await wait(house, 0, MOVED, BORIS)
    await house.hears(DELETED)
    assert await left(house) == []
    await house.hears(OBJECTS)
    assert await wait(house, 1, ANNA) == []


async def test_the_deletion_waits_and_the_words_are_a_clients(database: Database) -> None:
    house = House(database)
    await wait(house, 0, IS_DELETED)
    await house.hears(replace(HEARD, lead_id="7"))
    assert await house.stand("meeting_transcribed") == []
