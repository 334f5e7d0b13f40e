"""An export of two hundred thousand messages into Kafka and the store."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.engine.clock import wall_clock
from tests.costs import Turns, peak_mb
from tests.exports import chat, said, written
from tests.installation import BUSY, Installation, until
from tests.integration.test_import_telegram import counted, linked
from tests.integration.test_store import QUICK

MESSAGES = 200_000
SECONDS, MB = 60, 200
"""Bars of issue 12, on two quiet cores: seconds in which the command waited for one do not count."""


@pytest.mark.proof
async def test_two_hundred_thousand_messages_are_loaded_within_a_minute(
    bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """From the start of the command to its end; then every message is in the store, once."""
    start = wall_clock() // 1000 - 300 * 86_400
    messages = [said(number, f"{number}: когда приедет машина?", start + number) for number in range(1, MESSAGES + 1)]
    file = written(tmp_path / "result.json", chat(1, messages))
    del messages
    async with Installation(bootstrap, tmp_path / "home", QUICK) as home:
        await linked(home)
        for name in ("pipeline", "store"):
            home.worker(name)
        await until(lambda: counted(home, 0), 60, "the store answers")
        began = time.monotonic()
        process = home.start("streams.cli", "import", "telegram", str(file))
        peak, turns = 0, Turns()
        while process.poll() is None and time.monotonic() - began < SECONDS * BUSY:
            peak, turns = max(peak, peak_mb(process.pid)), max(turns, Turns.of(process.pid))
            await asyncio.sleep(0.05)
        assert process.returncode == 0
        loaded = time.monotonic() - began
        await until(lambda: counted(home, MESSAGES), 300, "all messages are in the store")
        record_property("messages", MESSAGES)
        record_property("seconds to load", round(loaded, 1))
        record_property("seconds to the store", round(time.monotonic() - began, 1))
        record_property("seconds without a core", round(turns.waited, 1))
        record_property("MB of the command", peak)
        assert 0 < peak < MB
        assert loaded - turns.waited < SECONDS
