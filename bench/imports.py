"""A chat export through the reader of `leadpulse import telegram`, beside a plain read of the same file."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from processors.telegram_export import chat_of
from streams.loading import Reading, export_in
from streams.loading.telegram import survey
from tests.exports import BASE, chat, said, written

MESSAGES = 200_000
GOAL_MB = 200
"""Peak of memory (issue 12)."""
_TEXT = "Добрый день! Подскажите, когда приедет машина за поставкой на Коледино, у нас 40 коробов готовы. "


def imported() -> dict[str, Any]:
    """The figures, from a process of its own."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-bench-") as folder:
        file = Path(folder) / "result.json"
        written(file, chat(1, [said(number, f"{_TEXT}{number}") for number in range(1, MESSAGES + 1)]))
        done = subprocess.run([sys.executable, "-m", "bench.imports", str(file)], capture_output=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _measured(file: Path) -> dict[str, Any]:
    reading = Reading(lambda head: chat_of(head.type, head.id, head.name), lambda _: {}, frozenset(), BASE * 1000)
    with file.open("rb") as source:
        plain_read(file)  # both find the file in the page cache
        plain = plain_read(file)
        began = time.perf_counter()
        found = survey(export_in(source, file), reading, 10)
        seconds = time.perf_counter() - began
    assert found.records == MESSAGES
    return {
        "import_messages": found.records,
        "import_seconds": round(seconds, 2),
        "import_per_s": round(found.records / seconds),
        "import_times_plain_read": round(seconds / plain, 1),
        "import_peak_mb": peak_mb(),
    }


def peak_mb() -> int:
    """Of this program alone: `ru_maxrss` begins with what its parent had."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) >> 10


def plain_read(file: Path) -> float:
    """Seconds for the bytes alone."""
    began = time.perf_counter()
    with file.open("rb") as source:
        while source.read(1 << 16):
            pass
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(_measured(Path(sys.argv[1])) if len(sys.argv) > 1 else imported()))
