"""`leads` on real chDB: when a client was first and last heard of is what a look at every event says."""

import random

from streams.store.database import Database
from streams.store.migrate import FOLDER, read

FILES = {migration.version: migration.statements for migration in read(FOLDER)}
OF_ALL_EVENTS = FILES[17][-1].sql.partition(" AS\n")[2]
"""The view as it was: it looks at every event."""
SEEN = FILES[24]
PARTS = "SELECT name FROM system.parts WHERE active AND database = currentDatabase() AND table = 'events'"
TRIES = 50
"""Merges of some thousand rows are over after a few."""
SYNC = {"lightweight_deletes_sync": 2, "mutations_sync": 2}
ROWS = """
INSERT INTO events (lead_id, ts, event_id, source, kind, backfill, ingested_at, seniority)
SELECT toString(cityHash64(number, {salt:UInt64}) % 30),
    fromUnixTimestamp64Milli(1795246200000 - toInt64(cityHash64(number, 1, {salt:UInt64}) % 31536000000)),
    number, 'wms:main',
    ['reservation', 'tick', 'message', 'events_moved', 'baseline', 'fleet'][cityHash64(number, 2) % 6 + 1],
    number % 3 = 0, now64(3), {salt:UInt64}
FROM numbers({start:UInt64}, {rows:UInt64})"""
"""Of thirty leads; another salt is another lead and time for the same ids."""


async def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    """What a query gives, in order."""
    return sorted((tuple(row) for row in await database.read(sql)), key=repr)


async def same(database: Database) -> dict[str, tuple[int, int]]:
    """Both views give the same rows; first and last of each lead (ms; 0: none). Asked of the same parts: a merge
    between the two takes repeats away."""
    for _ in range(TRIES):
        parts = await rows(database, PARTS)
        found = await rows(database, f"SELECT * FROM ({OF_ALL_EVENTS})")
        said = await rows(database, "SELECT * FROM leads")
        if await rows(database, PARTS) == parts:
            break
    assert said == found
    heard = await database.read(
        "SELECT lead_id, toUnixTimestamp64Milli(since), toUnixTimestamp64Milli(last_event) FROM leads"
    )
    return {str(lead): (int(since or 0), int(last or 0)) for lead, since, last in heard}


async def add(database: Database, start: int, many: int, salt: int) -> None:
    """An insert: a part of its own."""
    await database.change(ROWS, {"start": start, "rows": many, "salt": salt})


async def extremes(database: Database, lead: str) -> list[tuple[str, int]]:
    """The events that make a lead's first and last."""
    sql = """
    SELECT lead_id, event_id FROM events WHERE lead_id = {lead:String} AND kind IN ('reservation', 'message')
    AND (ts IN (SELECT since FROM leads WHERE lead_id = {lead:String})
        OR ts IN (SELECT last_event FROM leads WHERE lead_id = {lead:String}))"""
    return [(lead, event) for lead, event in await database.read(sql, {"lead": lead})]


async def test_it_says_what_all_events_say(database: Database) -> None:
    """Parts that are merged or not, repeats with another time, rows taken from a lead (its first and its last ones,
    too), a client who was erased, and clients of whom only a card is known."""
    await database.change("INSERT INTO cards (lead_id, source, client, gone) VALUES ('1', 'hand', 'Заря', false), "
                          "('card', 'hand', 'Только карточка', false), ('gone', 'hand', 'Никто', true)")  # fmt: skip
    await database.change("INSERT INTO events (lead_id, ts, kind) VALUES ('ticks', 0, 'tick'), ('', 0, 'message')")
    dice, start = random.Random(5), 0
    for round_ in range(3):
        await add(database, start, 400, round_)
        await add(database, dice.randrange(start, start + 400), 100, round_ + dice.randrange(2))
        start += 400
        before = await same(database)
        lead = str(dice.randrange(30))
        moved = await extremes(database, lead)
        await database.forget(moved)
        after = await same(database)
        assert moved and after[lead][0] > before[lead][0] and after[lead][1] < before[lead][1]
        erased = str(round_)
        await database.change("DELETE FROM events WHERE lead_id = {lead:String}", {"lead": erased}, SYNC)
        await database.change("ALTER TABLE events APPLY DELETED MASK", None, SYNC)
        assert (erased in await same(database)) == (erased == "1")  # whose card is still there
        if round_ % 2:
            await database.change("OPTIMIZE TABLE events FINAL")
            await same(database)
    heard = await same(database)
    assert heard["card"] == (0, 0) and not {"gone", "ticks", ""} & heard.keys()


async def test_what_its_time_takes_is_no_first_event(database: Database) -> None:
    """Events older than three years go out of a part that stays, and with them what was kept of them."""
    await database.change("SYSTEM STOP TTL MERGES events")
    await add(database, 0, 400, 1)
    first = (await same(database))["3"][0]
    of_long_ago = "INSERT INTO events (lead_id, ts, event_id, kind) VALUES ('3', '2015-01-01', 9999, 'message')"
    await database.change(of_long_ago)
    await database.change("OPTIMIZE TABLE events FINAL")
    assert (await same(database))["3"][0] == 1_420_070_400_000
    await database.change("SYSTEM START TTL MERGES events")
    await database.change("ALTER TABLE events MATERIALIZE TTL", None, SYNC)
    await database.change("OPTIMIZE TABLE events FINAL")
    assert await database.read("SELECT count() FROM events WHERE event_id = 9999") == [(0,)]
    assert (await same(database))["3"][0] == first


async def test_it_is_made_of_a_store_that_stands_already(database: Database) -> None:
    """The migration over parts with deleted rows, merged and not; done twice it is the same."""
    await database.change("ALTER TABLE events DROP PROJECTION seen", None, SYNC)
    await add(database, 0, 400, 1)
    await database.change("OPTIMIZE TABLE events FINAL")
    await add(database, 400, 400, 1)
    before = await same(database)
    await database.forget(await extremes(database, "7"))
    for _ in range(2):
        for statement in SEEN:
            await database.change(statement.sql, None, {"mutations_sync": 2, "alter_sync": 2})
        after = await same(database)
        assert after["7"] != before["7"]
    await add(database, 800, 400, 1)
    await database.forget(await extremes(database, "8"))
    assert await same(database)


async def test_no_event_is_read_for_it(database: Database) -> None:
    """Each part has the projection, also after a deletion, and the view reads nothing else of `events`."""
    for salt in range(3):
        await add(database, salt * 400, 400, salt)
    await database.forget(await extremes(database, "7"))
    [(parts,)] = await database.read(
        "SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = 'events'"
    )
    plan = [
        str(line).strip()
        for (line,) in await database.read("EXPLAIN PLAN SELECT lead_id, since, last_event FROM leads")
    ]
    reads = [line for line in plan if "ReadFromMergeTree" in line]
    assert parts and any("seen" in line for line in reads), plan
    assert not any(".events" in line for line in reads), reads
