"""`leadpulse import wms` through real Kafka into the store: killed, gone on with, and done twice."""

import asyncio
import json
import shutil
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.sources import Identity
from schemas.topics import IDENTITIES, LEAD_EVENTS, WMS
from streams.engine.clock import wall_clock
from streams.engine.identities import IDENTITY
from tests.fakes.warehouse import FORMAT, KEY, FakeWarehouse, document
from tests.installation import BUSY, Installation, Started, until
from tests.integration.test_store import QUICK, value
from tests.ports import free_port
from tests.unit.gateway.test_polls import MAPPING as ASKED
from tests.zones import MOSCOW

MAPPING = Path(__file__).parents[2] / "deploy" / "mappings" / "table.yaml"
CLIENTS = 50


def table(file: Path, rows: int) -> Path:
    """A CSV of as many reservations, a few a client and minute, up to two days ago."""
    last = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    with file.open("w", encoding="cp1251") as out:
        out.write("document;type;time;client;sku;qty;barcode;warehouse;marketplace;purpose\r\n")
        for number in range(rows):
            at = (last - timedelta(minutes=rows - number)).isoformat()
            goods = f"А-{number % 9};{number % 7 + 1};;Основной;;FBO"
            out.write(f"R-{number};reservation_created;{at};{number % CLIENTS};{goods}\r\n")
    return file


async def linked(home: Installation) -> None:
    """Every client has a lead."""
    pairs = [Identity("wms_customer", str(client), str(9000 + client)) for client in range(CLIENTS)]
    await home.produce(IDENTITIES, [(f"{one.kind}:{one.value}", IDENTITY.encode(one)) for one in pairs])


async def in_store(home: Installation, rows: int) -> bool:
    """Whether so many different events are stored, each once."""
    counted = "concat(toString(count()), '/', toString(uniqExact(event_id)))"
    query = f"SELECT {counted} FROM events FINAL WHERE source = 'wms:table' AND kind = 'reservation'"
    return bool(await value(home, query) == f"{rows}/{rows}")


def gateway(home: Installation, warehouse: FakeWarehouse) -> None:
    """One that watches the folder `tables`, with the mapping of the command, and asks the fake every second."""
    for name in ("tables", "mappings"):
        (home.folder / name).mkdir()
    shutil.copy(MAPPING, home.folder / "mappings")
    (home.folder / "mappings" / "asked.yaml").write_text(ASKED)
    url = f"http://127.0.0.1:{warehouse.port}/documents?since={{since}}&page={{page}}"
    folders = {"table": {"path": str(home.folder / "tables"), "every": 1, "still": 0}}
    polls = {"asked": {"urls": [url], "authorization": KEY, "page_size": 2, "every": 1}}
    home.worker(
        "gateway",
        {
            "LEADPULSE_GATEWAY__PORT": str(free_port()),
            "LEADPULSE_WMS__MAPPINGS": str(home.folder / "mappings"),
            "LEADPULSE_WMS__FOLDERS": json.dumps(folders),
            "LEADPULSE_WMS__POLLS": json.dumps(polls),
        },
    )


async def answers(home: Installation, query: str, wanted: int) -> bool:
    """Whether a query has this answer."""
    return str(await value(home, query)) == str(wanted)


SOURCES = """
SELECT countIf(source = 'wms:table' AND imported > 15000 AND live = 0 AND round AND state = 'well')
    + countIf(source = 'wms:asked' AND live = 5 AND round AND last > 0 AND state = 'well' AND red = '')
FROM (
    SELECT source, sum(history) AS imported, sum(events) AS live, max(toUnixTimestamp(last_round)) > 0 AS round,
        argMax(state, hour) AS state, max(toUnixTimestamp(last_event)) AS last, argMax(error, hour) AS red
    FROM sources FINAL GROUP BY source)"""
"""Both are known: what was read of each, apart from the import, and that their readers do well."""


def started(home: Installation, file: Path, fresh: bool = False) -> Started:
    """The command as a process; `fresh` as in `Installation.start`."""
    return home.start("streams.cli", "import", "wms", "--mapping", str(MAPPING), "--json", str(file), fresh=fresh)


def sent(home: Installation) -> int:
    """What the note beside the store's folder says."""
    notes = list((home.folder / "imports").glob("*.json"))
    return int(json.loads(notes[0].read_text())["sent"]) if notes else 0


async def test_an_import_that_is_killed_goes_on_and_twice_is_once(bootstrap: str, tmp_path: Path) -> None:
    """What was on Kafka before the kill is not sent again; every row is in the store once, and history rings nobody. A
    folder of the gateway's takes a longer file of the same documents, and the same file not at all; a system that is
    asked has its documents there too.
    """
    rows = 15_000
    async with Installation(bootstrap, tmp_path, QUICK) as home, FakeWarehouse() as warehouse:
        await linked(home)
        file = table(tmp_path / "rows.csv", rows)
        process = started(home, file)
        deadline = time.monotonic() + 60 * BUSY
        while not sent(home) and time.monotonic() < deadline:
            await asyncio.sleep(0.002)
        home.end(process, signal.SIGKILL)
        before = sent(home)
        assert 0 < before < rows
        for name in ("pipeline", "store"):
            home.worker(name)
        assert home.start("streams.cli", "import", "wms", "--mapping", str(MAPPING), str(file)).wait(60 * BUSY) == 0
        assert rows <= await home.count(WMS) <= rows + 2000
        await until(lambda: in_store(home, rows), 90, "all rows are in the store")
        was = await home.count(WMS)
        assert started(home, file).wait(60 * BUSY) == 0
        assert await home.count(WMS) == was
        gateway(home, warehouse)
        file.rename(tmp_path / "tables" / "the same.csv")
        table(tmp_path / "tables" / "longer.csv", rows + 10)
        await until(lambda: in_store(home, rows + 10), 60, "what is new in the folder is in the store too")
        assert await home.count(WMS) == was + rows + 10
        now = datetime.now(MOSCOW).strftime(FORMAT)
        warehouse.documents = [(wall_clock(), document(number, client=number, at=now)) for number in range(1, 6)]
        shipped = "SELECT sum(qty) FROM events FINAL WHERE source = 'wms:asked'"
        await until(lambda: answers(home, shipped, 15), 60, "what the gateway asked for is in the store too")
        await home.settled("pipeline", LEAD_EVENTS)
        assert await in_store(home, rows + 10)
        assert await value(home, "SELECT countIf(NOT backfill) FROM events FINAL WHERE source = 'wms:table'") == 0
        assert await value(home, "SELECT count() FROM alerts") == 0
        await until(lambda: answers(home, SOURCES, 2), 90, "how the sources stand")
