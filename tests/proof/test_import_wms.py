"""A hundred thousand rows of a warehouse from a CSV into the store."""

import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installation import BUSY, Installation, until
from tests.integration.test_import_wms import in_store, linked, started, table
from tests.integration.test_store import QUICK

ROWS = 100_000
SECONDS, MB = 60, 200
"""Bars of issue 12, on two quiet cores."""


@pytest.mark.proof
async def test_a_hundred_thousand_rows_are_in_the_store_within_a_minute(
    bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """From the start of the command to the last row that a query finds; the command's memory is bounded."""
    async with Installation(bootstrap, tmp_path, QUICK) as home:
        await linked(home)
        file = table(tmp_path / "rows.csv", ROWS)
        for name in ("pipeline", "store"):
            home.worker(name)
        await until(lambda: in_store(home, 0), 60, "the store answers")
        began = time.monotonic()
        process = started(home, file, fresh=True)  # a child of ours, whose memory is told below
        assert process.wait(SECONDS * BUSY) == 0
        loaded = time.monotonic() - began
        await until(lambda: in_store(home, ROWS), SECONDS, "all rows are in the store")
        record_property("rows", ROWS)
        record_property("seconds to load", round(loaded, 1))
        record_property("seconds to the store", round(time.monotonic() - began, 1))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        record_property("MB of the largest child", peak)
        assert time.monotonic() - began < SECONDS
