"""A made fleet: `python -m bench.fleet OUT --clients 300 --days 200 --seed 1` writes events.jsonl and labels.csv.

Clients with seasons, weekdays, groups closed at weekends, growth, sparse and new ones, and leavers of several kinds
(`bench.leaving`) with traces in the warehouse, the chat and meetings, as canonical lead events with hourly ticks. For
the demo, the bench, properties. **It is no proof of quality**: who writes both the leavers and the rules finds them.
What the signals are worth is measured on real series (docs/detectors.md).
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
from numpy.random import default_rng

from bench.clients import Client, nature
from bench.leaving import leaving
from processors.days import HOUR_MS, day_start, local_day_of
from schemas.codec import encode, event_id
from schemas.events import Event, Tick

FIRST_DAY = date(2025, 3, 3)
"""A Monday."""
FIRST_LEAD = 10_001
LEAVE_EVERY = 7
"""One in so many clients leaves."""
SALE, SALE_DAYS, SALE_FACTOR = 0.6, 10, 1.9
"""A common sale: where in the time, how long, how many times the ordinary."""
LULL, LULL_DAYS, LULL_FACTOR = 0.8, 4, 0.35
"""Common holidays."""


class Fleet:
    """The clients of a seed. Each has dice of his own, so that more clients change nothing for the others."""

    def __init__(self, clients: int, days: int, seed: int) -> None:
        self.days = days
        self.clients = [_client(number, days, seed) for number in range(clients)]

    @property
    def labels(self) -> dict[str, tuple[date, str]]:
        """Lead → (the day it left, how)."""
        return {
            client.lead_id: (date.fromordinal(FIRST_DAY.toordinal() + client.leaves.day), client.leaves.kind)
            for client in self.clients
            if client.leaves is not None
        }

    def events(self) -> Iterator[Event]:
        """In the order of time; a day in memory."""
        first = local_day_of(FIRST_DAY)
        for number in range(self.days):
            day = first + number
            events: list[Event] = [_tick(day_start(day) + hour * HOUR_MS) for hour in range(24)]
            for client in self.clients:
                events += client.day(number, day, number % 7, season(number, self.days))
            yield from sorted(events, key=_in_time)


def season(number: int, days: int) -> float:
    """The fleet's common factor on a day."""
    if 0 <= number - int(SALE * days) < SALE_DAYS:
        return SALE_FACTOR
    return LULL_FACTOR if 0 <= number - int(LULL * days) < LULL_DAYS else 1.0


def _client(number: int, days: int, seed: int) -> Client:
    dice = default_rng((seed, number))
    habits = nature(dice, days)
    leaves = leaving(dice, number // LEAVE_EVERY, habits.since, days) if number % LEAVE_EVERY == 0 else None
    return Client(str(FIRST_LEAD + number), habits, leaves, dice)


def _tick(ts: int) -> Tick:
    return Tick(event_id=event_id("tick", ts), ts=ts)


def _in_time(event: Event) -> tuple[int, bool, str]:
    return event.ts, not isinstance(event, Tick), event.event_id


def write(out: Path, clients: int, days: int, seed: int) -> None:
    """Write events.jsonl and labels.csv (lead, day left, how) into the folder `out`, which is made."""
    out.mkdir(parents=True, exist_ok=True)
    fleet = Fleet(clients, days, seed)
    with (out / "events.jsonl").open("wb") as file:
        file.writelines(encode(event) + b"\n" for event in fleet.events())
    rows = [f"{lead},{left.isoformat()},{kind}" for lead, (left, kind) in fleet.labels.items()]
    (out / "labels.csv").write_text("\n".join(["lead,left,kind", *rows]) + "\n")


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--clients", default=300, type=click.IntRange(1), show_default=True)
@click.option("--days", default=200, type=click.IntRange(1), show_default=True)
@click.option("--seed", default=1, type=click.IntRange(0), show_default=True)
def main(out: Path, clients: int, days: int, seed: int) -> None:
    """Write OUT/events.jsonl and OUT/labels.csv."""
    write(out, clients, days, seed)


if __name__ == "__main__":
    main()
