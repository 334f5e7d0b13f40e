"""A backup taken under load, restored elsewhere: equal to a moment, then whole; and the ClickHouse interface of the
confined worker, because it is up anyway."""

import asyncio
import os
import signal
import sys
import time
import zipfile
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import aiohttp
import pytest_asyncio
from clickhouse_connect.driver.client import Client

from processors.state import LeadState, decode_state, encode_state
from schemas.codec import EVENT, Rejected, encode, event_id
from schemas.events import Pick
from schemas.topics import IDENTITIES, LEAD_EVENTS, LEAD_STATE
from streams.settings import Store
from streams.store.clickhouse import open_writer
from tests.installation import Installation, until
from tests.integration.test_store import ask
from tests.integration.test_store_http import Front
from tests.ports import free_port

NOW = int(time.time() * 1000)
FIRST = 3000
"""Events before the backup."""


@pytest_asyncio.fixture
async def home(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation with an open door."""
    environ = {
        "LEADPULSE_STORE__API_TOKEN": "secret",
        "LEADPULSE_STORE__BASELINE_SECONDS": "3600",
        "LEADPULSE_STORE__HTTP_OPS_PASSWORD": "ops-password",
        "LEADPULSE_STORE__HTTP_PORT": str(free_port()),
    }
    async with Installation(bootstrap, tmp_path, environ) as installation:
        yield installation


async def produce(home: Installation, first: int, number: int) -> None:
    """Picks, each with its own id."""
    ids = range(first, first + number)
    picks = [Pick(event_id=event_id("p", n), lead_id=str(n % 40), ts=NOW, source="t", doc=f"P{n}", qty=1) for n in ids]
    await home.produce(LEAD_EVENTS, [(pick.lead_id, encode(pick)) for pick in picks])


async def leadpulse(home: Installation, *arguments: str, **environ: str) -> tuple[int, str]:
    """Run the command as a user does: its exit code and all that it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "streams.cli", *arguments),
        env={**os.environ, **home.environ, **environ},
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 300)
    return process.returncode or 0, out.decode()


async def door(home: Installation, text: str) -> str:
    """What the ClickHouse interface answers; nothing while it does not."""
    url = f"http://127.0.0.1:{home.environ['LEADPULSE_STORE__HTTP_PORT']}/"
    headers = {"X-ClickHouse-User": "ops", "X-ClickHouse-Key": "ops-password"}
    try:
        async with aiohttp.ClientSession() as session, session.post(url, data=text, headers=headers) as answer:
            return await answer.text()
    except aiohttp.ClientError:
        return ""


async def stored(home: Installation, number: int) -> None:
    """Wait until the store has so many picks."""

    async def there() -> bool:
        return await door(home, "SELECT count() FROM events FINAL WHERE kind = 'pick'") == f"{number}\n"

    await until(there, 60.0, f"{number} picks in the store")


def restored_ids(folder: Path) -> set[int]:
    """Ids of picks in an embedded store that nobody else has open. In a process of its own: one engine opens one
    folder, and other tests of this process have theirs open."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_ids, folder).result(60)


def _ids(folder: Path) -> set[int]:
    client: Client = open_writer(Store(folder=folder))
    try:
        return {row[0] for row in client.query("SELECT event_id FROM events FINAL WHERE kind = 'pick'").result_rows}
    finally:
        client.close()


async def test_a_backup_under_load(home: Installation, bootstrap: str, tmp_path: Path) -> None:
    """Taken while events come in; nobody else may read it; nothing is overwritten; damage is found; what is restored is
    what was stored at a moment, in each partition, and after a start nothing is missing; a new Kafka gets what only the
    old one had."""
    worker = home.worker("store")
    await home.produce(IDENTITIES, [("tg_chat:-1", b"older"), ("tg_chat:-1", b"newer"), ("tg_chat:-2", b"x")])
    await home.produce(LEAD_STATE, [("7", encode_state(LeadState(applied=500)))])
    await produce(home, 0, FIRST)
    await stored(home, FIRST)
    assert await door(home, "SELECT payload FROM events") == (
        "Code: 497. DB::Exception: payload has what clients said or wrote, and is not for you (ACCESS_DENIED)\n"
    )

    copy, produced, copied = tmp_path / "copy.zip", FIRST, asyncio.Event()

    async def load() -> None:
        nonlocal produced
        while not copied.is_set():
            await produce(home, produced, 50)
            produced += 50
            await asyncio.sleep(0.02)  # some thousand a second, not all that Kafka takes
        await produce(home, produced, 50)
        produced += 50

    loading = asyncio.ensure_future(load())
    code, said = await leadpulse(home, "backup", str(copy))
    copied.set()
    await loading
    assert code == 0, said
    assert "проверено" in said
    assert copy.stat().st_mode & 0o777 == 0o600
    code, said = await leadpulse(home, "backup", str(copy))
    assert (code, "уже есть" in said) == (1, True)
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.zip"]
    code, said = await leadpulse(home, "restore", str(copy))
    assert (code, "занята" in said) == (1, True)
    await stored(home, produced)
    assert home.end(worker, signal.SIGTERM) == 0

    broken = tmp_path / "broken.zip"
    broken.write_bytes(damaged(copy))
    code, said = await leadpulse(home, "restore", str(broken), LEADPULSE_STORE__FOLDER=str(tmp_path / "none"))
    assert code == 1
    assert "повреждён" in said or "не читается" in said

    other = tmp_path / "restored"
    code, said = await leadpulse(home, "restore", str(copy), LEADPULSE_STORE__FOLDER=str(other))
    assert code == 0, said
    assert "Kafka та же" in said
    code, said = await leadpulse(home, "restore", str(copy), "--without-kafka", LEADPULSE_STORE__FOLDER=str(other))
    assert (code, "уже есть строки" in said) == (1, True)
    ids = restored_ids(other)
    assert FIRST <= len(ids) < produced
    by_partition: dict[int, list[bool]] = {}
    for record in await home.read(LEAD_EVENTS):
        event = EVENT.decode(record.value)
        if not isinstance(event, Rejected) and isinstance(event, Pick):
            by_partition.setdefault(record.partition, []).append(int(event.event_id, 16) in ids)
    assert sum(map(sum, by_partition.values())) == len(ids)
    assert all(there == sorted(there, reverse=True) for there in by_partition.values()), "not one moment"

    home.worker("store", {"LEADPULSE_STORE__FOLDER": str(other)})
    await stored(home, produced)

    async with Installation(bootstrap, tmp_path / "new", {}) as new:
        for again in ([], ["--again"]):
            code, said = await leadpulse(new, "restore", str(copy), *again)
            assert code == 0, said
            links = {(record.key, record.value) for record in await new.read(IDENTITIES)}
            assert links == {(b"tg_chat:-1", b"newer"), (b"tg_chat:-2", b"x")}
            [state] = await new.read(LEAD_STATE)
            assert (state.key, decode_state(state.value or b"").applied) == (b"7", -1)


async def test_a_backup_grows_into_a_server(home: Installation, tmp_path: Path) -> None:
    """The same file fills a ClickHouse over HTTP; the store goes on there and reads again what came after the copy."""
    worker = home.worker("store")
    await produce(home, 0, 300)
    await stored(home, 300)
    copy = tmp_path / "copy.zip"
    code, said = await leadpulse(home, "backup", str(copy))
    assert code == 0, said
    await produce(home, 300, 50)
    await stored(home, 350)
    assert home.end(worker, signal.SIGTERM) == 0
    front = Front(tmp_path / "server")
    await front.up()
    server = {"LEADPULSE_STORE__BACKEND": "clickhouse", "LEADPULSE_STORE__URL": f"http://127.0.0.1:{front.port}"}
    code, said = await leadpulse(home, "restore", str(copy), **server)
    assert code == 0, said
    worker = home.worker("store", server)

    async def whole() -> bool:
        query = "SELECT uniqExact(event_id), count() FROM events FINAL WHERE kind = 'pick'"
        told = await ask(home, "/api/sql", {"query": query})
        return bool(told and told["rows"] == [[350, 350]])

    await until(whole, 60.0, "350 events on the server")
    assert home.end(worker, signal.SIGTERM) == 0
    await front.down()


def damaged(copy: Path) -> bytes:
    """With other bytes in the middle of an entry of the largest table."""
    with zipfile.ZipFile(copy) as file:
        entry = max(file.infolist(), key=lambda info: info.compress_size)
    found = bytearray(copy.read_bytes())
    at = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
    found[at : at + 4] = bytes(byte ^ 0xFF for byte in found[at : at + 4])
    return bytes(found)
