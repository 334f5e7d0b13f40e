"""`python -m bench.stock [--data DIR] [SEED …]`: how well bulk pick is seen, on clients of `bench.stock_world`.

Sixty who empty their stock in 1, 3, 7 or 14 days, sixty who do what looks like it; canonical events with ticks through
the back-test's fold, rings counted. Found: a ring before half of the stock has left (one-day kind: the same day).
False: any other ring, per client-month. Thresholds were chosen on seeds 1 to 5; 101 to 105 are for the report.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple, TypedDict

from alerting.rehearsal import Rehearsal, lines
from bench.stock_world import (
    CONFUSERS,
    DAYS,
    LEAST_STOCK,
    LEAVERS,
    WARM_DAYS,
    Client,
    Doc,
    Outflow,
    Story,
    live,
    outflows,
)
from processors.days import HOUR_MS, day_start, local_day
from processors.rules import Rules, builtin
from schemas.alerts import Rule
from schemas.codec import event_id
from schemas.events import Event, Inbound, Pick, Reservation, Shipment, StockSnapshot, Tick
from schemas.types import LeadId, LocalDay, Millis
from schemas.warehouse import Line

FIRST_DAY: LocalDay = 19_692  # 2023-12-01
ARTICLES = (0.4, 0.3, 0.2, 0.1)
"""Shares of the stock."""

EVENING_MS = 20 * HOUR_MS
HOURS = range(24)
"""Of the ticks."""

MONTH_DAYS = 30.4


class Ring(NamedTuple):
    """An alert's ring: the day of the client's year and the hour."""

    day: int
    hour: float
    severity: str


class Row(NamedTuple):
    """What became of the clients of one story."""

    story: Story
    clients: int
    found: int
    false: int
    months: float


def world(seed: int, data: Path | None, each: int = 60) -> dict[LeadId, Client]:
    """Leavers and confusers, `each` of both."""
    rng = Random(seed)
    series = outflows(data, rng)
    stories = [LEAVERS[n % len(LEAVERS)][0] for n in range(each)] + [CONFUSERS[n % len(CONFUSERS)] for n in range(each)]
    return {str(n + 1): _client(story, series, rng) for n, story in enumerate(stories)}


def _client(story: Story, series: list[Outflow], rng: Random) -> Client:
    """One who leaves has a stock that is worth emptying; some series end before."""
    while True:
        client = live(story, rng.choice(series), rng)
        if client.began < 0 or client.days[client.began - 1].stock >= LEAST_STOCK:
            return client


def rings(clients: dict[LeadId, Client], rules: Rules, hours: Sequence[int] = HOURS) -> dict[LeadId, list[Ring]]:
    """The rings of bulk pick in the clients' year."""
    return rung(lambda day: _day(clients, day), rules, "bulk_pick", hours)


def _day(clients: dict[LeadId, Client], day: int) -> list[Event]:
    return [event for lead_id, one in clients.items() for event in told(lead_id, one, day)]


def rung(
    events_of: Callable[[int], list[Event]], rules: Rules, rule: Rule, hours: Sequence[int]
) -> dict[LeadId, list[Ring]]:
    """A year of all clients through the back-test's fold, with ticks at the hours: the rings of a rule.

    Its own or told by another alert, and more than information. A curator has thirty clients.
    """
    played = Rehearsal(rules, ticked=True, curator=lambda lead_id: str(int(lead_id) // 30))
    found: dict[LeadId, list[Ring]] = defaultdict(list)
    for line in lines(played.play(_year(events_of, hours))):
        if line.rule == rule and line.rings and line.severity != "info":
            day = local_day(line.ts)
            found[line.lead_id].append(Ring(day - FIRST_DAY, (line.ts - day_start(day)) / HOUR_MS, line.severity))
    return found


def _year(events_of: Callable[[int], list[Event]], hours: Sequence[int]) -> Iterator[tuple[Millis, Event]]:
    for day in range(DAYS):
        times = [day_start(FIRST_DAY + day) + hour * HOUR_MS for hour in hours]
        ticks = [Tick(event_id=event_id("tick", str(now)), ts=now) for now in times]
        for event in sorted([*events_of(day), *ticks], key=_ts):
            yield event.ts, event


def told(lead_id: LeadId, client: Client, day: int) -> Iterator[Event]:
    """What the warehouse tells of a client's day."""
    today, how, start = client.days[day], client.telling, day_start(FIRST_DAY + day)
    if today.planned:
        yield Inbound(planned=True, **_common(lead_id, day, "P", start + 8 * HOUR_MS, today.planned))
    if today.inbound:
        yield Inbound(**_common(lead_id, day, "I", start + 8 * HOUR_MS + 1, today.inbound))
    for n, doc in enumerate(today.orders + today.reserved_only):
        if how.reservations and doc.qty:
            yield Reservation(**_common(lead_id, day, f"R{n}", start + int(doc.hour * HOUR_MS), doc.qty, doc.purpose))
    for n, (purpose, qty) in enumerate(sorted(_leaving(today.orders + today.unreserved).items())):
        if how.picks:
            yield Pick(**_common(lead_id, day, f"K{n}", start + EVENING_MS - HOUR_MS, qty, purpose))
        if how.shipments:
            yield Shipment(**_common(lead_id, day, f"S{n}", start + EVENING_MS, qty, purpose))
    if how.snapshot_every and day % how.snapshot_every == 0:
        common = _common(lead_id, day, "T", start + 23 * HOUR_MS, today.stock)
        lines = [Line(str(n), int(share * today.stock)) for n, share in enumerate(ARTICLES)] if how.complete else []
        common["lines"] = lines
        yield StockSnapshot(**common, complete=how.complete)


def _leaving(docs: Sequence[Doc]) -> Counter[str]:
    left: Counter[str] = Counter()
    for doc in docs:
        left[doc.purpose] += doc.qty
    return +left


class _Doc(TypedDict):
    event_id: str
    lead_id: LeadId
    ts: Millis
    source: str
    doc: str
    qty: int
    purpose: str
    lines: list[Line]


def _common(lead_id: LeadId, day: int, what: str, ts: Millis, qty: int, purpose: str = "") -> _Doc:
    doc = f"{what}-{lead_id}-{day}"
    return _Doc(
        event_id=event_id("stock", doc),
        lead_id=lead_id,
        ts=ts,
        source="wms",
        doc=doc,
        qty=qty,
        purpose=purpose,
        lines=[],
    )


def _ts(event: Event) -> Millis:
    return event.ts


def judge(clients: dict[LeadId, Client], rung: dict[LeadId, list[Ring]]) -> list[Row]:
    """By story: clients, found, days with a false ring, months watched."""
    rows = []
    for lead_id, one in clients.items():
        end = one.began if one.began >= 0 else DAYS
        false = {ring.day for ring in rung.get(lead_id, ()) if WARM_DAYS <= ring.day < end}
        found = one.began >= 0 and any(_in_time(one, ring) for ring in rung.get(lead_id, ()))
        rows.append(Row(one.story, 1, int(found), len(false), (end - WARM_DAYS) / MONTH_DAYS))
    return total(rows)


def _in_time(client: Client, ring: Ring) -> bool:
    if ring.day < client.began:
        return False
    if client.story == "leaves in 1 d":
        return ring.day == client.began
    before = client.days[client.began - 1].stock
    left = client.days[ring.day if ring.hour >= EVENING_MS / HOUR_MS else ring.day - 1].stock
    return 2 * left >= before - 1


def main() -> None:
    """Print the table over all seeds."""
    parser = argparse.ArgumentParser(prog="python -m bench.stock", description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="folder with daily.csv.gz; without it series are made")
    parser.add_argument("seeds", type=int, nargs="*", default=[1])
    asked = parser.parse_args()
    rows: list[Row] = []
    for seed in asked.seeds:
        clients = world(seed, asked.data)
        rows += judge(clients, rings(clients, builtin()))
    show(total(rows))


def total(rows: Sequence[Row]) -> list[Row]:
    """One row a story."""
    summed: dict[Story, Row] = {}
    for row in rows:
        last = summed.get(row.story, Row(row.story, 0, 0, 0, 0.0))
        summed[row.story] = Row(
            row.story,
            last.clients + row.clients,
            last.found + row.found,
            last.false + row.false,
            last.months + row.months,
        )
    return list(summed.values())


def show(rows: Sequence[Row]) -> None:
    """The table, and its two figures."""
    print(f"{'story':28} {'clients':>7} {'found':>6} {'false':>6} {'months':>7} {'a month':>8}")
    for row in rows:
        found = f"{row.found / row.clients:.2f}" if row.story.split()[0] in ("leaves", "breaks") else ""
        print(
            f"{row.story:28} {row.clients:7} {found:>6} {row.false:6} {row.months:7.0f} {row.false / row.months:8.3f}"
        )
    leavers = [row for row in rows if row.story.split()[0] in ("leaves", "breaks")]
    recall = sum(row.found for row in leavers) / max(1, sum(row.clients for row in leavers))
    false = sum(row.false for row in rows) / sum(row.months for row in rows)
    print(f"found in time {recall:.3f}, false rings per client-month {false:.3f}")


if __name__ == "__main__":
    main()
