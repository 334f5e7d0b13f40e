"""Things that go away for a while: the broker, ClickHouse. Nothing is lost, the workers go on by themselves."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from schemas.topics import LEAD_ALERTS, LEAD_EVENTS
from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from streams.engine.clock import wall_clock
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.ports import free_port
from tests.semantics.load import history

AWAY = pytest.mark.parametrize("away", [8, pytest.param(20, marks=pytest.mark.proof)])
"""Seconds; a session of the installation's workers runs out after six."""
TOKEN, CHAT = "wms-token-of-the-test", 500
WORKERS = ("gateway", "pipeline", "transcribe", "store", "notify")


@pytest.fixture
async def mortal(tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> AsyncIterator[Broker]:
    """A broker of its own: the session's is not for killing."""
    port, controller_port = free_ports()
    jars = await fetch()
    async with Broker(tmp_path / "kafka", port, controller_port, 384, jars, tmp_path / "broker.log") as broker:
        yield broker


def environ(telegram: FakeTelegram, gateway_port: int) -> dict[str, str]:
    """A curator's chat, and a warehouse that may post."""
    return {
        "LEADPULSE_GATEWAY__PORT": str(gateway_port),
        "LEADPULSE_GATEWAY__WMS": json.dumps({"test": {"token": TOKEN}}),
        "LEADPULSE_GATEWAY__ACK_TIMEOUT": "2",
        "LEADPULSE_TELEGRAM__API": telegram.url,
        "LEADPULSE_TELEGRAM__TOKEN": telegram.token,
        "LEADPULSE_TELEGRAM__CURATOR_CHAT": str(CHAT),
    }


async def post_spike(port: int, lead: str) -> int:
    """One huge reservation through the gateway; the HTTP status, 0 when there is no answer."""
    event = {
        "id": f"{lead}-{time.monotonic_ns()}",
        "type": "reservation_created",
        "ts": wall_clock(),
        "client": {"kind": "lead", "value": lead},
        "doc": {"id": "R-1"},
        "qty": 900,
    }
    url, headers = f"http://127.0.0.1:{port}/hooks/wms/test", {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        try:
            async with session.post(url, json=event, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0


async def accepted(port: int, lead: str) -> None:
    """Post until the gateway takes it, as a sender does that obeys Retry-After."""

    async def taken() -> bool:
        return await post_spike(port, lead) == 200

    await until(taken, 60, f"the gateway takes the event of {lead}", pause=0.5)


async def told(telegram: FakeTelegram, lead: str, timeout: float = 60.0) -> None:
    """Wait for exactly one message about a lead."""

    async def arrived() -> bool:
        return len(about(telegram, lead)) == 1

    await until(arrived, timeout, f"the curator is told of {lead}")


def about(telegram: FakeTelegram, lead: str) -> list[str]:
    """Messages whose buttons belong to a lead."""
    return [
        message.text
        for message in telegram.messages.values()
        if any(button["callback_data"].startswith(f"a:{lead}:") for button in message.buttons)
    ]


@AWAY
async def test_broker_killed(mortal: Broker, tmp_path: Path, away: int) -> None:
    """All five workers outlive a killed broker; the gateway says 503 meanwhile; alerts go on; nothing is lost."""
    port = free_port()
    async with (
        FakeTelegram(chats={CHAT}) as telegram,
        Installation(mortal.bootstrap, tmp_path, environ(telegram, port)) as here,
    ):
        await here.produce(LEAD_EVENTS, history(["2001", "2002"]))
        workers = {name: here.worker(name) for name in WORKERS}
        await accepted(port, "2001")
        await told(telegram, "2001")
        mortal.kill()
        killed = time.monotonic()
        assert await post_spike(port, "2002") == 503
        await asyncio.sleep(max(0.0, away - (time.monotonic() - killed)))
        await mortal.start()
        await accepted(port, "2002")
        await told(telegram, "2002", 90)
        assert {name: worker.poll() for name, worker in workers.items()} == dict.fromkeys(WORKERS)
        await here.settled("store", LEAD_EVENTS, 60)
        assert len(about(telegram, "2001")) == 1
        for name in WORKERS:
            lines = (tmp_path / f"{name}-{WORKERS.index(name)}.log").read_text().splitlines()
            assert len(lines) < 200, f"{name} floods its log while the broker is away"


@asynccontextmanager
async def clickhouse(folder: Path) -> AsyncIterator[str]:
    """The URL of a ClickHouse (HTTP front over chDB) in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.fakes.clickhouse",
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    process.stdin.close()
    await process.wait()


async def fail_inserts(url: str, times: int) -> None:
    """Let so many inserts fail with 503; 0 ends it."""
    faults = [{"on": "INSERT INTO", "status": 503, "code": 0, "text": "away"}] * times
    async with aiohttp.ClientSession() as session, session.post(f"{url}/faults", json=faults) as answer:
        assert answer.status == 200


@AWAY
async def test_clickhouse_failing(bootstrap: str, tmp_path: Path, away: int) -> None:
    """While every insert fails, alerts still go out; afterwards everything is stored."""
    port = free_port()
    async with FakeTelegram(chats={CHAT}) as telegram, clickhouse(tmp_path / "clickhouse") as url:
        settings = environ(telegram, port) | {
            "LEADPULSE_STORE__BACKEND": "clickhouse",
            "LEADPULSE_STORE__URL": url,
            "LEADPULSE_STORE__DATABASE": "default",
        }
        async with Installation(bootstrap, tmp_path, settings) as here:
            await here.produce(LEAD_EVENTS, history(["3001", "3002"]))
            for name in ("gateway", "pipeline", "store", "notify"):
                here.worker(name)
            await accepted(port, "3001")
            await told(telegram, "3001")
            await here.settled("store", LEAD_EVENTS, 60)
            await here.settled("store", LEAD_ALERTS, 60)
            await fail_inserts(url, 5_000)
            failing = time.monotonic()
            await accepted(port, "3002")
            await told(telegram, "3002")
            assert await here.lag("store", LEAD_ALERTS) > 0, "the store must not have acked what ClickHouse refused"
            await asyncio.sleep(max(0.0, away - (time.monotonic() - failing)))
            await fail_inserts(url, 0)
            await here.settled("store", LEAD_EVENTS, 60)
            await here.settled("store", LEAD_ALERTS, 60)
            produced = {json.loads(record.value)["alert_id"] for record in await here.read(LEAD_ALERTS)}
            async with aiohttp.ClientSession() as session:
                query = {"query": "SELECT lower(hex(alert_id)) FROM alerts FINAL"}
                async with session.get(url, params=query) as answer:
                    stored = {line.rjust(16, "0") for line in (await answer.text()).split()}
            assert stored == produced
