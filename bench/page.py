"""The page over ten million events: what a click costs, how large the worker is, what the store's inserts feel of it.

`python -m bench.page [EVENTS]` fills a store once in a temporary folder and serves the page in this process over it.
CPU is of this process (store, page and engine together) and is measured question by question, one at a time; then
fifteen people click once in three seconds each while events are stored. For its memory the page is a process alone.
"""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aiohttp import ClientSession

from bench.store import _FILL_EVENTS, _FILL_MESSAGES
from processors.cards import Cards
from processors.identity import Identities
from schemas.cards import ClientCard
from schemas.codec import event_id
from schemas.events import Shipment
from streams.clients.store_web import StoreWeb
from streams.settings import Settings, Store
from streams.store.clickhouse import load_engine, open_writer, prepare
from streams.store.database import Database
from streams.store.jobs.days import Days
from streams.store.read.pages import Known
from tests.unit.store import fakes
from tests.unit.store.api_line import serving
from tests.unit.store.conftest import opened
from tests.unit.web.page import SESSION, Page, page

GOALS = {"card_p95_ms": 150, "list_p95_ms": 150, "timeline_p95_ms": 150, "alerts_p95_ms": 150, "inbox_p95_ms": 150,
         "search_p95_ms": 150, "web_mb": 120, "insert_ratio": 1.1}  # fmt: skip
EVENTS, CLIENTS, PEOPLE, ASKED = 10_000_000, 300, 15, 40
EVERY_S, CLICKING_S = 3.0, 45.0
NOW = 1_795_246_200_000
DAY_MS = 86_400_000
INSERTS, ROWS = 12, 5000
PART = 2_000_000

GOODS = _FILL_EVENTS.replace("'message'", "'inbound'").replace("'client'", "''")
"""Their payloads are documents."""

_FILL_SCORES = """
INSERT INTO scores (lead_id, ts, score_id, version, points, level, background, parts, ingested_at, seniority)
SELECT toString(number % {leads:UInt32}),
    fromUnixTimestamp64Milli({now:Int64} - intDiv(number, {leads:UInt32}) * 7200000) AS at,
    number, intDiv(number, {leads:UInt32}), cityHash64(number) % 100 AS points, if(points > 70, 'red', 'green'), 3,
    '[{{"rule":"order_silence","points":20,"strength":1,"weight":0.4,"age_days":1,"half_life_days":3}}]', at, number
FROM numbers({leads:UInt32} * 400)"""
_FILL_ALERTS = """
INSERT INTO alerts (alert_id, version, lead_id, rule, severity, status, opened_at, updated_at, value, baseline, score,
    unit, evidence, ingested_at, figures)
SELECT intDiv(number, 2), number % 2, toString(intDiv(number, 2) % {leads:UInt32}), 'order_silence', 'warning',
    if(number % 2 = 1 AND number % 40 != 1, 'resolved', 'open'),
    fromUnixTimestamp64Milli({now:Int64} - (number % 1000) * 7776000) AS at, at, 12, 3, 1, 'days', '[]', at, '{{}}'
FROM numbers({leads:UInt32} * 120)"""


def fill(store: Store, events: int) -> None:
    """Goods and messages of three hundred clients, scores, alerts."""
    writer = open_writer(store)
    of = {"leads": CLIENTS, "now": NOW}
    for start in range(0, events, PART):
        writer.command(GOODS, of | {"from": start, "rows": min(PART, events - start)})
    writer.command(_FILL_MESSAGES, of | {"from": 0, "rows": events // 40})
    for text in (_FILL_SCORES, _FILL_ALERTS):
        writer.command(text.replace("{{", "{").replace("}}", "}"), of)
    writer.close()


def cards() -> Cards:
    """All clients, one curator for each twenty."""
    table = Cards()
    for number in range(CLIENTS):
        card = ClientCard(
            lead_id=str(number), source="b", ts=1, name=f"Клиент {number}", responsible=f"Куратор {number % 15}"
        )
        table.apply(f"{number}/b", card)
    return table


def cpu() -> float:
    """Of all threads of this process, ms."""
    return time.process_time() * 1000


class Clicks:
    """A head who opens pages."""

    def __init__(self, here: Page, session: ClientSession) -> None:
        self._base, self._session = f"http://127.0.0.1:{here.client.port}", session
        self._cookie = {"Cookie": f"{SESSION}={here.cookie('head')}", "Accept": "text/html"}

    async def __call__(self, path: str) -> int:
        """Bytes of the answer."""
        async with self._session.get(self._base + path, headers=self._cookie) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            return len(body)


def path_of(kind: str, chance: random.Random) -> str:
    """One of that kind; leads as in life: an eighth of them has half of the events."""
    lead = int(CLIENTS * chance.random() ** 3)
    return {
        "list": "/",
        "card": f"/leads/{lead}",
        "timeline": f"/leads/{lead}/timeline?before={NOW - chance.randrange(200) * DAY_MS}",
        "alerts": "/alerts",
        "inbox": "/inbox",
        "search": "/search?q=%D0%BF%D0%BE%D1%81%D1%82%D0%B0%D0%B2%D0%BA%D0%B0",
    }[kind]


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
                clicks = Clicks(here, session)
                found = await costs(clicks)
                found |= await inserts(database, clicks)
            await client.close()
    return found


async def costs(clicks: Clicks) -> dict[str, float]:
    """CPU of one page of each kind, one at a time."""
    chance, found = random.Random(7), {}
    for kind in ("list", "card", "timeline", "alerts", "inbox", "search"):
        await clicks(path_of(kind, chance))
        spent = []
        for _ in range(ASKED):
            began = cpu()
            await clicks(path_of(kind, chance))
            spent.append(cpu() - began)
        found[f"{kind}_p50_ms"] = round(statistics.median(spent), 1)
        found[f"{kind}_p95_ms"] = round(statistics.quantiles(spent, n=20)[-1], 1)
    return found


async def inserts(database: Database, clicks: Clicks) -> dict[str, float]:
    """Wall seconds of the same inserts, with nobody there and with fifteen people; median of each."""
    feed, number = fakes.Feed(database, first=5_000_000), 0

    async def insert() -> float:
        nonlocal number
        rows = [shipment(number * ROWS + n) for n in range(ROWS)]
        number += 1
        began = time.perf_counter()
        await feed(rows, at=NOW + number)
        return time.perf_counter() - began

    await insert()
    alone = [await paced(insert) for _ in range(INSERTS)]
    chance = random.Random(11)

    async def person() -> None:
        await asyncio.sleep(chance.random() * EVERY_S)
        while True:
            began = time.perf_counter()
            await clicks(path_of(chance.choice(("list", "card", "card", "timeline", "alerts", "search")), chance))
            await asyncio.sleep(max(0.0, EVERY_S - (time.perf_counter() - began)))

    people = [asyncio.ensure_future(person()) for _ in range(PEOPLE)]
    among = [await paced(insert) for _ in range(INSERTS)]
    for one in people:
        one.cancel()
    await asyncio.gather(*people, return_exceptions=True)
    one, other = statistics.median(alone), statistics.median(among)
    return {"insert_alone_s": round(one, 3), "insert_among_s": round(other, 3), "insert_ratio": round(other / one, 2)}


async def paced(insert: object) -> float:
    """One insert in two seconds, as the store's gathering makes them."""
    took: float = await insert()  # type: ignore[operator]
    await asyncio.sleep(max(0.0, 2.0 - took))
    return took


def shipment(number: int) -> Shipment:
    """A new document."""
    id_ = event_id("page", number)
    return Shipment(
        doc=f"S-{number}",
        qty=number % 90 + 1,
        event_id=id_,
        lead_id=str(number % CLIENTS),
        ts=NOW - number,
        source="wms:main",
    )


def size() -> float:
    """MB of the worker `web` with its tables and templates, every screen drawn once, in a process without the store."""
    code = "from tests.unit.web.drawn import drawn; drawn()"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(out.stdout.split()[-1])


def main() -> None:
    """Print the figures; exit 1 if one misses its goal."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory(prefix="leadpulse-page-") as folder:
        found = asyncio.run(measure(Path(folder), events)) | {"web_mb": round(size(), 1), "events": events}
    print(json.dumps(found, indent=1))
    missed = [name for name, goal in GOALS.items() if found[name] > goal]
    sys.exit(f"over the goal: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
