"""The gateway at the rate that the design names, on the real broker, with slow strangers at the door."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from schemas.topics import WMS
from streams.settings import Gateway
from tests.costs import Turns
from tests.installation import Installation, until
from tests.integration.gateway_line import ADDRESS, SOURCES, started
from tests.unit.gateway.strangers import FORGED, SLOW_HEAD, STRANGER, Slow, at_the_right_address

RATE, SECONDS = 1000, 20
MOST_OF_A_CORE = 0.8
"""Of the gateway's CPU at this rate: one process has no second core."""
IN_WORK = Gateway.model_fields["max_in_work"].default
TOKEN = "a-token-of-the-bench"


@pytest.mark.proof
async def test_a_thousand_single_events_a_second_without_a_refusal(
    bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Open loop beside 260 slow connections: each request gets 200, each event stands in Kafka, the broker is never
    taken for absent. Where the gateway or who sends waits for a core longer than it runs, others have the machine, the
    broker's part of it too: then it may say "later" once as many wait as may, and what it took is there all the same.
    """
    sources = json.dumps(SOURCES | {"bench": {"token": TOKEN}})
    async with (
        Installation(bootstrap, tmp_path) as installation,
        started(installation, LEADPULSE_GATEWAY__WMS=sources, LEADPULSE_GATEWAY__ACK_TIMEOUT="10") as gateway,
        AsyncExitStack() as slow,
    ):
        await until(gateway.ready, 60, "gateway is ready")
        for part in [FORGED] * 140 + [STRANGER, SLOW_HEAD, at_the_right_address(ADDRESS)] * 40:
            await slow.enter_async_context(Slow(gateway.port, part))
        before = Turns.of(gateway.process.pid)
        sender = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.sender", str(gateway.port), str(RATE), str(SECONDS), "100000"),
            env=os.environ | {"BENCH_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
        )
        said, sending = asyncio.ensure_future(sender.communicate()), Turns()
        while not said.done():
            sending = max(sending, Turns.of(sender.pid))
            await asyncio.wait([said], timeout=0.2)
        answers = json.loads((await said)[0])["answers"]
        serving = Turns.of(gateway.process.pid).since(before)
        record_property("answers", answers)
        record_property("CPU s of the gateway", round(serving.ran, 1))
        record_property("s it waited for a core", round(serving.waited, 1))
        crowded = answers["max_ms"] * RATE / 1000 >= IN_WORK
        starved = crowded and (serving.starved or sending.starved)
        untaken = answers["refused"] + answers["dropped"]
        assert answers["sent"] == RATE * SECONDS
        assert not untaken or starved
        assert serving.ran < SECONDS * MOST_OF_A_CORE
        assert RATE * SECONDS - untaken <= await installation.count(WMS) <= RATE * SECONDS
    log = (tmp_path / "gateway-0.log").read_text()
    assert starved or log.count("Kafka takes records") == 1
    assert starved or "does not take" not in log
