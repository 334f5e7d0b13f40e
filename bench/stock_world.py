"""Clients with a stock, for `bench.stock`: real outflow, replenished every 1 to 4 weeks, and what is done to it.

A year of a client is made day by day: what is ordered, moved and brought in, how the warehouse tells it (with or
without picks, snapshots, purposes), and one story: he empties his stock in 1, 3, 7 or 14 days, or he does something
that looks like it. All random choices come from the seed.
"""

import csv
import gzip
import math
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeAlias

DAYS = 364
WARM_DAYS = 56
"""No story begins earlier, and no false alarm is counted before: nothing is usual yet."""

LEAST_STOCK = 50
"""Pieces; less is not emptied."""

Story: TypeAlias = str
"""Those of LEAVERS and CONFUSERS here and in `bench.broken`."""

LEAVERS: tuple[tuple[Story, int], ...] = (
    ("leaves in 1 d", 1),
    ("leaves in 3 d", 3),
    ("leaves in 7 d", 7),
    ("leaves in 14 d", 14),
)
CONFUSERS: tuple[Story, ...] = (
    "supply, purpose told",
    "supply, inbound announced",
    "supply, inbound soon",
    "season",
    "transfer",
    "late inbound",
)

Outflow: TypeAlias = list[tuple[int, int]]
"""Per day (orders, pieces)."""


class Telling(NamedTuple):
    """How a warehouse tells of a client: what it sends at all."""

    reservations: bool
    picks: bool
    shipments: bool
    snapshot_every: int  # days; 0: never
    complete: bool  # the snapshots list every article
    announces: bool  # inbound is planned before it arrives


class Doc(NamedTuple):
    """Goods of one document: `hour` 0..24 of the day on which they are ordered; they leave at 20:00."""

    hour: float
    qty: int
    purpose: str = ""


class Today(NamedTuple):
    """A day of a client. `planned` pieces are announced; `stock` is what lies there at its end."""

    orders: list[Doc]
    reserved_only: list[Doc]  # reserved now, and among later days' `unreserved`
    unreserved: list[Doc]  # moved today, reserved before
    inbound: int
    planned: int
    stock: int


class Client(NamedTuple):
    """A year of one client. `began` is the day on which he began to leave, -1 when he stays."""

    story: Story
    began: int
    telling: Telling
    days: list[Today]


def outflows(folder: Path | None, rng: Random) -> list[Outflow]:
    """The evaluation's real series, or made ones of the same two kinds (a shop's few large orders, many small ones)."""
    if folder is None:
        return [_made(rng) for _ in range(60)]
    series: dict[str, Outflow] = defaultdict(lambda: [(0, 0)] * DAYS)
    with gzip.open(folder / "daily.csv.gz", "rt", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            if int(row["day"]) < DAYS:
                series[row["client"]][int(row["day"])] = int(row["reservations"]), int(row["pieces"])
    return [one for one in series.values() if sum(qty > 0 for _, qty in one) > DAYS // 2]


def _made(rng: Random) -> Outflow:
    rate, spread = rng.choice([1.5, 3.0, 10.0, 40.0]), rng.uniform(0.5, 1.3)
    week = [1.0, 1.0, 1.0, 1.0, 1.0, rng.choice([0.0, 0.5, 1.0]), rng.choice([0.0, 0.5, 1.0])]
    days: Outflow = []
    for day in range(DAYS):
        mean = rate * week[day % 7]
        orders = max(0, round(rng.gauss(mean, math.sqrt(mean) + 0.2 * mean)))
        days.append((orders, sum(1 + int(rng.lognormvariate(math.log(8), spread)) for _ in range(orders))))
    return days


def live(story: Story, outflow: Outflow, rng: Random) -> Client:
    """A year of a client whose orders are `outflow`, with the story in it."""
    every = rng.uniform(7, 28)
    arrivals, day = [], rng.uniform(0, every)
    while day < DAYS + 60:
        arrivals.append(int(day))
        day += every * rng.uniform(0.8, 1.2)
    began = -1 if story == "quiet" else rng.randrange(WARM_DAYS + 60, DAYS - 40)
    wanted = [qty for _, qty in outflow]
    if story == "season":
        times, length = rng.uniform(2.0, 3.5), rng.randrange(10, 24)
        outflow = [
            (round(n * times), round(qty * times)) if began <= day < began + length else (n, qty)
            for day, (n, qty) in enumerate(outflow)
        ]
        wanted = [qty for _, qty in outflow]
    if story == "late inbound":
        late = next(n for n, at in enumerate(arrivals) if at >= began)
        began, arrivals[late] = arrivals[late], arrivals[late] + rng.randrange(4, 12)
    return _Warehouse(story, outflow, wanted, arrivals, began, rng).run()


def tells(rng: Random) -> Telling:
    """One of the ways in which warehouses tell."""
    sends = rng.choice(
        [(True, False, True)] * 4 + [(True, True, True)] * 3 + [(True, True, False), (False, True, True)]
    )
    return Telling(*sends, rng.choice([1, 1, 1, 7, 0]), rng.random() < 0.7, rng.random() < 0.5)


class _Warehouse:
    def __init__(
        self, story: Story, outflow: Outflow, wanted: list[int], arrivals: list[int], began: int, rng: Random
    ) -> None:
        self.story, self.outflow, self.wanted, self.arrivals = story, outflow, wanted, arrivals
        self.began, self.rng = began, rng
        self.telling = tells(rng)
        self.leads = rng.randrange(2, 6)  # days from the plan to the arrival
        self.policy = rng.choice(["ahead", "ahead", "replaces", "replaces", "level"])
        self.margin = rng.uniform(1.1, 1.6)
        span = max(b - a for a, b in pairwise(arrivals))
        self.base = int(self.margin * max(sum(wanted[d : d + span]) for d in range(DAYS - span)))
        self.stock = self.base if self.policy == "replaces" else int(1.5 * sum(wanted[: arrivals[0] + 1])) + 50
        self.since = 0  # pieces that left since the last arrival
        self.extra: dict[int, int] = {}  # inbound out of turn
        self.gone = dict(LEAVERS).get(story, 0)
        self.takes: dict[int, list[Doc]] = {}

    def run(self) -> Client:
        days: list[Today] = []
        plans = {at: self._size(n) for n, at in enumerate(self.arrivals)} if self.policy == "ahead" else {}
        expected: dict[int, int] = {}
        for day in range(DAYS):
            if day == self.began and not self._begins(day):
                self.began += 1
            staying = not self.gone or day < self.began
            inbound = planned = 0
            if staying and day in expected:
                inbound = expected.pop(day)
            elif staying and day in self.arrivals:
                inbound = plans.get(day, self._top_up(day))
            if staying and self.telling.announces and day + self.leads in self.arrivals and self.policy != "level":
                expected[day + self.leads] = plans.get(day + self.leads, self._top_up(day))
                planned = expected[day + self.leads]
            if day in self.extra:
                inbound += self.extra[day]
            if self.story == "supply, inbound announced" and day == self.began:
                planned += sum(self.extra.values())
            self.since = 0 if inbound else self.since
            self.stock += inbound
            days.append(self._moves(day, inbound, planned))
        return Client(self.story, self.began if self.gone else -1, self.telling, days)

    def _size(self, n: int) -> int:
        after = self.arrivals[n + 1] if n + 1 < len(self.arrivals) else DAYS
        return max(0, int(self.margin * sum(self.wanted[self.arrivals[n] : after])))

    def _top_up(self, day: int) -> int:
        if self.policy == "replaces":
            return self.since
        usual = sum(self.wanted[max(0, day - 56) : day]) / 56
        return max(0, int(usual * 35 * self.margin) - self.stock)

    def _begins(self, day: int) -> bool:
        """Start the story, when there is a stock worth it; else it waits a day."""
        rng, usual = self.rng, sum(self.wanted[max(0, day - 56) : day]) / 56
        if self.story in ("season", "late inbound"):
            return True
        if self.stock < max(LEAST_STOCK, 7 * usual) and day < DAYS - 30:
            return False
        if self.gone:
            purpose = "client_withdrawal" if rng.random() < 0.3 else ""
            docs, share = rng.choice([1, 1, 4, 12]), [rng.uniform(0.7, 1.3) for _ in range(self.gone)]
            for n in range(self.gone):
                qty = int(self.stock * share[n] / sum(share))
                self.takes[day + n] = [
                    Doc(rng.uniform(9, 18), qty // docs + (i < qty % docs), purpose) for i in range(docs)
                ]
            self.keeps_selling = rng.random() < 0.5
            self.reserves_first = rng.random() < 0.3
            return True
        qty = int(self.stock * rng.uniform(0.6, 0.9))
        told = {"supply, purpose told": "mp_supply", "transfer": rng.choice(["transfer", ""])}
        self.takes[day] = [Doc(rng.uniform(9, 18), qty, told.get(self.story, ""))]
        if self.story.startswith("supply"):
            self.extra[day + rng.randrange(2, 8)] = int(qty * rng.uniform(0.8, 1.2))
        elif self.story == "transfer":
            self.extra[day + rng.randrange(0, 2)] = qty
        return True

    def _moves(self, day: int, inbound: int, planned: int) -> Today:
        rng, (count, wanted) = self.rng, self.outflow[day]
        leaving = self.gone and day >= self.began
        takes = self.takes.get(day, [])
        room = self.stock - sum(doc.qty for doc in takes)
        if leaving and (not self.keeps_selling or day >= self.began + self.gone):
            wanted = 0
        wanted = max(0, min(wanted, room))
        orders: list[Doc] = []
        if wanted and count:
            count = min(count, 3, wanted)
            orders = [Doc(rng.uniform(9, 18), wanted // count + (n < wanted % count)) for n in range(count)]
        first: list[Doc] = []
        before: list[Doc] = []
        if leaving and self.reserves_first:
            before = takes
            if day == self.began:
                first = [doc for docs in self.takes.values() for doc in docs]
        elif takes:
            orders += takes
        left = sum(doc.qty for doc in orders + before)
        left = min(left, self.stock)
        self.stock -= left
        self.since += left
        return Today(orders, first, before, inbound, planned, self.stock)
