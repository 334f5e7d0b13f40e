"""The nightly days on real chDB: exact, whole days only, without what was moved away, each night once."""

import pytest

from processors.days import local_time
from schemas import events as ev
from schemas.codec import EVENT, encode, event_id
from schemas.errors import Transient
from streams.store.database import Database
from streams.store.jobs.clock import at_time
from streams.store.jobs.days import Days
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.fakes import Clock, Lag
from tests.unit.store.records import DAY, NOW, batch

NIGHT = at_time(local_time(NOW).date(), "03:00") + DAY
WRITTEN = "SELECT toString(day), kind, action, events, qty FROM days ORDER BY day, kind"
SAME = "SELECT toString(day), kind, action, events, qty FROM lead_days WHERE day < toDate('{}') ORDER BY day, kind"


def picked(number: int, ts: int) -> bytes:
    """A picking of three."""
    pick = ev.Pick(event_id=event_id("p", number), lead_id="7", ts=ts, source="wms", doc="P", qty=3)
    return encode(pick)


def job(database: Database, now: int = NIGHT + 1) -> Days:
    """At night."""
    return Days(database, Lag(), "03:00", Clock(now))


async def fed(database: Database) -> None:
    """Four pickings of three days, delivered twice with other borders; one is of the day that is not over."""
    values = [picked(1, NOW - DAY), picked(2, NOW), picked(3, NOW + 60_000), picked(4, NIGHT)]
    sink = Sink(database, EVENT, event_rows)
    await sink(batch("lead.events", values))
    await sink(batch("lead.events", values[:3]))


async def test_the_kept_days_are_the_counted_ones(database: Database) -> None:
    """They equal the count over `FINAL`, and today's stay out; the night is counted once."""
    await fed(database)
    assert await job(database).daily.catch_up() >= 1
    kept = await database.read(WRITTEN)
    assert kept == await database.read(SAME.format(local_time(NIGHT).date()))
    assert [row[3:] for row in kept] == [(1, 3), (2, 6)]
    assert await job(database).daily.catch_up() == 0


async def test_what_was_moved_away_is_gone_the_next_night(database: Database) -> None:
    """The next count has nothing of it, and no night is counted for those that were missed."""
    await fed(database)
    await job(database).daily.catch_up()
    await database.forget([("7", int(event_id("p", 1), 16))])
    await job(database, NIGHT + 3 * DAY + 1).daily.catch_up()
    assert await database.read("SELECT sum(events) FROM days") == [(3,)]
    assert await database.read("SELECT uniqExact(made_at) FROM days_made") == [(2,)]
    assert await database.read("SELECT uniqExact(made_at) FROM days_kept") == [(1,)], "the night before is thrown away"


async def test_a_count_that_broke_off_is_seen_by_nobody(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the rows and before the night is marked: the view has the night before."""
    await fed(database)
    await job(database).daily.catch_up()
    before = await database.read(WRITTEN)

    async def killed(*_: object) -> None:
        raise Transient("killed")

    insert = database.insert
    later = job(database, NIGHT + DAY + 1)
    monkeypatch.setattr(database, "insert", killed)
    with pytest.raises(Transient):
        await later.daily.catch_up()
    assert await database.read(WRITTEN) == before
    monkeypatch.setattr(database, "insert", insert)
    await database.forget([("7", int(event_id("p", 2), 16))])
    await later.daily.catch_up()
    assert await database.read("SELECT sum(events) FROM days") == [(3,)]


@pytest.mark.parametrize("stored", [0, 1])
async def test_a_night_before_the_first_batch_is_stored_is_owed(database: Database, stored: int) -> None:
    """A store that is down over the night, its first or with the oldest records still on their way, counts it."""
    records = [batch("lead.events", [picked(2, NOW)], at=NOW), batch("lead.events", [picked(3, NOW)], 1, NIGHT + 1)]
    sink = Sink(database, EVENT, event_rows)
    for early in records[::-1][:stored]:
        await sink(early)

    class Behind(Lag):
        async def caught_up(self, patience: float) -> bool:
            for late in records:
                await sink(late)
            return True

    late = Days(database, Behind(), "03:00", Clock(NIGHT + 60_000))
    assert await late.daily.catch_up() == 1
    assert await database.read("SELECT events FROM days") == [(2,)]


async def test_nothing_is_begun_while_the_first_batch_is_on_its_way(database: Database) -> None:
    """What is asked too early of an empty store is asked again, and the night is not taken for one before the first."""

    class Behind(Lag):
        async def caught_up(self, patience: float) -> bool:
            return False

    days = Days(database, Behind(), "03:00", Clock(NIGHT + 60_000))
    assert await days.daily.catch_up() == 0
    await Sink(database, EVENT, event_rows)(batch("lead.events", [picked(2, NOW)], at=NOW))
    assert await days.daily.catch_up() == 1
