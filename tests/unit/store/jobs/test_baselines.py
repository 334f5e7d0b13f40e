"""Baselines on real chDB: equal to what the fold counts, sent when due, and only then."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import msgspec
import pytest

from processors import lead
from processors.day_series import Day
from processors.days import HOME, local_day
from processors.state import LeadState
from schemas import events as ev
from schemas.codec import event_id
from schemas.topics import LEAD_EVENTS
from schemas.types import Meta
from streams.engine.kafka import partition_of
from streams.store.database import Database
from streams.store.jobs.baselines import COUNTED, Baselines
from streams.store.jobs.clock import latest_at
from tests.unit.store.fakes import ALL, Clock, Feed, Lag, Sent
from tests.unit.store.records import DAY, HOUR, NOW, record
from tests.zones import BERLIN, VLADIVOSTOK, living_in

NIGHT = latest_at(NOW, "03:00")
LAST = local_day(NOW - DAY) - 1
FIRST = local_day(NOW) - 120


def makers(database: Database, clock: Clock | None = None) -> tuple[Baselines, Sent]:
    sent = Sent()
    return Baselines(database, Lag(), sent, 0.1, "03:00", clock or Clock()), sent


def some_event(dice: random.Random, n: int, lead: str) -> ev.Event:
    """A random event of up to 130 days ago."""
    common = {"event_id": event_id("x", n), "lead_id": lead, "ts": NOW - dice.randrange(130 * DAY), "source": "test"}
    type_ = dice.choice([*COUNTED, ev.Return])
    goods = {"doc": f"D-{n}", "qty": dice.randint(-50, 500)}
    own: dict[type, dict[str, object]] = {
        ev.Reservation: goods | {"action": dice.choice(["created", "changed", "cancelled"])},
        ev.Pick: goods | {"purpose": dice.choice(["", "mp_supply", "client_withdrawal"])},
        ev.Inbound: goods | {"planned": dice.random() < 0.5},
        ev.Message: {
            "chat_id": "1",
            "message_id": str(n),
            "text": "?",
            "author": {"id": "1", "client": dice.random() < 0.7},
        },
        ev.Call: {"call_id": str(n), "direction": "in", "duration_ms": 1},
        ev.MeetingRecorded: {"recording_id": str(n), "room": "r", "duration_ms": 1},
    }
    event: ev.Event = msgspec.convert(common | own.get(type_, goods), type_)
    return event


def pick(n: int, **fields: object) -> ev.Pick:
    """A pick of one piece, now, of lead `n`."""
    given = {"event_id": event_id("p", n), "lead_id": str(n), "ts": NOW, "source": "t", "doc": "P", "qty": 1} | fields
    return msgspec.convert(given, ev.Pick)


def by_the_fold(events: Iterable[ev.Event]) -> dict[str, list[ev.DayFigures]]:
    """Figures of each lead as the fold counts them: each event once, at its own time."""
    found: dict[str, LeadState] = defaultdict(LeadState)
    days: dict[str, dict[int, Day]] = defaultdict(dict)
    unique = {event.event_id: event for event in events}.values()
    for n, event in enumerate(sorted(unique, key=lambda event: event.ts)):
        lead.step(found[event.lead_id], event, Meta(LEAD_EVENTS.name, 0, n, event.ts))
        days[event.lead_id] |= found[event.lead_id].days.told()  # also those that are too old for the state by now
    return {
        lead_id: [ev.DayFigures(day, *msgspec.structs.astuple(of)) for day, of in sorted(of_lead.items())]
        for lead_id, of_lead in days.items()
    }


def busy(days: list[ev.DayFigures], first: int, last: int) -> list[ev.DayFigures]:
    """Days of a baseline with a figure: a listed day of zeros and a day that is not listed say the same."""
    return [day for day in days if first <= day.day <= last and any(msgspec.structs.astuple(day)[1:])]


@pytest.fixture(params=[HOME, VLADIVOSTOK, BERLIN])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The zone in which the process lives; in Berlin the clocks have changed within the days counted."""
    with living_in(request.param):
        yield request.param


async def test_figures_equal_the_fold_s(database: Database, zone: str) -> None:
    """Every figure of every day is what the fold counted, with every event delivered one to three times."""
    dice, first, last = random.Random(7), local_day(NOW) - 120, local_day(NOW - DAY) - 1
    events = [some_event(dice, n, str(dice.randrange(5))) for n in range(1500)]
    feed = Feed(database)
    for _ in range(2):
        await feed(dice.sample(events, len(events)))
    await feed(dice.sample(events, 300), at=NOW + 1000)
    baselines, sent = makers(database)
    assert await baselines.publish_due(ALL, NIGHT) == 5
    expected = by_the_fold(events)
    assert all(max(of) > 0 for of in zip(*map(msgspec.structs.astuple, expected["1"]), strict=True)), "each figure"
    told = {event.lead_id: event for event in sent.take() if isinstance(event, ev.Baseline)}
    for lead_id, baseline in told.items():
        assert (baseline.first_day, baseline.last_day) == (first, last)
        assert busy(baseline.days, first, last) == busy(expected[lead_id], first, last)
    assert told.keys() == expected.keys()


async def test_live_days_are_left_to_the_fold(database: Database) -> None:
    """The newest day of a baseline is before every day that a live event can still change."""
    baselines, sent = makers(database)
    edges = [NOW - DAY - 1, NOW - DAY, NOW, (LAST + 1) * DAY - 3 * HOUR - 1, (LAST + 1) * DAY - 3 * HOUR]
    await Feed(database)(
        [
            ev.Pick(event_id=event_id("e", n), lead_id="5", ts=ts, source="t", doc="P", qty=1)
            for n, ts in enumerate(edges)
        ]
    )
    await baselines.publish_due(ALL, NIGHT)
    [baseline] = sent.take()
    assert isinstance(baseline, ev.Baseline)
    assert [(day.day, day.picks) for day in baseline.days] == [(LAST, 1)]


async def test_due_once_then_again_when_more_history_comes(database: Database) -> None:
    """What is due follows from what is stored: a baseline settles it, later history reopens it, live does not."""
    dice = random.Random(3)
    clock = Clock()
    baselines, sent = makers(database, clock)
    feed = Feed(database)
    await feed([some_event(dice, n, "7") for n in range(50)])
    assert await baselines.publish_due(ALL, NIGHT) == 1
    first = sent.take()
    again, resent = makers(database, clock)
    assert await again.publish_due(ALL, NIGHT) == 1, "not stored yet: a restarted worker sends it again"
    assert resent.take() == first, "and it is the same event"
    await feed(first, at=NOW + 10)
    assert await baselines.publish_due(ALL, NIGHT) == 0
    live = pick(1, lead_id="7")
    await feed([live], at=NOW + 20)
    assert await baselines.publish_due(ALL, NIGHT) == 0
    old = msgspec.structs.replace(live, event_id=event_id("l", 2), ts=NOW - 3 * DAY)
    marked = msgspec.structs.replace(live, event_id=event_id("l", 3), lead_id="8", backfill=True)
    await feed([old, marked], at=NOW + 30)
    assert await baselines.publish_due(ALL, NIGHT) == 2
    assert {event.lead_id for event in sent.take()} == {"7", "8"}


async def test_every_active_lead_each_night(database: Database) -> None:
    """When `baseline_at` has passed, all that are active are due, also those with live events only; once."""
    clock, feed = Clock(), Feed(database)
    baselines, sent = makers(database, clock)
    await feed(
        [ev.Pick(event_id=event_id("p", n), lead_id=str(n), ts=NOW, source="t", doc="P", qty=1) for n in range(3)]
    )
    await baselines.publish_due(ALL, NIGHT)
    await feed(sent.take(), at=NOW + 1)
    clock.now = NOW + DAY
    night = latest_at(clock.now, "03:00")
    assert night == NIGHT + DAY
    assert await baselines.publish_due(ALL, night) == 3
    await feed(sent.take(), at=clock.now)
    assert await baselines.publish_due(ALL, night) == 0


async def test_only_leads_of_our_partitions(database: Database) -> None:
    """Of two store workers each publishes its own leads, to the lead's partition."""
    await Feed(database)([pick(n) for n in range(40)])
    baselines, sent = makers(database)
    mine = frozenset({0, 5})
    await baselines.publish_due(mine, NIGHT)
    assert {partition_of(LEAD_EVENTS.name, (output.key or b"")) for output in sent} == mine
    assert all(output.partition is None for output in sent)


async def test_history_is_noticed_and_published_after_a_pause(database: Database) -> None:
    """The running loop publishes soon after the sink stored history, and does nothing for live events."""
    baselines, sent = makers(database)
    feed = Feed(database)
    loop = asyncio.ensure_future(baselines.run())
    await _until(lambda: baselines._covered[1] == NIGHT)
    live = pick(1, lead_id="3")
    old = msgspec.structs.replace(live, lead_id="4", ts=NOW - 5 * DAY, event_id=event_id("n", 2))
    await feed([live, old])
    baselines.notice([(live, record(0, b"")), (old, record(1, b""))])
    try:
        await _until(lambda: bool(sent))
        assert [event.lead_id for event in sent.take()] == ["4"]
        await _until(lambda: not baselines._waiting)
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def _until(true: Callable[[], bool], patience: float = 20.0) -> None:
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            pytest.fail("did not happen in time")
        await asyncio.sleep(0.05)
