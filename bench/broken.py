"""`python -m bench.broken [--data DIR] [SEED …]`: how well broken reservations are seen, on real or made orders.

Sixty who within 1 to 4 days take back 50 to 100 % of what they reserved in the last 3 to 7, sixty who do what looks
like it; everybody corrects 5 to 20 % of his documents, wholly or in part. Found: a ring within two days of the last day
on which he took back. False: any other ring, per client-month. Tuned on seeds 1 to 5 and 11 to 15; 101 to 105 are for
the report.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

from bench.stock import FIRST_DAY, HOURS, MONTH_DAYS, Ring, Row, rung, show, total
from bench.stock_world import DAYS, WARM_DAYS, Outflow, Story, outflows
from processors.days import HOUR_MS, day_start
from processors.rules import Rules, builtin
from schemas.codec import event_id
from schemas.events import Event, Reservation
from schemas.types import LeadId

LEAVERS: tuple[Story, ...] = ("breaks in 1 d", "breaks in 2 d", "breaks in 4 d")
CONFUSERS: tuple[Story, ...] = ("an order moved", "season", "quiet")

LEAST_BACK = 60
"""Pieces; less is a correction."""

Action = Literal["created", "changed", "cancelled"]


@dataclass
class Client:
    """A year of one client: per day (hour, document, pieces, action). `began` -1: he stays; `ended` his last break."""

    story: Story
    began: int
    ended: int
    days: list[list[tuple[float, str, int, Action]]] = field(default_factory=lambda: [[] for _ in range(DAYS + 8)])


def world(seed: int, data: Path | None, each: int = 60) -> dict[LeadId, Client]:
    """Leavers and confusers, `each` of both."""
    rng = Random(seed)
    series = outflows(data, rng)
    stories = [LEAVERS[n % len(LEAVERS)] for n in range(each)] + [CONFUSERS[n % len(CONFUSERS)] for n in range(each)]
    return {str(n + 1): _client(story, series, rng) for n, story in enumerate(stories)}


def _client(story: Story, series: list[Outflow], rng: Random) -> Client:
    """One who leaves takes back enough to be seen at all."""
    while True:
        client = live(story, rng.choice(series), rng)
        days = client.days[client.began : client.ended + 1] if client.began >= 0 else []
        if client.began < 0 or sum(-qty for day in days for _, _, qty, _ in day if qty < 0) >= LEAST_BACK:
            return client


def live(story: Story, outflow: Outflow, rng: Random) -> Client:
    """A year of orders and their corrections, with the story in it."""
    length = int(story.split()[-2]) if story in LEAVERS else 0
    began = rng.randrange(WARM_DAYS + 60, DAYS - 20)
    client = Client(story, began if length else -1, began + length - 1)
    rate, whole, keeps = rng.uniform(0.05, 0.2), rng.random() * 0.8, rng.random() < 0.5
    times, until = (rng.uniform(2, 3.5), began + rng.randrange(10, 24)) if story == "season" else (1.0, 0)
    open_: list[tuple[int, str, int]] = []
    for day in range(DAYS):
        count, qty = outflow[day]
        if began <= day < until:
            count, qty = round(count * times), round(qty * times)
        if length and day >= began and not keeps:
            count = qty = 0
        count = min(count, 12, qty)
        for n in range(count):
            pieces, doc = qty // count + (n < qty % count), f"{day}-{n}"
            client.days[day].append((rng.uniform(9, 18), doc, pieces, "created"))
            back = _corrected(pieces, rate, whole, rng)
            if back:
                lag = rng.choice([0, 0, 1, 1, 2, 3])
                action: Action = "cancelled" if back == pieces else "changed"
                client.days[day + lag].append((18.1 + rng.random(), doc, -back, action))
            if back < pieces:
                open_.append((day, doc, pieces - back))
    if length:
        since = began - rng.randrange(3, 8)
        _break(client, [one for one in open_ if since < one[0] <= began], rng)
    elif story == "an order moved":
        _move(client, began, 5 * sum(qty for _, qty in outflow) // DAYS + 50, rng)
    return client


def _corrected(pieces: int, rate: float, whole: float, rng: Random) -> int:
    if rng.random() >= rate:
        return 0
    return pieces if rng.random() < whole else int(pieces * rng.uniform(0.1, 0.9))


def _break(client: Client, reserved: list[tuple[int, str, int]], rng: Random) -> None:
    """He takes back a share of what he reserved, document by document or all by one."""
    share, days = rng.uniform(0.5, 1.0), range(client.began, client.ended + 1)
    target = share * sum(pieces for _, _, pieces in reserved)
    rng.shuffle(reserved)
    back = 0
    if rng.random() < 0.3:
        per_day = int(target / len(days))
        for day in days:
            client.days[day].append((rng.uniform(18.1, 19.5), f"all-{day}", -per_day, "cancelled"))
        return
    for n, (_, doc, pieces) in enumerate(reserved):
        if back >= target:
            break
        client.days[days[n % len(days)]].append((rng.uniform(18.1, 19.5), doc, -pieces, "cancelled"))
        back += pieces


def _move(client: Client, day: int, pieces: int, rng: Random) -> None:
    """One big order, moved: taken back and reserved anew within a day, in either order."""
    before = rng.randrange(1, 9)
    client.days[day - before].append((12.0, "big", pieces, "created"))
    later = rng.choice([0, 0, 1])
    cancel, new = (rng.uniform(9, 12), rng.uniform(12, 18)) if later == 0 else (15.0, rng.uniform(9, 15))
    if rng.random() < 0.3 and later == 0:
        cancel, new = new, cancel
    client.days[day].append((cancel, "big", -pieces, "cancelled"))
    client.days[day + later].append((new, "big-2", pieces, "created"))


def told(lead_id: LeadId, client: Client, day: int) -> Iterator[Event]:
    """The reservations of a client's day."""
    for n, (hour, doc, qty, action) in enumerate(client.days[day]):
        ts = day_start(FIRST_DAY + day) + int(hour * HOUR_MS)
        number = event_id("broken", lead_id, str(day), str(n))
        yield Reservation(event_id=number, lead_id=lead_id, ts=ts, source="wms", doc=doc, qty=qty, action=action)


def _day(clients: dict[LeadId, Client], day: int) -> list[Event]:
    return [event for lead_id, one in clients.items() for event in told(lead_id, one, day)]


def judge(clients: dict[LeadId, Client], rules: Rules, hours: Sequence[int] = HOURS) -> list[Row]:
    """By story: clients, found, days with a false ring, months watched."""
    rang = rung(lambda day: _day(clients, day), rules, "broken_reservations", hours)
    rows = []
    for lead_id, one in clients.items():
        end = one.began if one.began >= 0 else DAYS
        rings: list[Ring] = rang.get(lead_id, [])
        false = {ring.day for ring in rings if WARM_DAYS <= ring.day < end}
        found = one.began >= 0 and any(one.began <= ring.day <= one.ended + 2 for ring in rings)
        rows.append(Row(one.story, 1, int(found), len(false), (end - WARM_DAYS) / MONTH_DAYS))
    return total(rows)


def main() -> None:
    """Print the table over all seeds."""
    parser = argparse.ArgumentParser(prog="python -m bench.broken", description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="folder with daily.csv.gz; without it series are made")
    parser.add_argument("seeds", type=int, nargs="*", default=[1])
    asked = parser.parse_args()
    show(total([row for seed in asked.seeds for row in judge(world(seed, asked.data), builtin())]))


if __name__ == "__main__":
    main()
