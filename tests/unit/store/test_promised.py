"""Promises of talks from before their table: what the migration makes of stored minutes is what the sink writes."""

from msgspec.structs import replace

from schemas import events as ev
from schemas.minutes import OFFLINE, UNKNOWN, Action, Minutes
from streams.settings import Store
from streams.store.clickhouse import open_writer
from streams.store.database import Database
from streams.store.migrate import FOLDER, read
from tests.unit.store import fakes
from tests.unit.store.records import NOW
from tests.unit.store.samples import event_of

ALL = "SELECT *, ids, precedence FROM promised FINAL ORDER BY talk"


async def test_an_installation_with_data_gets_the_same_rows(store: Store, database: Database) -> None:
    """Of meetings and days, with promises and without, the newest version of each; also when the file is run twice."""
    said = Action("прислать «счёт»", "Анна", UNKNOWN, "пришлю", 0)
    late = Action("позвонить", UNKNOWN, "2026-11-21", "позвоню", 1)
    made = Minutes("итоги", OFFLINE, 2, actions=[said, late])
    meeting, day = event_of(ev.MeetingMinutes), replace(event_of(ev.ChatSummary), minutes=made)
    newer = replace(meeting, event_id="a" * 16, minutes=made)
    await fakes.Feed(database)([newer, meeting, day, replace(day, event_id="b" * 16, ts=NOW)])
    written = await database.read(ALL)
    assert len(written) == 3
    client = open_writer(store)
    try:
        client.command("TRUNCATE TABLE promised")
        [migration] = [one for one in read(FOLDER) if one.name == "0019_promised_before.sql"]
        for statement in migration.statements * 2:
            client.command(statement.sql)
    finally:
        client.close()
    assert await database.read(ALL) == written
