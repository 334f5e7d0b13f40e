"""Figures of all clients on real chDB: what the tables say, hourly before the tick, at once in a burst."""

import asyncio
import random
import time
from typing import Any

import msgspec
import pytest

from processors.days import local_day
from processors.fleet import FleetDays
from processors.rules import builtin
from schemas import events as ev
from schemas.alerts import Alert
from schemas.codec import Codec, event_id
from schemas.errors import Transient
from streams.store.database import Database
from streams.store.jobs.fleet import Figures
from streams.store.jobs.ticks import Ticks
from streams.store.sinks.rows import alert_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.fakes import ALL, Clock, Feed, Lag, Sent
from tests.unit.store.records import DAY, HOUR, NOW, batch, record

THIS_HOUR = NOW - NOW % HOUR
CLIENTS = 12


def desk(lead: str) -> str:
    """Two curators."""
    return "100" if int(lead) % 2 else "200"


def figures(database: Database, sent: Sent, clock: Clock | None = None, owned: Any = ALL) -> Figures:
    """The job over a database."""
    return Figures(database, Lag(owned), sent, builtin().alerts, desk, clock or Clock())


def reservations(dice: random.Random, days: range, clients: int = CLIENTS) -> list[ev.Reservation]:
    """One to nine orders a day of every client, `days` before now."""
    return [
        ev.Reservation(
            event_id=event_id("r", lead, day, n),
            lead_id=str(lead),
            ts=NOW - day * DAY - n * 1000,
            source="wms:main",
            doc=f"D{n}",
            qty=dice.randint(1, 30),
        )
        for day in days
        for lead in range(1, clients + 1)
        for n in range(dice.randint(1, 9))
    ]


def alert(lead: int, n: int = 1, **fields: Any) -> Alert:
    """A spike that opened an hour ago and rang."""
    opened = NOW - HOUR
    given: dict[str, Any] = {
        "alert_id": event_id("a", lead, n),
        "version": 1,
        "lead_id": str(lead),
        "rule": "reservation_spike",
        "severity": "warning",
        "status": "open",
        "opened_at": opened,
        "updated_at": opened,
        "value": 1.0,
        "baseline": 1.0,
        "score": 1.0,
        "rings": True,
    }
    return Alert(**given | fields)


async def store_alerts(database: Database, alerts: list[Alert]) -> None:
    """Put alerts into the store as the sink does."""
    codec = Codec[Alert](Alert)
    await Sink(database, codec, alert_rows)(batch("lead.alerts", [codec.encode(one) for one in alerts]))


def only(sent: Sent) -> ev.Fleet:
    """The figures that were sent: the same to all partitions, but for the id."""
    found = [event for event in sent.take() if isinstance(event, ev.Fleet)]
    assert len({event.event_id for event in found}) == len(found)
    [one] = {msgspec.json.encode(msgspec.structs.replace(event, event_id="")): event for event in found}.values()
    return one


async def test_they_are_what_the_tables_say(database: Database) -> None:
    """Days as the pure function has them, shares of alerts, rings by curator, verdicts, since when sources are live."""
    dice, sent = random.Random(5), Sent()
    events = reservations(dice, range(60))
    late = [event for event in events if event.ts < NOW - 30 * DAY]
    feed = Feed(database)
    for event in sorted(events, key=lambda event: event.ts)[:: len(events) // 4]:
        await feed([event], at=event.ts)  # some live ones
    await feed(late + [event for event in events if event.ts >= NOW - 30 * DAY], at=NOW - 1)
    spikes = [alert(1), alert(2), alert(2, n=2), alert(3, opened_at=NOW - 2 * DAY)]
    old = {"opened_at": NOW - 9 * DAY, "updated_at": NOW - 9 * DAY}
    verdicts = ((1, ""), (2, "false_alarm"), (3, "confirmed"))
    heard = [alert(5, n=9, version=version, verdict=said, **old) for version, said in verdicts]
    await store_alerts(database, spikes + heard)
    await figures(database, sent).send_now()
    fleet = only(sent)
    days = FleetDays()
    for event in sorted(events, key=lambda event: event.ts):
        days.add(event.lead_id, local_day(event.ts), 1, event.qty)
    plain = days.figures(NOW)
    assert (fleet.ratios, fleet.weekdays) == (plain.ratios, plain.weekdays)
    assert (fleet.closed, fleet.pauses) == (plain.closed, plain.pauses)
    assert (fleet.size_spread, fleet.decline, fleet.clients) == (plain.size_spread, plain.decline, CLIENTS)
    assert fleet.fired == {"reservation_spike": round(2 / CLIENTS, 4)}
    assert fleet.rung == {"100": 2, "200": 2}
    assert fleet.verdicts == {"reservation_spike": (1, 0)}
    assert fleet.sources == {"wms:main": min(event.ts for event in events)}


async def test_within_a_day_only_what_changed_is_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """New orders of today, and a late one of last week, are in the next hour's figures; all else is kept."""
    dice, sent, clock = random.Random(6), Sent(), Clock()
    feed = Feed(database)
    await feed(reservations(dice, range(1, 50)), at=NOW - HOUR)
    job = figures(database, sent, clock)
    await job.send_now()
    before = only(sent)
    asked: list[int] = []
    read = database.read

    async def watched(sql: str, parameters: dict[str, Any] | None = None) -> Any:
        if "sum(qty)" in sql and parameters:
            asked.append(parameters["since"])
        return await read(sql, parameters)

    monkeypatch.setattr(database, "read", watched)
    clock.now = NOW + HOUR
    await feed(reservations(dice, range(1)), at=NOW + HOUR - 1)
    await job.send_now()
    assert len(asked) == 1
    assert asked[0] > NOW - 2 * DAY, "from today on"
    after = only(sent)
    assert after.ratios[:-1] == before.ratios[:-1]
    other = figures(database, sent, clock)
    await other.send_now()
    assert only(sent).ratios == after.ratios


async def test_each_partition_has_the_hour_s_figures_before_its_tick(database: Database) -> None:
    """Once an hour, in front of the newest tick; made-up ticks have none; made again they are the same events."""
    sent, clock = Sent(), Clock(NOW - 3 * HOUR)
    await Ticks(database, Lag([1, 2]), sent, 1800, clock).catch_up()
    await Feed(database)(sent.take())
    clock.now = NOW
    ticks = Ticks(database, Lag([1, 2]), sent, 1800, clock, figures(database, sent, clock), apart=0.0)
    await ticks.catch_up()
    for partition in (1, 2):
        kinds = [type(e) for e in _of(sent, partition)]
        assert kinds[-2:] == [ev.Fleet, ev.Tick]
        assert kinds.count(ev.Fleet) == 1
    first = {event.event_id for event in sent.take() if isinstance(event, ev.Fleet)}
    clock.now += 1_800_000
    await ticks.catch_up()
    hours = [event.ts for event in sent.take() if isinstance(event, ev.Fleet)]
    assert hours == [THIS_HOUR + HOUR] * 2
    clock.now = NOW
    await Ticks(database, Lag([1, 2]), sent, 1800, clock, figures(database, sent, clock)).catch_up()
    assert {event.event_id for event in sent.take() if isinstance(event, ev.Fleet)} == first


def _of(sent: Sent, partition: int) -> list[ev.Event]:
    mine = Sent(output for output in sent if output.partition == partition)
    return mine.take()


async def test_ticks_do_not_wait_for_figures(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they cannot be read the tick comes without, and the next tick brings them."""
    sent, clock = Sent(), Clock()
    job = figures(database, sent, clock)
    ticks = Ticks(database, Lag([3]), sent, 600, clock, job, apart=0.0)

    async def away(_ts: int) -> None:
        raise Transient("away")

    with monkeypatch.context() as patch:
        patch.setattr(job, "_made", away)
        await ticks.catch_up()
    assert [type(event) for event in sent.take()] == [ev.Tick]
    clock.now += 600_000
    await ticks.catch_up()
    assert [type(event) for event in sent.take()] == [ev.Fleet, ev.Tick]


async def test_many_alerts_at_once_are_told_at_once(database: Database) -> None:
    """When a rule's alerts opened for more than the share that one message tells of, the figures do not wait."""
    sent = Sent()
    await Feed(database)(reservations(random.Random(7), range(40)), at=NOW - HOUR)
    job = figures(database, sent)
    await job.due([0])
    running = asyncio.ensure_future(job.run())
    few, many = [alert(n) for n in range(1, 4)], [alert(n) for n in range(4, 7)]
    try:
        await store_alerts(database, few + many)
        job.notice([(one, record(0, b"")) for one in few])
        assert not job._burst.is_set()
        job.notice([(one, record(0, b"")) for one in many])
        deadline = time.monotonic() + 30
        while not sent and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        assert only(sent).fired == {"reservation_spike": 0.5}
        job.notice([(alert(9), record(0, b""))])
        assert not job._burst.is_set(), "it is known by now"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
