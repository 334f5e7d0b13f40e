"""The evaluation's clients dealt anew: `python -m bench.redraw --data FOLDER --to FOLDER SEED`.

Figures that hold on one draw of spikes, leavers and fadings alone are tuned to it. A seed makes a folder as the
evaluation's (`daily.csv.gz`, `truth.csv`): the same real series without what was put in, drawn with replacement, dealt
other parts, thinned to other means; new spikes, leavings and fadings at new days. What was cut or faded cannot be got
back: such a client serves up to that day, and may only leave or fade sooner.

`--weeks 26` begins the shop's year half a year later: its Christmas lies in the middle, where silences are judged. Only
articles whose year is whole are dealt then.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import click

DAYS, SHOP = 384, "shop"
YEAR = 53 * 7
"""Days of the shop's year in whole weeks."""
PARTS, TIMES, LEAST_SPIKE = ("quiet", "spike", "left", "fading"), (2, 2, 3, 3, 5, 5), 5
MEANS = (3.0, 10.0, 40.0, 5.0, 20.0)
"""Reservations of an active day to which what is no shop is thinned, where it has more."""
FADED, FADES = 0.3, 45  # what is left of the orders, and in how many days


class Series(NamedTuple):
    """Reservations and pieces by day; `until`: the day from which it was cut or faded (None: it is whole)."""

    population: str
    orders: Sequence[int]
    pieces: Sequence[int]
    until: int | None = None
    part: str = "quiet"


Truth = tuple[str, int, int]
"""What was put in, at which day, how many times the mean."""


def undone(series: Series, truth: Sequence[Truth]) -> Series:
    """Without its spikes: such a day is as the same weekday a week before or after. What was cut or faded is marked."""
    what, day, _ = truth[0]
    if what in ("left", "fading"):
        return series._replace(until=day, part=what)
    orders, pieces = list(series.orders), list(series.pieces)
    for day in (day for what, day, _ in truth if what == "spike"):
        near = [d for d in (day - 7, day + 7, day - 14, day + 14) if 0 <= d < DAYS and orders[d]]
        orders[day], pieces[day] = (series.orders[near[0]], series.pieces[near[0]]) if near else (1, 1)
    return series._replace(orders=orders, pieces=pieces)


def thinned(series: Series, shares: Sequence[float], rng: Random) -> Series:
    """Each reservation of a day stays with that day's share as its chance; the pieces go with them."""
    orders = [sum(rng.random() < share for _ in range(x)) for x, share in zip(series.orders, shares, strict=True)]
    table = zip(orders, series.orders, series.pieces, strict=True)
    return series._replace(orders=orders, pieces=[max(n, round(q * n / x)) if n else 0 for n, x, q in table])


def dealt(series: Series, part: str, rng: Random) -> tuple[Series, Sequence[Truth]]:
    """The series with a part put in, at days by chance."""
    active = [day for day, x in enumerate(series.orders) if x]
    end = min(series.until or DAYS, active[-1])
    if part == "left":
        day = rng.choice([d for d in active if min(150, end - 9) <= d < min(310, end)])
        return thinned(series, [float(d <= day) for d in range(DAYS)], rng), [(part, day, 0)]
    if part == "fading":
        day = rng.randrange(min(160, end - 1), min(265, end))
        return thinned(series, [_left(d, day) / _left(d, series.until) for d in range(DAYS)], rng), [(part, day, 0)]
    return spiked(series, rng) if part == "spike" else (series, [(part, 0, 0)])


def _left(day: int, since: int | None) -> float:
    """The share of a fading client's orders."""
    return 1.0 if since is None else 1.0 - (1.0 - FADED) * min(max((day - since) / FADES, 0.0), 1.0)


def spiked(series: Series, rng: Random) -> tuple[Series, Sequence[Truth]]:
    """Up to six active days of 2, 3 and 5 times the mean of the active days before them, ten of 84 at least."""
    orders, pieces, truth, bag = list(series.orders), list(series.pieces), list[Truth](), list[int]()
    active = [day for day, x in enumerate(orders) if x]
    day = active[0] + 45 + rng.randrange(10)
    for place in active:
        before = [d for d in range(max(active[0], place - 84), place) if orders[d]]
        if place < day or place > active[-1] - 3 or len(truth) == len(TIMES) or len(before) < 10:
            continue
        mean = sum(orders[d] for d in before) / len(before)
        bag = bag or rng.sample(TIMES, len(TIMES))
        times = next((k for k in bag if k * mean > LEAST_SPIKE - 0.5 and k * mean >= orders[place]), None)
        if times is not None:
            bag.remove(times)
            new = max(LEAST_SPIKE, round(times * mean))
            pieces[place] += round((new - orders[place]) * sum(pieces[d] for d in before) / (mean * len(before)))
            orders[place] = new
            truth.append(("spike", place, times))
        day = place + 38 + rng.randrange(18)
    return series._replace(orders=orders, pieces=pieces), truth or [("quiet", 0, 0)]


def turned(series: Series, weeks: int) -> Series:
    """The shop's year begun so many weeks later: what lay at its end comes first. Its last days are left out."""
    orders, pieces = (
        [*days[-7 * weeks + YEAR : YEAR], *days[: YEAR - 7 * weeks]] for days in (series.orders, series.pieces)
    )
    rest = [0] * (DAYS - YEAR)
    return series._replace(orders=orders + rest, pieces=pieces + rest)


def redraw(pool: Sequence[Series], rng: Random, weeks: int = 0) -> Iterable[tuple[Series, Sequence[Truth]]]:
    """As many clients, each drawn from those of the shop or of the others that can have its part; the shop's year begun
    so many weeks later."""
    whole = [s if s.population != SHOP else turned(s, weeks) for s in pool if s.until is None or s.population != SHOP]
    drawn_from = whole if weeks else pool
    for place, kind in enumerate(series.population for series in pool):
        part, mean = PARTS[place % len(PARTS)], MEANS[place // len(PARTS) % len(MEANS)]
        can = [s for s in drawn_from if s.until is None or part == "left" or part == s.part == "fading"]
        drawn = rng.choice([s for s in can if (s.population == SHOP) == (kind == SHOP)])
        usual = sum(drawn.orders) / sum(map(bool, drawn.orders))
        if kind != SHOP and mean < usual:
            drawn = thinned(drawn, [mean / usual] * DAYS, rng)
        yield dealt(drawn, part, rng)


def load(folder: Path) -> Sequence[tuple[Series, Sequence[Truth]]]:
    """Clients of the evaluation. Raises OSError, KeyError for other columns."""
    orders, pieces = (defaultdict[str, list[int]](lambda: [0] * DAYS) for _ in range(2))
    truth, kinds = defaultdict[str, list[Truth]](list), dict[str, str]()
    with gzip.open(folder / "daily.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            client, day = row["client"], int(row["day"])
            orders[client][day], pieces[client][day] = int(row["reservations"]), int(row["pieces"])
    with (folder / "truth.csv").open() as lines:
        for row in csv.DictReader(lines):
            kinds[row["client"]] = row["population"]
            truth[row["client"]].append((row["what"], int(row["day"]), int(row["k"])))
    return [(Series(kinds[name], orders[name], pieces[name]), truth[name]) for name in sorted(orders)]


def save(folder: Path, clients: Iterable[tuple[Series, Sequence[Truth]]]) -> None:
    """Write the two files."""
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "daily.csv.gz", "wt") as daily, (folder / "truth.csv").open("w") as known:
        daily.write("client,day,reservations,pieces\n")
        known.write("client,population,what,day,k\n")
        for name, (series, truth) in enumerate(clients, 101):
            table = zip(range(DAYS), series.orders, series.pieces, strict=True)
            daily.writelines(f"{name},{day},{x},{max(x, q)}\n" for day, x, q in table if x)
            known.writelines(f"{name},{series.population},{what},{day},{k}\n" for what, day, k in truth)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--weeks", type=click.IntRange(0, 52), default=0, help="The shop's year begins so many weeks later.")
@click.argument("seed", type=int)
def main(data: Path, to: Path, seed: int, weeks: int) -> None:
    """Draw and write."""
    pool = [undone(series, truth) for series, truth in load(data)]
    save(to, redraw(pool, Random(seed), weeks))


if __name__ == "__main__":
    main()
