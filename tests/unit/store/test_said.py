"""The table that the search looks through: what the migration makes of stored rows is what the sink writes."""

import msgspec

from schemas import events as ev
from streams.settings import Store
from streams.store.clickhouse import open_writer
from streams.store.database import Database
from streams.store.migrate import FOLDER, read
from streams.store.sinks.event_columns import KINDS
from streams.store.sinks.said import WRITTEN
from tests.unit.store import fakes, samples

ALL = "SELECT * FROM said FINAL ORDER BY ts, event_id, number"


async def test_an_installation_with_data_gets_the_same_rows(store: Store, database: Database) -> None:
    """Of every kind of event, also when the file is run twice."""
    events: list[ev.Event] = [samples.event_of(kind) for kind in KINDS if kind not in (ev.Call, ev.CommandChanged)]
    await fakes.Feed(database)([*events, msgspec.structs.replace(samples.event_of(ev.Call), text="алло")])
    written = await database.read(ALL)
    kinds = {KINDS[kind] for kind in (*WRITTEN, ev.MeetingTranscribed) if kind is not ev.CommandChanged}
    assert {row[5] for row in written} == kinds
    client = open_writer(store)
    try:
        client.command("TRUNCATE TABLE said")
        [migration] = [one for one in read(FOLDER) if one.name == "0013_said.sql"]
        for statement in migration.statements * 2:
            client.command(statement.sql)
    finally:
        client.close()
    assert await database.read(ALL) == written
