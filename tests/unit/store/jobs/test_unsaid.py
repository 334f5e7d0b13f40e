"""Words said while a meeting goes on go with their speaker's objection, and with the transcript that hid them. On real
chDB, in every order."""

from itertools import permutations

import pytest
from msgspec.structs import replace

from schemas import events as ev
from schemas.codec import EVENT
from streams.engine.erasures import KnownErasures
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.jobs.purge import Purge
from streams.store.read import history
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.unit.processors.tracks.test_entry import JIBRI, text
from tests.unit.store.jobs.house import ANNA, BORIS, DELETED, OBJECTS, OTHER, SOMEBODY, House, said
from tests.unit.store.records import HOUR, NOW, record
from tests.unit.store.samples import event_of


@pytest.mark.parametrize("order", list(permutations([[ANNA, BORIS], [OTHER], [OBJECTS]])))
async def test_the_objectors_words_go_and_others_stay(database: Database, order: list[list[ev.Event]]) -> None:
    """Whatever came first, and when it is read once more; the fold is told, so alerts lose what he said."""
    house = House(database)
    once_more: list[list[ev.Event]] = [order[0], [OBJECTS], [ANNA]]
    for events in [*map(list, order), *once_more]:
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


async def test_no_row_is_only_hidden(database: Database) -> None:
    """`DELETE` leaves the bytes; the purge that follows every erasure writes such parts anew, where somebody objected,
    too."""
    house = House(database)
    await house.hears(ANNA, BORIS)
    purge = Purge(database, KnownErasures(None), None)  # type: ignore[arg-type]
    assert await purge.look() == 0
    await house.hears(OBJECTS)
    hiding = "SELECT count() FROM system.parts WHERE database = currentDatabase() AND active AND has_lightweight_delete"
    assert await database.read(hiding) != [(0,)]
    assert await purge.look() == 0
    assert await database.read(hiding) == [(0,)]
    assert await house.stand() == ["2"]
