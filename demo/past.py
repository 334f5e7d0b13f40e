"""What the signals would have said of half a year of made clients: `leadpulse backtest`, as a user would call it."""

import asyncio
import sys
from pathlib import Path

from bench.fleet import write

CLIENTS, DAYS, SEED = 30, 150, 1


async def look_back(folder: Path) -> list[str]:
    """Make the clients in `folder`, play them, and the table in lines. Raises `RuntimeError` with its code."""
    await asyncio.to_thread(write, folder, CLIENTS, DAYS, SEED)
    command = ("backtest", str(folder / "events.jsonl"), "--labels", str(folder / "labels.csv"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "streams.cli", *command, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"leadpulse backtest ended with {process.returncode}")
    return told.decode().splitlines()
