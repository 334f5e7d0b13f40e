"""A table through its mapping, beside a plain read of the same file; and a portal in which nothing has changed."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.imports import peak_mb, plain_read
from streams.engine.clock import wall_clock
from streams.loading import goods, items_in, outputs, survey
from streams.loading.cursor import Progress
from streams.loading.reading import Survey
from streams.settings.mappings import mapping_of
from tests.fakes.bitrix import FakeBitrix
from tests.integration.test_import_wms import MAPPING, table
from tests.unit.notify.crm.test_rounds import BEFORE, DAY, MINUTE, NOON, Line

ROWS, OBJECTS = 100_000, 50_000
GOAL_MB = 200
"""Peak of memory of either."""


def sources() -> dict[str, Any]:
    """The figures, each from a process of its own."""
    return {name: value for part in ("rows", "sweep") for name, value in _run(part).items()}


def _run(part: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "bench.sources", part], capture_output=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def rows() -> dict[str, Any]:
    """As the command reads it: once looking, once making the records."""
    mapping, now = mapping_of(MAPPING), wall_clock()
    with tempfile.TemporaryDirectory(prefix="leadpulse-bench-") as folder:
        file = table(Path(folder) / "rows.csv", ROWS)
        plain_read(file)
        plain = plain_read(file)
        began = time.perf_counter()
        with items_in(file, mapping) as items:
            found = survey(items, mapping, now)
            progress = Progress(file.name, "table", now, found.events)
            made = sum(1 for _ in outputs(progress, goods(items, mapping, now, Survey())))
        seconds = time.perf_counter() - began
    assert made == found.events == ROWS
    return {
        "rows": ROWS,
        "rows_seconds": round(seconds, 2),
        "rows_per_s": round(ROWS / seconds),
        "rows_times_plain_read": round(seconds / plain),
        "rows_peak_mb": peak_mb(),
    }


async def _sweep(folder: Path) -> dict[str, Any]:
    async with FakeBitrix(per_second=1e6, burst=10**6) as fake:
        for number in range(1, OBJECTS + 1):
            fake.crm.put("lead", number, BEFORE, title=f"Лид {number}")
        line = Line(fake, folder)
        await line.rounds.round(NOON)
        line.sent = []
        began = time.perf_counter()
        await line.rounds.round(NOON + 5 * MINUTE)
        await line.rounds.sweep(NOON + DAY)
        seconds = time.perf_counter() - began
        await line.close()
    return {
        "sweep_objects": OBJECTS,
        "sweep_records": len(line.sent),
        "sweep_seconds": round(seconds, 2),
        "sweep_per_s": round(OBJECTS / seconds),
    }


def sweep() -> dict[str, Any]:
    """A round and a nightly sweep with the fake portal in the same process, without its limits."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-bench-") as folder:
        return asyncio.run(_sweep(Path(folder)))


if __name__ == "__main__":
    print(json.dumps({"rows": rows, "sweep": sweep}.get(sys.argv[1], sources)() if len(sys.argv) > 1 else sources()))
