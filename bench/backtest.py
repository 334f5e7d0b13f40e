"""How fast `leadpulse backtest` plays a made fleet, started as a user would: `python -m bench.backtest`."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.fleet import write

CLIENTS, DAYS, SEED = 300, 120, 1
GOAL = 50_000
"""Events a second, the start of Python included."""
RUNS = 3
"""The best counts, for what disturbs only makes slower."""


def backtest() -> dict[str, object]:
    """The figures, each named with its unit. CPU is what a busy machine does not blur as much as time."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-backtest-") as folder:
        write(Path(folder), CLIENTS, DAYS, SEED)
        file = Path(folder) / "events.jsonl"
        with file.open("rb") as written:
            count = sum(1 for _ in written)
        runs = [_run(file) for _ in range(RUNS)]
    took, cpu = map(min, *runs)
    return {
        "backtest_events": count,
        "backtest_per_s": int(count / took),
        "backtest_per_cpu_s": int(count / cpu),
        "backtest_us": round(cpu / count * 1e6, 2),
    }


def _run(file: Path) -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "streams.cli", "backtest", str(file), "--json"],
        stdout=subprocess.DEVNULL,
        timeout=600,
        check=True,
    )
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    print(json.dumps(backtest()))
