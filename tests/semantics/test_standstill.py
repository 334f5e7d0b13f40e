"""A worker that stands still without a word: it heals itself, or says so and ends within a minute."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from schemas.topics import LEAD_EVENTS, WMS
from tests.installation import Installation, until
from tests.ports import free_port


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation with a little patience."""
    async with Installation(bootstrap, tmp_path, {"LEADPULSE_PIPELINE__WATCHDOG_SECONDS": "9"}) as installation:
        yield installation


async def readyz(port: int) -> dict[str, bool | str]:
    """What the worker says is missing; nothing while its page is not there."""
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            found: dict[str, bool | str] = await answer.json()
            return found
    except aiohttp.ClientError:
        return {}


@pytest.mark.timeout(120)
async def test_batch_that_faust_dropped_is_delivered_again(here: Installation) -> None:
    """It blocks its partition's place, and nobody has it: seen and read anew within two looks, without a restart."""
    lost = here.start("tests.semantics.trouble", environ={"TROUBLE": "drop", "STARTED": str(here.folder / "started")})
    await here.produce(WMS, [("lead", b"first")])
    await until(lambda: _there(here.folder / "started"), 60, "the batch is lost")
    await here.produce(WMS, [("lead", b"second")])
    await here.settled("pipeline", WMS, 60)
    copied = [record.value for record in await here.read(LEAD_EVENTS)]  # what came behind may come again, too
    assert set(copied) == {b"first", b"second"}
    assert copied.count(b"first") == 1
    assert lost.poll() is None


@pytest.mark.timeout(120)
async def test_worker_whose_group_gives_nobody_anything_says_so_and_ends(here: Installation) -> None:
    """Its leader gives no partition to anybody: not ready, with the reason, then exit code 70 for the supervisor."""
    port = free_port()
    worker = here.start(
        "tests.semantics.trouble",
        environ={
            "TROUBLE": "no-share",
            "STARTED": str(here.folder / "started"),
            "LEADPULSE_METRICS__PIPELINE": str(port),
        },
    )
    said: dict[str, bool | str] = {}

    async def told() -> bool:
        said.update(await readyz(port))
        return said.get("progress") == f"разделов без хозяина: {WMS.partitions}"

    await until(told, 60, "/readyz tells what is wrong")
    assert said["assigned"] is not True
    assert await asyncio.to_thread(worker.wait, 60) == 70


async def _there(path: Path) -> bool:
    return path.exists()
