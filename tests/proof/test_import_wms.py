"""A hundred thousand rows of a warehouse from a CSV into the store."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.costs import Turns, peak_mb
from tests.installation import BUSY, Installation, until
from tests.integration.test_import_wms import in_store, linked, started, table
from tests.integration.test_store import QUICK

ROWS = 100_000
SECONDS, MB = 60, 200
"""Bars of issue 12, on two quiet cores: seconds in which who had most of the work waited for one do not count."""


@pytest.mark.proof
async def test_a_hundred_thousand_rows_are_in_the_store_within_a_minute(
    bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """From the start of the command to the last row that a query finds; the command's memory is bounded."""
    async with Installation(bootstrap, tmp_path, QUICK) as home:
        await linked(home)
        file = table(tmp_path / "rows.csv", ROWS)
        workers = [home.worker(name) for name in ("pipeline", "store")]
        await until(lambda: in_store(home, 0), 60, "the store answers")
        began = time.monotonic()
        process, peak, turns = started(home, file, fresh=True), 0, Turns()
        while process.poll() is None and time.monotonic() - began < SECONDS * BUSY:
            peak, turns = max(peak, peak_mb(process.pid)), max(turns, Turns.of(process.pid))
            await asyncio.sleep(0.05)
        assert process.returncode == 0
        loaded = time.monotonic() - began
        await until(lambda: in_store(home, ROWS), SECONDS, "all rows are in the store")
        stored = time.monotonic() - began
        waited = max(turns.waited, *(Turns.of(worker.pid).waited for worker in workers))
        record_property("rows", ROWS)
        record_property("seconds to load", round(loaded, 1))
        record_property("seconds to the store", round(stored, 1))
        record_property("seconds without a core", round(waited, 1))
        record_property("MB of the command", peak)
        assert 0 < peak < MB
        assert stored - waited < SECONDS
