"""Ticks: every interval in every partition, also those that were missed, also after half of them was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.days import local_time
from schemas.errors import Transient
from schemas.events import Tick
from streams.store.database import Database
from streams.store.jobs.clock import every_day_at, latest_at
from streams.store.jobs.ticks import MOST_MADE_UP, Ticks
from tests.unit.store.fakes import ALL, Clock, Feed, Lag, Sent
from tests.unit.store.records import DAY, HOUR, NOW

THIS_HOUR = NOW - NOW % HOUR


def starts(sent: Sent) -> dict[int, list[int]]:
    """Partition to the times of its ticks."""
    found: dict[int, list[int]] = {}
    for output, tick in zip(list(sent), sent.take(), strict=True):
        assert isinstance(tick, Tick)
        assert output.key is None
        assert output.partition is not None
        found.setdefault(output.partition, []).append(tick.ts)
    return found


async def test_one_an_interval_and_partition(database: Database) -> None:
    """The first one is of the running interval; the next comes with the next interval, once."""
    clock, sent = Clock(), Sent()
    ticks = Ticks(database, Lag(), sent, 3600, clock, apart=0.0)
    await ticks.catch_up()
    assert starts(sent) == {partition: [THIS_HOUR] for partition in ALL}
    clock.now += 60_000
    assert await ticks.catch_up() == 0
    clock.now += HOUR
    await ticks.catch_up()
    assert starts(sent) == {partition: [THIS_HOUR + HOUR] for partition in ALL}


async def test_missed_ones_are_made_up(database: Database) -> None:
    """After a stop every missed interval comes, oldest first; the last known one again, with the same id."""
    sent = Sent()
    await Ticks(database, Lag(), sent, 3600, Clock(NOW - 5 * HOUR), apart=0.0).catch_up()
    before = sent.take()
    await Feed(database)(before)
    await Ticks(database, Lag(), sent, 3600, Clock(), apart=0.0).catch_up()
    after = sent.take()
    assert {tick.event_id for tick in before} < {tick.event_id for tick in after}
    assert len(after) == 6 * len(ALL)
    assert {tick.ts for tick in after} == {THIS_HOUR - n * HOUR for n in range(6)}


async def test_a_week_at_most(database: Database) -> None:
    """What is older than seven days is not made up, and short intervals are bounded by their number."""
    sent, feed = Sent(), Feed(database)
    await Ticks(database, Lag([0]), sent, 3600, Clock(NOW - 30 * DAY), apart=0.0).catch_up()
    await feed(sent.take())
    await Ticks(database, Lag([0]), sent, 3600, Clock(), apart=0.0).catch_up()
    assert starts(sent) == {0: [THIS_HOUR]}
    await Ticks(database, Lag([0]), sent, 1, Clock(NOW - DAY), apart=0.0).catch_up()
    await feed(sent.take())
    await Ticks(database, Lag([0]), sent, 1, Clock(), apart=0.0).catch_up()
    assert len(sent) == MOST_MADE_UP


async def test_a_fault_in_the_middle_loses_none(database: Database) -> None:
    """A partition whose ticks were not acknowledged gets them again."""
    sent = Sent()
    sent.fault = Transient("away")
    ticks = Ticks(database, Lag(), sent, 3600, Clock(), apart=0.0)
    with pytest.raises(Transient):
        await ticks.catch_up()
    await ticks.catch_up()
    assert starts(sent).keys() == ALL


async def test_a_partition_that_came_to_us(database: Database) -> None:
    """Only our own partitions get ticks; one that moves here gets what it may have missed."""
    lag, sent = Lag([1]), Sent()
    ticks = Ticks(database, lag, sent, 3600, Clock(), apart=0.0)
    await ticks.catch_up()
    assert starts(sent) == {1: [THIS_HOUR]}
    lag.owned = {1, 2}
    await ticks.catch_up()
    assert starts(sent) == {2: [THIS_HOUR]}


@given(st.integers(1_500_000_000_000, 2_000_000_000_000), st.sampled_from(["00:00", "03:00", "20:00", "23:59"]))
def test_latest_at_is_the_last_one(now: int, at: str) -> None:
    """It is that time in Moscow, not in the future, and no later one is past."""
    latest = latest_at(now, at)
    assert f"{local_time(latest):%H:%M:%S}" == f"{at}:00"
    assert now - DAY < latest <= now
    assert list(every_day_at(latest - 3 * DAY, now, at)) == [latest - 2 * DAY, latest - DAY, latest]
