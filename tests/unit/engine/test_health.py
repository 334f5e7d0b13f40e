"""The page of a worker: what it says, and when it says "not ready"."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from streams.engine.health import Check, HealthPage
from tests.ports import free_port

Page = tuple[str, dict[str, Check]]


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A running page, and the checks it shows."""
    checks: dict[str, Check] = {}
    port = free_port()
    running = HealthPage("127.0.0.1", port, lambda: checks)
    await running.start()
    yield f"http://127.0.0.1:{port}", checks
    await running.stop()


async def get(url: str) -> tuple[int, str]:
    """Status and body."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_ready_when_nothing_is_missing(page: Page) -> None:
    """All needs are met: 200 and their names."""
    url, checks = page
    checks |= {"assigned": True, "engine": True}
    assert await get(f"{url}/readyz") == (200, '{"assigned": true, "engine": true}')


@pytest.mark.parametrize(
    ("missing", "shown"),
    [(False, "false"), ("нет папки /rec (speech.recordings)", '"нет папки /rec (speech.recordings)"'), ("", '""')],
)
async def test_not_ready_says_why(page: Page, missing: Check, shown: str) -> None:
    """One missing need is 503; its words, also empty ones, are never taken for "yes" and can be read with curl."""
    url, checks = page
    checks |= {"assigned": True, "recordings": missing}
    assert await get(f"{url}/readyz") == (503, f'{{"assigned": true, "recordings": {shown}}}')
    assert await get(f"{url}/healthz") == (200, "ok\n")


async def test_metrics_are_served(page: Page) -> None:
    """Prometheus reads them here."""
    status, text = await get(f"{page[0]}/metrics")
    assert status == 200
    assert "python_info" in text
