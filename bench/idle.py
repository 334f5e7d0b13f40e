"""What `leadpulse up` costs when nothing happens: resident memory and CPU of the broker and the workers."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from bench.house import running

SETTLE_SECONDS, MEASURE_SECONDS = 15, 30


async def idle() -> dict[str, Any]:
    """Start everything in a temporary folder, wait until it is quiet, measure, stop."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-idle-") as folder:
        async with running(Path(folder), {}) as house:
            await asyncio.sleep(SETTLE_SECONDS)
            processes, before = house.processes(), house.cpu()
            await asyncio.sleep(MEASURE_SECONDS)
            after = house.cpu()
            memory = {name: process.memory_info().rss >> 20 for name, process in processes.items()}
    share = {name: (after[name] - before[name]) / MEASURE_SECONDS * 100 for name in before}
    return {
        "rss_mb": sum(memory.values()),
        "cpu_percent": round(sum(share.values()), 2),
        "processes": {name: {"rss_mb": memory[name], "cpu_percent": round(share[name], 2)} for name in sorted(memory)},
    }
