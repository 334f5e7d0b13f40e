"""The page over ten million events: what a click costs, how large the worker is, what the store's inserts feel of it.

`python -m bench.page [EVENTS]` fills a store once in a temporary folder and serves the page in this process over it.
CPU is of this process (store, page and engine together, and who clicks), question by question, one at a time, when the
merges of the filling are over; wall time of the same beside it. What an insert costs among readers: a page with an
insert beside it, less the same page alone. Then fifteen people click once in three seconds each while events are
stored: wall time of inserts and pages, which a machine with other work makes long. For its memory the page is a
process alone.
"""

import asyncio
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bench.clicks import Clicks, path_of
from bench.page_world import CLIENTS, NOW, cards, fill, shipment
from processors.identity import Identities
from streams.clients.store_web import StoreWeb
from streams.engine.worker import GC_ALLOCATIONS
from streams.settings import Settings, Store
from streams.store.clickhouse import load_engine, prepare
from streams.store.database import Database
from streams.store.jobs.days import Days
from streams.store.read.pages import Known
from tests.unit.store import fakes
from tests.unit.store.api_line import serving
from tests.unit.store.conftest import opened
from tests.unit.web.page import page

GOALS = {"page_p95_ms": 150, "card_p95_ms": 150, "list_p95_ms": 150, "timeline_p95_ms": 150, "alerts_p95_ms": 150,
         "inbox_p95_ms": 150, "search_p95_ms": 150, "web_mb": 120, "insert_cpu_ratio": 1.1}  # fmt: skip
EVENTS, PEOPLE, ASKED = 10_000_000, 15, 40
EVERY_S, CLICKING_S = 3.0, 45.0
QUIET_S = 15
INSERTS, ROWS = 12, 5000
PAIRS = 24
KINDS = ("list", "card", "timeline", "alerts", "inbox", "search")


def cpu() -> float:
    """Of all threads of this process, ms."""
    return time.process_time() * 1000


async def measure(folder: Path, events: int) -> dict[str, float]:
    """All figures."""
    store = Store(folder=folder / "chdb", api_port=0, api_token_file=folder / "token")
    load_engine(store)
    prepare(store)
    fill(store, events)
    known = Known(Identities(), cards())
    async with opened(store) as database:
        await Days(database, fakes.Lag(), "03:00", lambda: NOW)._count(0, NOW - 5 * 3_600_000)
        async with serving(store, database, known) as port:
            of_page = store.model_copy(update={"api_port": port})
            client = StoreWeb(of_page, 60.0)
            async with page(Settings(store=of_page), client, known) as here, ClientSession() as session:
                here.now = NOW
                clicks, feed = Clicks(here, session), Inserts(database)
                await merged(database)
                collect_as_a_worker()
                found = await costs(clicks)
                found |= await cpu_of_inserts(feed, clicks)
                found |= await crowd(feed, clicks)
            await client.close()
    return found


def collect_as_a_worker() -> None:
    """What stands after the start is not walked again (`streams.engine.worker`): a click would pay for all that a bench
    has loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_ALLOCATIONS, 20, 20)


async def merged(database: Database) -> None:
    """Wait until nothing has been merged for some time, for the next merge begins a while after the last: else its CPU
    would count as somebody's page."""
    quiet = 0
    while quiet < QUIET_S:
        merging = (await database.read("SELECT count() FROM system.merges"))[0][0]
        quiet = 0 if merging else quiet + 1
        await asyncio.sleep(1.0)


async def costs(clicks: Clicks) -> dict[str, float]:
    """CPU and wall time of one page of each kind, one at a time; `page_p95_ms` is of all of them, as people click."""
    chance, found, all_spent = random.Random(7), {}, list[float]()
    for kind in KINDS:
        await clicks(path_of(kind, chance))
        spent, took = [], []
        for _ in range(ASKED):
            began, at = cpu(), time.perf_counter()
            await clicks(path_of(kind, chance))
            spent.append(cpu() - began)
            took.append((time.perf_counter() - at) * 1000)
        found[f"{kind}_p50_ms"] = round(statistics.median(spent), 1)
        found[f"{kind}_p95_ms"] = _p95(spent)
        found[f"{kind}_wall_p95_ms"] = _p95(took)
        all_spent += spent
    return found | {"page_p95_ms": _p95(all_spent)}


def _p95(values: list[float]) -> float:
    return round(statistics.quantiles(values, n=20)[-1], 1)


class Inserts:
    """New documents of all clients, some thousand an insert."""

    def __init__(self, database: Database) -> None:
        self._feed, self._number = fakes.Feed(database, first=5_000_000), 0

    async def __call__(self) -> None:
        """One more."""
        rows = [shipment(self._number * ROWS + n) for n in range(ROWS)]
        self._number += 1
        await self._feed(rows, at=NOW + self._number)


async def cpu_of_inserts(insert: Inserts, clicks: Clicks) -> dict[str, float]:
    """CPU of an insert with nobody there, and beside a page: both together less the page; in turn, medians."""
    page, alone, both, paged = f"/leads/{CLIENTS // 2}", list[float](), list[float](), list[float]()
    for _ in range(PAIRS):
        for of, work in ((alone, [insert]), (paged, []), (both, [insert])):
            began = cpu()
            reading = [] if of is alone else [clicks(page)]
            await asyncio.gather(*(one() for one in work), *reading)
            of.append(cpu() - began)
            await asyncio.sleep(0.2)
    one, page_ms = statistics.median(alone), statistics.median(paged)
    beside = statistics.median(both) - page_ms
    per_row = {
        "insert_us": one * 1000 / ROWS,
        "insert_beside_us": beside * 1000 / ROWS,
        "insert_cpu_ratio": beside / one,
    }
    return {name: round(value, 2) for name, value in per_row.items()}


async def crowd(insert: Inserts, clicks: Clicks) -> dict[str, float]:
    """Wall seconds of the same inserts, with nobody there and with fifteen people, medians; and of people's pages."""
    alone = [await paced(insert) for _ in range(INSERTS)]
    chance, waited = random.Random(11), list[float]()

    async def person() -> None:
        await asyncio.sleep(chance.random() * EVERY_S)
        while True:
            began = time.perf_counter()
            await clicks(path_of(chance.choice(("list", "card", "card", "timeline", "alerts", "search")), chance))
            waited.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(max(0.0, EVERY_S - (time.perf_counter() - began)))

    people = [asyncio.ensure_future(person()) for _ in range(PEOPLE)]
    began = cpu(), time.perf_counter()
    among = [await paced(insert) for _ in range(INSERTS)]
    cores = (cpu() - began[0]) / (time.perf_counter() - began[1]) / 1000
    for one in people:
        one.cancel()
    await asyncio.gather(*people, return_exceptions=True)
    alone_s, among_s = statistics.median(alone), statistics.median(among)
    return {
        "insert_alone_s": round(alone_s, 3),
        "insert_among_s": round(among_s, 3),
        "insert_wall_ratio": round(among_s / alone_s, 2),
        "crowd_cores": round(cores, 2),
        "crowd_wall_p50_ms": round(statistics.median(waited), 1),
        "crowd_wall_p95_ms": _p95(waited),
    }


async def paced(insert: Inserts) -> float:
    """One insert in two seconds, as the store's gathering makes them; the seconds that it took."""
    began = time.perf_counter()
    await insert()
    took = time.perf_counter() - began
    await asyncio.sleep(max(0.0, 2.0 - took))
    return took


def size() -> float:
    """MB of the worker `web` with its tables and templates, every screen drawn once, in a process without the store."""
    code = "from tests.unit.web.drawn import drawn; drawn()"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(out.stdout.split()[-1])


def measured(events: int = EVENTS) -> dict[str, Any]:
    """All figures over a store of so many events, which is thrown away."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-page-") as folder:
        found = asyncio.run(measure(Path(folder), events))
    return found | {"web_mb": round(size(), 1), "events": events, "load": os.getloadavg()}


def page_figures(events: int) -> dict[str, Any]:
    """The same in a process of its own, whose engine is nobody else's; the exit code does not matter here."""
    done = subprocess.run([sys.executable, "-m", "bench.page", str(events)], capture_output=True, timeout=1800)
    if not done.stdout:
        raise RuntimeError(done.stderr.decode()[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print the figures; exit 1 if one misses its goal."""
    found = measured(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
    print(json.dumps(found, indent=1))
    missed = [name for name, goal in GOALS.items() if found[name] > goal]
    sys.exit(f"over the goal: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
