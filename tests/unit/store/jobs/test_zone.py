"""An installation in another time zone on real chDB: every job and view cuts the days that the fold cuts."""

import csv
import random
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from processors import lead
from processors.day_series import Day
from processors.days import HOME, HOUR_MS, day_start, live_in, local_day, local_day_of
from processors.fleet import FleetDays
from processors.rules import builtin
from processors.state import LeadState
from schemas import events as ev
from schemas.codec import event_id
from schemas.minutes import OFFLINE, Action, Minutes
from schemas.topics import LEAD_EVENTS
from schemas.types import Meta, Millis
from streams.settings import Export, Store
from streams.store.clickhouse import open_client, prepare
from streams.store.database import Database
from streams.store.jobs.baselines import Baselines
from streams.store.jobs.clock import at_time, latest_at
from streams.store.jobs.exports import Exports
from streams.store.jobs.fleet import Figures
from tests.unit.store.fakes import ALL, Clock, Feed, Lag, Sent
from tests.unit.store.jobs.test_exports import say
from tests.unit.store.samples import event_of
from tests.zones import VLADIVOSTOK, living_in

SENT: Millis = day_start(local_day_of(date(2026, 11, 18))) + 23 * HOUR_MS
"""20:00 UTC on a Wednesday: still Wednesday in Moscow, Thursday 06:00 in Vladivostok."""
WEDNESDAY, THURSDAY = local_day(SENT), local_day(SENT) + 1


@pytest.fixture
def there() -> Iterator[None]:
    """The process lives in Vladivostok."""
    with living_in(VLADIVOSTOK):
        yield


def order(number: int, ts: Millis, lead_id: str = "1", qty: int = 3) -> ev.Reservation:
    """Live, of so many pieces."""
    return ev.Reservation(
        event_id=event_id("zone", number), lead_id=lead_id, ts=ts, source="wms:main", doc=str(number), qty=qty
    )


@pytest.mark.usefixtures("there")
async def test_the_store_counts_the_days_of_the_fold(database: Database) -> None:
    """An order at 20:00 UTC is of the next day: in the fold, in the baseline, and in `lead_days`."""
    now = SENT + 80 * HOUR_MS
    orders = [order(1, SENT), order(2, SENT + 5 * HOUR_MS), order(3, SENT - 7 * HOUR_MS)]
    await Feed(database)(orders, at=SENT + 6 * HOUR_MS)
    state = LeadState()
    for offset, one in enumerate(sorted(orders, key=lambda one: one.ts)):
        lead.step(state, one, Meta(LEAD_EVENTS.name, 0, offset, one.ts))
    assert state.days.told() == {WEDNESDAY: Day(1, 3), THURSDAY: Day(2, 6)}

    sent = Sent()
    baselines = Baselines(database, Lag(), sent, 0.1, "03:00", Clock(now))
    await baselines.publish_due(ALL, latest_at(now, "03:00"))
    [baseline] = [event for event in sent.take() if isinstance(event, ev.Baseline)]
    assert [(of.day, of.reservations, of.reserved_qty) for of in baseline.days] == [(WEDNESDAY, 1, 3), (THURSDAY, 2, 6)]

    assert await database.read("SELECT toInt32(day), events, qty FROM lead_days ORDER BY day") == [
        (WEDNESDAY, 1, 3),
        (THURSDAY, 2, 6),
    ]


@pytest.mark.usefixtures("there")
async def test_all_clients_are_counted_by_local_days(database: Database) -> None:
    """The figures of the store are those of a fold of the same orders; cut in Moscow they would be others."""
    dice, sent = random.Random(3), Sent()
    orders = [
        order(n, SENT - dice.randrange(50 * 24) * HOUR_MS - n, str(dice.randrange(1, 13)), dice.randint(1, 30))
        for n in range(900)
    ]
    await Feed(database)(orders, at=SENT + 1)
    await Figures(database, Lag(), sent, builtin().alerts, lambda _: "", Clock(SENT + HOUR_MS)).send_now()
    fleet = next(event for event in sent.take() if isinstance(event, ev.Fleet))
    assert (fleet.ratios, fleet.closed, fleet.decline) == by_hand(orders, fleet.ts)
    with living_in(HOME):
        assert fleet.ratios != by_hand(orders, fleet.ts)[0]


def by_hand(orders: Iterable[ev.Reservation], now: Millis) -> tuple[list[float], list[int], float]:
    """Ratios, closed days and the spread of declines, of orders counted by the days of the zone we live in."""
    days = FleetDays()
    for one in sorted(orders, key=lambda one: one.ts):
        days.add(one.lead_id, local_day(one.ts), 1, one.qty)
    plain = days.figures(now)
    return plain.ratios, plain.closed, plain.decline


@pytest.mark.usefixtures("there")
async def test_files_of_chats_are_of_local_days(database: Database, tmp_path: Path) -> None:
    """What was written at 20:00 UTC stands in the next day's file, with the clock of the installation."""
    await Feed(database)([say(1, "вчера", SENT - 24 * HOUR_MS), say(2, "утром", SENT)], at=SENT)
    night = at_time(date(2026, 11, 20), "01:30")
    exports = Exports(database, Lag(), Export(folder=tmp_path), lambda _: "", Clock(night + 1))
    await exports.daily.catch_up()
    with (tmp_path / "telegram" / "2026-11-19" / "1.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file, delimiter=";")
    assert (row["Текст"], row["Время (местное время)"]) == ("утром", "19.11.2026 06:00:00")


def test_the_view_follows_the_setting(store: Store) -> None:
    """After a change of the zone the next start cuts the view's days anew, and not when nothing changed."""

    def views() -> dict[str, tuple[str, str]]:
        client = open_client(store, {}, store.database)
        rows = client.query(
            "SELECT name, as_select, toString(uuid) FROM system.tables "
            "WHERE database = currentDatabase() AND engine = 'View' AND match(as_select, 'Europe/|Asia/')"
        ).result_rows
        client.close()
        return {name: (query, uuid) for name, query, uuid in rows}

    prepare(store)
    moscow = views()
    assert {"lead_days", "promises"} <= moscow.keys()
    prepare(store)
    assert views() == moscow
    with living_in(VLADIVOSTOK):
        prepare(store)
        moved = {name: query.replace(HOME, VLADIVOSTOK) for name, (query, _) in moscow.items()}
        assert {name: query for name, (query, _) in views().items()} == moved
        live_in(HOME)
        prepare(store)
    assert {name: query for name, (query, _) in views().items()} == {name: query for name, (query, _) in moscow.items()}


async def test_a_promise_is_due_until_its_day_is_over_there(store: Store, database: Database) -> None:
    """Of two zones 26 hours apart one is always a day behind: what is past in the one is open in the other."""
    behind, ahead = "Etc/GMT+12", "Pacific/Kiritimati"
    due = datetime.now(ZoneInfo(behind)).date()
    made = Minutes("итоги", OFFLINE, 2, actions=[Action("прислать счёт", "Анна", due.isoformat(), "пришлю", 0)])
    await Feed(database)([replace(event_of(ev.MeetingMinutes), minutes=made)])
    for zone, state in ((ahead, "past"), (behind, "open")):
        with living_in(zone):
            prepare(store)
        assert await database.read("SELECT due_day, state FROM promises") == [(due, state)]


CUTS = re.compile(r"\b(toDate|toDate32|toStartOfDay|toStartOfWeek|toMonday|toHour|toDayOfWeek|toYYYYMMDD)\(")


def test_no_statement_cuts_days_without_the_zone() -> None:
    """Whatever the store asks of ClickHouse, and the documents tell people to ask: the zone stands in it."""
    root = Path(__file__).parents[4]
    places = [*root.glob("streams/**/*.py"), *root.glob("docs/*.md"), *root.glob("deploy/**/*.json")]
    found = [
        (place.name, said)
        for place in places
        for said in (_call(text, one.end()) for text in [place.read_text("utf-8")] for one in CUTS.finditer(text))
        if "zone" not in said
    ]
    assert found == []


def _call(text: str, at: int) -> str:
    """From behind a parenthesis to its end."""
    depth, end = 1, at
    while depth and end < len(text):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        end += 1
    return text[at:end]
