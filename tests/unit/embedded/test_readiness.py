"""`leadpulse up` is ready when its own workers are, whoever else answers on their ports."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import cast

import pytest
from aiohttp import web

from streams.embedded.child import Child
from streams.embedded.readiness import all_ready
from streams.engine.health import HealthPage
from streams.settings import Metrics
from tests.ports import free_port


class Running:
    """A child with a process id."""

    name = "store"

    def __init__(self, pid: int | None) -> None:
        self.pid = pid


def ready(pid: int | None, port: int) -> "asyncio.Future[None]":
    """Waiting for one worker."""
    return asyncio.ensure_future(all_ready([cast(Child, Running(pid))], Metrics(store=port)))


@pytest.fixture
def page() -> Callable[[dict[str, bool | str]], tuple[HealthPage, int]]:
    """A worker's page of this very process."""

    def make(checks: dict[str, bool | str]) -> tuple[HealthPage, int]:
        port = free_port()
        return HealthPage("127.0.0.1", port, lambda: checks), port

    return make


async def test_an_orphans_page_does_not_count(caplog: pytest.LogCaptureFixture) -> None:
    """A process of an earlier start, or of any other program, that says 200 on our worker's port is not our worker."""
    app = web.Application()
    app.router.add_get("/readyz", _foreign)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    with caplog.at_level(logging.INFO):
        waiting = ready(4711, port)
        await asyncio.sleep(1.5)
    assert not waiting.done()
    assert "store (на его порту отвечает чужой процесс)" in caplog.text
    waiting.cancel()
    await runner.cleanup()


async def _foreign(_: web.Request) -> web.Response:
    return web.json_response({"assigned": True})


async def test_our_own_worker_counts_when_it_is_ready(
    page: Callable[[dict[str, bool | str]], tuple[HealthPage, int]], caplog: pytest.LogCaptureFixture
) -> None:
    """What is missing is said in words; then it is ready."""
    checks: dict[str, bool | str] = {"assigned": False, "disk": "мало места", "api": True}
    health, port = page(checks)
    await health.start()
    with caplog.at_level(logging.INFO):
        waiting = ready(os.getpid(), port)
        await asyncio.sleep(1.0)
        assert not waiting.done()
        checks |= {"assigned": True, "disk": True}
        async with asyncio.timeout(30):
            await waiting
    assert "жду процессы: store (разделы Kafka, мало места)" in caplog.text
    await health.stop()
