"""A healthy first start: all workers are up before the broker and its topics, wait, and log no ERROR."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from streams.engine.clock import wall_clock
from streams.engine.signing_keys import ensure
from streams.engine.topics import apply
from tests.installation import Installation, until
from tests.ports import free_port

WORKERS = ("gateway", "pipeline", "transcribe", "minutes", "store", "notify", "web", "agent", "actions")
MISSING_HERE = {"telegram"}
"""Needs that are not met in this installation, and are no part of the start: it has no bot."""


@pytest.fixture
async def late(tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> AsyncIterator[Broker]:
    """A broker that a test starts when it likes."""
    port, controller_port = free_ports()
    broker = Broker(tmp_path / "kafka", port, controller_port, 384, await fetch(), tmp_path / "broker.log")
    yield broker
    await broker.stop()


async def missing(here: Installation, name: str) -> set[str]:
    """What a worker's `/readyz` misses; itself while its page is not there."""
    url = f"http://127.0.0.1:{getattr(here.settings.metrics, name)}/readyz"
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return {need for need, met in (await answer.json()).items() if met is not True}
    except aiohttp.ClientError:
        return {name}


async def ready(here: Installation, name: str) -> bool:
    """Whether nothing is missing that can be there."""
    return await missing(here, name) <= MISSING_HERE


@pytest.mark.timeout(900)
async def test_workers_wait_for_the_broker_and_its_topics_without_an_error(late: Broker, tmp_path: Path) -> None:
    """No port, then a broker without topics, then all of it: nobody ends, and an ERROR would be a false alarm."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (tmp_path / "storage").mkdir()
    environ = {
        "LEADPULSE_GATEWAY__PORT": str(free_port()),
        "LEADPULSE_SPEECH__RECORDINGS": str(tmp_path / "storage"),
        "LEADPULSE_SPEECH__VOSK_MODEL": str(Path("tests/fixtures/vosk-ru-tiny").absolute()),
        "LEADPULSE_COMMANDS__KEYS": str(tmp_path / "keys"),
    }
    here = Installation(late.bootstrap, logs, environ)
    running = {name: here.worker(name) for name in WORKERS}
    try:
        for name in WORKERS:
            await until(partial(_page_is_there, here, name), 90, f"{name} is up")
        await late.start()
        await asyncio.sleep(2)  # so that all have met a broker without topics
        await apply(here.settings.kafka)
        await ensure(here.settings.kafka, tmp_path / "keys", wall_clock())  # as `up` and `keys ensure` do
        for name in WORKERS:
            await until(partial(ready, here, name), 90, f"{name} is ready")
        assert {name: process.poll() for name, process in running.items()} == dict.fromkeys(WORKERS)
    finally:
        for process in running.values():
            here.end(process)
    lines = [line for path in sorted(logs.glob("*.log")) for line in path.read_text().splitlines()]
    assert [line for line in lines if " ERROR " in line or " CRITICAL " in line] == []


async def _page_is_there(here: Installation, name: str) -> bool:
    return await missing(here, name) != {name}
