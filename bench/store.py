"""The store: what a row costs, and the questions that people ask of a large one. CPU time of this process (the engine
runs in it), which a busy machine blurs little; the cost of a row is also a ratio of one run.

`python -m bench.store` makes ten million events and a million segments once, in a temporary folder.
"""

import asyncio
import gc
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from aiokafka import ConsumerRecord

from bench.door import dashboards, door_ratios
from processors.identity import Identities
from schemas.codec import EVENT, encode, event_id
from schemas.events import Event, Reservation
from streams.engine.worker import GC_ALLOCATIONS
from streams.settings import Store
from streams.store.clickhouse import load_engine, open_client, prepare, reader_settings, writer_settings
from streams.store.database import Database, put
from streams.store.migrate import FOLDER, read
from streams.store.read.history import EVENTS as HISTORY
from streams.store.read.history import LATEST
from streams.store.read.hits import Where
from streams.store.read.search import search
from streams.store.sinks.rows import Record, event_rows

GOALS = {
    "insert_ratio": 1.5,
    "search_ms": 20,
    "history_ms": 30,
    "history_month_ms": 10,
    "leads_ms": 200,
    "door_short_ratio": 2.0,
    "door_history_ratio": 2.0,
    "door_leads_ratio": 2.0,
}

BATCH, BATCHES = 10_000, 7
MOST_EVENTS, MOST_SEGMENTS, LEADS = 10_000_000, 1_000_000, 50_000
PAGE = 50
"""Hits of a page of the search, as the API gives without being asked otherwise."""
ASKED = 40
"""Leads of a median."""
NOW = 1_795_246_200_000
DAY_MS = 86_400_000

_FILL_EVENTS = """
INSERT INTO events (lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at, seniority)
SELECT toString(toUInt32({leads:UInt32} * pow((number * 2654435761 % 1000003) / 1000003, 3))),
    fromUnixTimestamp64Milli({now:Int64} - toInt64(cityHash64(number, 1) % 31536000000)) AS at,
    cityHash64(number), 'wms:main',
    ['reservation', 'pick', 'message', 'shipment'][number % 4 + 1], ['created', '', 'client', ''][number % 4 + 1],
    number % 90, false,
    concat('{"type":"reservation","doc":"R-', toString(number), '","qty":', toString(number % 90), '}'),
    at, bitNot(toUInt64(number))
FROM numbers({from:UInt64}, {rows:UInt64})"""
"""Leads as in life: an eighth of them has half of the events."""

_FILL_SEGMENTS = """
INSERT INTO transcripts (lead_id, ts, recording_id, version, number, start_ms, end_ms, speaker, text, confidence,
    ingested_at, seniority)
SELECT toString(intDiv(number, 500) * 7919 % {leads:UInt32}),
    fromUnixTimestamp64Milli({now:Int64} - toInt64(intDiv(number, 500) * 15768000)) AS at,
    concat('rec-', toString(intDiv(number, 500))), 1, number % 500, number % 500 * 4000, 900, 'Анна',
    arrayStringConcat(arrayMap(n -> if(cityHash64(number, n) % 50 = 0, 'поставка',
        concat('слово', toString(toUInt32(20000 * pow(cityHash64(number, n, 1) % 1000003 / 1000003, 3))))), range(12)),
    ' '), 0.9, at, bitNot(toUInt64(intDiv(number, 500)))
FROM numbers({from:UInt64}, {rows:UInt64})"""
"""Twelve words a segment of a vocabulary of 20 000; a common one stands in a fifth of them. 500 segments a
meeting, one every four hours and a half."""

_FILL_RECORDINGS = """
INSERT INTO recordings (recording_id, lead_id, ts, version, engine, duration_ms, words, degraded, seniority)
SELECT recording_id, lead_id, any(ts), 1, 'vosk', 2000000, 6000, false, any(seniority) FROM transcripts
GROUP BY recording_id, lead_id"""

_FILL_MESSAGES = """
INSERT INTO events (lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at, seniority)
SELECT toString(toUInt32({leads:UInt32} * pow((number * 2654435761 % 1000003) / 1000003, 3))) AS lead,
    fromUnixTimestamp64Milli({now:Int64} - toInt64(number * 105120)) AS at, cityHash64(number, 2), 'telegram:main',
    'message', 'client', 0, false, concat('{"type":"message","event_id":"',
    leftPad(lower(hex(cityHash64(number, 2))), 16, '0'), '","lead_id":"', lead, '","ts":',
    toString(toUnixTimestamp64Milli(at)), ',"source":"telegram:main","chat_id":"1","message_id":"', toString(number),
    '","author":{"id":"1","name":"Анна"},"text":"',
    arrayStringConcat(arrayMap(n -> if(cityHash64(number, n) % 50 = 0, 'поставка',
        concat('слово', toString(toUInt32(20000 * pow(cityHash64(number, n, 1) % 1000003 / 1000003, 3))))), range(8)),
    ' '), '"}'), at, bitNot(toUInt64(number))
FROM numbers({from:UInt64}, {rows:UInt64})"""
"""Eight words a message, of the same vocabulary; whole, so that a time line has rows of them."""

LEADS_VIEW = "SELECT lead_id, client, curator, since, points FROM leads ORDER BY points DESC LIMIT 100"
SEARCHES = {
    "search_ms": ("поставка", Where()),
    "search_rare_ms": ("слово19990", Where()),
    "search_absent_ms": ("расторгнуть", Where()),
    "search_lead_ms": ("поставка", Where(lead="7919")),
    "search_month_ms": ("поставка", Where(since=NOW - 30 * DAY_MS)),
}
"""What is typed into the search, as `GET /api/search` asks it: a word of every fifth segment and sixth message,
one of a few, one of none."""
MONTH = """
SELECT toUnixTimestamp64Milli(ts), event_id, source, kind, backfill, payload FROM events FINAL
WHERE lead_id = {lead:String} AND ts >= fromUnixTimestamp64Milli({since:Int64})
ORDER BY ts DESC, event_id DESC LIMIT 200"""


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU of all threads of this process."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _reservation(number: int) -> tuple[Event, Record]:
    event = Reservation(
        event_id=event_id("bench", number),
        lead_id=str(number % 5000),
        ts=NOW - number * 977 % (90 * DAY_MS),
        source="wms:main",
        doc=f"R-{number}",
        qty=number % 90,
        action="created",
    )
    value = encode(event)
    record = ConsumerRecord("lead.events", 0, number, NOW + number, 1, b"k", value, None, 1, len(value), ())
    return event, record


def _build_and_put(client: Any, good: list[tuple[Event, Record]], token: str) -> None:
    put(client, event_rows(good)[0], token)


def _read(good: list[tuple[Event, Record]]) -> None:
    for _, record in good:
        EVENT.decode(record.value)


def inserts(client: Any) -> dict[str, Any]:
    """µs of CPU a row: ready columns alone, and from decoded events; interleaved, medians."""
    bare, whole, read = list[float](), list[float](), list[float]()
    for number in range(BATCHES):
        ready = event_rows([_reservation(number * BATCH + n) for n in range(BATCH)])[0]
        other = [_reservation((BATCHES + number) * BATCH + n) for n in range(BATCH)]
        bare.append(cpu_ms(partial(put, client, ready, f"bare{number}")))
        whole.append(cpu_ms(partial(_build_and_put, client, other, f"whole{number}")))
        read.append(cpu_ms(partial(_read, other)))
    own, ours = statistics.median(bare[1:]), statistics.median(whole[1:])
    return {
        "insert_clickhouse_us": round(own * 1000 / BATCH, 2),
        "insert_us": round(ours * 1000 / BATCH, 2),
        "insert_ratio": round(ours / own, 2),
        "insert_decode_us": round(statistics.median(read[1:]) * 1000 / BATCH, 2),
    }


def fill(client: Any, events: int, segments: int) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    for statement, rows in ((_FILL_EVENTS, events), (_FILL_SEGMENTS, segments), (_FILL_MESSAGES, segments * 3 // 10)):
        for start in range(0, rows, 1_000_000):
            some = {"from": start, "rows": min(1_000_000, rows - start), "now": NOW, "leads": LEADS}
            client.command(statement, some, settings={"max_execution_time": 0})
    client.command(_FILL_RECORDINGS)
    for made in next(one for one in read(FOLDER) if one.name == "0013_said.sql").statements:
        client.command(made.sql, settings={"max_execution_time": 0})
    for table in ("events", "transcripts", "said"):
        client.command(f"OPTIMIZE TABLE {table} FINAL", settings={"max_execution_time": 0})
    return time.perf_counter() - began


def questions(client: Any) -> dict[str, Any]:
    """Medians of CPU ms, each of many leads once; those with many events are asked for as often as with few."""
    dice = random.Random(7)
    leads = [str(int(LEADS * dice.random() ** 3)) for _ in range(ASKED)]
    page = {"ts": LATEST[0], "id": LATEST[1], "limit": 200}

    def asked(sql: str, **more: object) -> float:
        took = [cpu_ms(partial(client.query, sql, {"lead": lead, **more})) for lead in leads]
        return round(statistics.median(took[ASKED // 4 :]), 1)

    return {
        "history_ms": asked(HISTORY, **page),
        "history_month_ms": asked(MONTH, since=NOW - 30 * DAY_MS),
        "leads_ms": round(statistics.median(cpu_ms(partial(client.query, LEADS_VIEW)) for _ in range(5)), 1),
    }


async def searches(store: Store) -> dict[str, Any]:
    """Medians of CPU ms of a page of the search, how long the first page is, and what the door adds to a query."""
    database = Database(store)
    opening = asyncio.create_task(database.keep_open())
    await database.opened()
    found: dict[str, Any] = {}
    try:
        for name, (query, where) in SEARCHES.items():
            took = []
            for _ in range(11):
                began = time.process_time()
                page = await search(database, query, where, PAGE, "", Identities())
                took.append((time.process_time() - began) * 1000)
            found |= {name: round(statistics.median(took[3:]), 1), name.replace("_ms", "_found"): len(page.found)}
        found |= await door_ratios(
            store, database, dashboards(LEADS_VIEW, NOW - 30 * DAY_MS, quiet=str(LEADS // 2), busy="0")
        )
    finally:
        opening.cancel()
        await database.close()
    return found


def measured(events: int = MOST_EVENTS, segments: int = MOST_SEGMENTS) -> dict[str, Any]:
    """In this process, whose collector is set as a worker's; the database is made and thrown away."""
    gc.set_threshold(GC_ALLOCATIONS, 20, 20)
    with tempfile.TemporaryDirectory(prefix="leadpulse-bench-") as folder:
        store = Store(folder=Path(folder) / "chdb")
        load_engine(store)
        prepare(store)
        writer = open_client(store, writer_settings(store), store.database)
        reader = open_client(store, reader_settings(store), store.database)
        try:
            found = inserts(writer)
            writer.command("TRUNCATE TABLE events")
            seconds = fill(writer, events, segments)
            found |= {"events": events, "segments": segments, "fill_s": round(seconds)} | questions(reader)
        finally:
            reader.close()
            writer.close()
        return found | asyncio.run(searches(store))


def store() -> dict[str, Any]:
    """The same in a process of its own: its engine's threads are nobody else's."""
    done = subprocess.run([sys.executable, "-m", "bench.store"], capture_output=True, timeout=1800, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(measured(*map(int, sys.argv[1:]))))
