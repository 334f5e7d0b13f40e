"""How well the score ranks clients by the risk that they leave: `python -m bench.score --data FOLDER`.

Real daily series (`daily.csv.gz`: client, day, reservations, pieces; `truth.csv`: who was made to leave or fade, and
from which day) go through `alerting.fold.Partition`, as `leadpulse backtest` drives it. At each cut-off every client
with four order days has his points, and beside them what the score must beat on the same rows: the two terms
-log surprise - log rate, recency, and -frequency (research/signals.md 5). AUC with ties counted half; also by halves of
the clients, because a difference that only one half shows is chance.
"""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from math import log
from pathlib import Path
from typing import NamedTuple

import click

from alerting.fold import Partition
from processors import score
from processors.days import HOUR_MS, day_start
from processors.fleet import FleetDays
from processors.rules import builtin
from schemas.codec import event_id
from schemas.events import Event, Reservation, Tick
from schemas.types import Meta

DAY0 = date(2021, 12, 1).toordinal() - date(1970, 1, 1).toordinal()
"""The first day of the series: a Wednesday, as they began."""

FIRST, EVERY, SPARE = 120, 10, 28
"""Cut-offs: after the first four months, each ten days, as long as a label can be seen."""

SOON, LATER = 28, 60
"""Days without an order after a cut-off that make a leaver; 60 is what signals.md 5 took."""

LEAST_ACTIVE = 4
HOURS = (9, 14, 20)
"""Of Moscow: ticks. Orders come between the first and the last."""


class Client(NamedTuple):
    """Orders and pieces by day, and from which day he is made to go (None: never)."""

    orders: Sequence[int]
    pieces: Sequence[int]
    gone: int | None


class Row(NamedTuple):
    """A client at a cut-off: what ranks him, and whether he goes (None: cannot be said)."""

    client: str
    ranks: Mapping[str, float]
    goes: Mapping[str, bool | None]


def load(folder: Path) -> dict[str, Client]:
    """The series of `folder`. Raises OSError, KeyError for other columns."""
    orders: defaultdict[str, list[int]] = defaultdict(list)
    pieces: defaultdict[str, list[int]] = defaultdict(list)
    with gzip.open(folder / "daily.csv.gz", "rt") as lines:
        rows = [(r["client"], int(r["day"]), int(r["reservations"]), int(r["pieces"])) for r in csv.DictReader(lines)]
    length = max(day for _, day, _, _ in rows) + 1
    for client, day, count, quantity in rows:
        for table, value in ((orders, count), (pieces, quantity)):
            table[client] = table[client] or [0] * length
            table[client][day] = value
    with (folder / "truth.csv").open() as lines:
        gone = {r["client"]: int(r["day"]) for r in csv.DictReader(lines) if r["what"] in ("left", "fading")}
    return {client: Client(orders[client], pieces[client], gone.get(client)) for client in sorted(orders)}


def events(clients: Mapping[str, Client], day: int) -> Iterator[Event]:
    """One day of all clients in the order of time, with its ticks."""
    start, end = day_start(DAY0 + day), HOURS[-1]
    lines: list[Event] = []
    for client, series in clients.items():
        count = series.orders[day]
        part, rest = divmod(series.pieces[day], count or 1)
        for number in range(count):
            ts = start + HOURS[0] * HOUR_MS + (end - HOURS[0]) * HOUR_MS * number // count
            doc = f"{client}-{day}-{number}"
            lines.append(
                Reservation(
                    event_id=event_id("wms", doc),
                    lead_id=client,
                    ts=ts,
                    source="wms",
                    doc=doc,
                    qty=part + (number < rest),
                )
            )
    lines += [Tick(event_id=event_id("tick", day, hour), ts=start + hour * HOUR_MS) for hour in HOURS]
    yield from sorted(lines, key=lambda event: event.ts)


def rows(clients: Mapping[str, Client]) -> list[Row]:
    """Every client at every cut-off, in the evening of the day before it."""
    length = len(next(iter(clients.values())).orders)
    cuts = set(range(FIRST, length - SPARE, EVERY))
    fold, fleet, found, offset = Partition({}, builtin()), FleetDays(), [], 0
    for day in range(max(cuts)):
        for client, series in clients.items():
            if series.orders[day]:
                fleet.put(client, DAY0 + day, series.orders[day], series.pieces[day])
        for event in events(clients, day):
            offset += 1
            meta = Meta("lead.events", 0, offset, event.ts)
            if isinstance(event, Tick):
                fold.apply(fleet.figures(event.ts), meta)
                for _ in fold.tick(event, meta):
                    pass
            else:
                fold.apply(event, meta)
        if day + 1 in cuts:
            now = day_start(DAY0 + day) + HOURS[-1] * HOUR_MS
            for client, series in clients.items():
                if sum(1 for count in series.orders[: day + 1] if count) >= LEAST_ACTIVE:
                    points = score.risk(*score.weigh(fold.leads[client], now, fold.context))
                    ranks = {"score": points, **_others(series.orders[: day + 1])}
                    found.append(Row(client, ranks, _goes(series, day + 1)))
    return found


def _others(past: Sequence[int]) -> dict[str, float]:
    """What the score is measured against."""
    active = [day for day, count in enumerate(past) if count]
    known, quiet, span = len(past) - active[0], len(past) - 1 - active[-1], active[-1] - active[0]
    surprise = len(active) * log(1.0 + quiet / (2.0 + span))
    return {
        "two terms": surprise - log(len(active) / known),
        "recency": quiet,
        "-frequency": -len(active),
    }


def _goes(series: Client, cut: int) -> dict[str, bool | None]:
    """By each meaning of going. The last ones take a fading client who still orders for one who stays."""
    orders, here = series.orders, any(series.orders[cut - SOON : cut])
    silent = {days: not any(orders[cut : cut + days]) if cut + days <= len(orders) else None for days in (SOON, LATER)}
    made = series.gone is not None and cut > series.gone
    return {
        f"left, fading, or no order in {SOON} d": made or silent[SOON],
        f"no order in {SOON} d": silent[SOON],
        f"no order in {LATER} d": silent[LATER],
        f"no order in {SOON} d, of those here": silent[SOON] if here else None,
    }


def auc(pairs: Sequence[tuple[float, bool]]) -> float:
    """The chance that one who goes ranks above one who stays; equal ranks count half. NaN without both."""
    ordered, above, total = sorted(pairs), 0.0, 0
    goes = sum(1 for _, going in ordered if going)
    stays = len(ordered) - goes
    if not goes or not stays:
        return float("nan")
    place = 0
    while place < len(ordered):
        same = place
        while same < len(ordered) and ordered[same][0] == ordered[place][0]:
            same += 1
        going = sum(1 for _, flag in ordered[place:same] if flag)
        staying = same - place - going
        above += going * (total + staying / 2)
        total += staying
        place = same
    return above / (goes * stays)


def tables(found: Sequence[Row]) -> Iterator[dict[str, object]]:
    """By meaning of going and part of the clients: rows, leavers, AUC of each rank."""
    clients = sorted({row.client for row in found})
    halves: dict[str, Callable[[str], bool]] = {
        "all": lambda _: True,
        "half 1": lambda client: clients.index(client) // 4 % 2 == 0,  # kinds come in fours
        "half 2": lambda client: clients.index(client) // 4 % 2 == 1,
    }
    for meaning in found[0].goes:
        for part, belongs in halves.items():
            known = [(row, goes) for row in found if (goes := row.goes[meaning]) is not None and belongs(row.client)]
            yield {
                "goes": meaning,
                "clients": part,
                "rows": len(known),
                "leavers": sum(goes for _, goes in known),
                **{rank: round(auc([(row.ranks[rank], goes) for row, goes in known]), 3) for rank in found[0].ranks},
            }


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--json", "as_json", is_flag=True)
def main(data: Path, as_json: bool) -> None:
    """Measure and print."""
    for line in tables(rows(load(data))):
        if as_json:
            click.echo(json.dumps(line))
            continue
        click.echo("  ".join(f"{name} {value}" if name != "goes" else f"{value:40}" for name, value in line.items()))


if __name__ == "__main__":
    main()
