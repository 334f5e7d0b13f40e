"""What the offline extract costs: a meeting of ninety minutes in a process of its own, its caches cold."""

import json
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from processors.minutes import extract
from schemas.meetings import Utterance
from schemas.minutes import Conversation

MEETINGS = Path("tests/fixtures/meetings")
WORDS = 12_000
"""Ninety minutes of quick talk."""

GOAL_CPU_S, GOAL_MB = 0.84, 150
"""Three times the 0.28 s of CPU that it took before clauses were parted (same machine; the clock on the wall tells what
else runs there), and what the process may take at most (issue 11)."""


def minutes() -> dict[str, object]:
    """The figures, each named with its unit."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.minutes"], capture_output=True, timeout=120, check=True, text=True
    )
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


def meeting() -> Conversation:
    """The written meetings one after the other, as unknown speakers, till they are long enough."""
    utterances: list[Utterance] = []
    words = at_ms = 0
    while True:
        for path in sorted(MEETINGS.glob("[0-9][0-9].json")):
            held = msgspec.json.decode(path.read_bytes(), type=Conversation)
            for said in held.utterances:
                utterances.append(Utterance(at_ms + said.start_ms, at_ms + said.end_ms, said.text))
                words += len(said.text.split())
                if words >= WORDS:
                    return Conversation(utterances, started_at=1_763_000_000_000)
            at_ms += held.duration_ms


def _peak_kb() -> int:
    """`VmHWM`; unlike `ru_maxrss` it does not begin with what the parent had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def main() -> None:
    """Measure and print; the peak is that of the whole process, Python and its libraries included."""
    held = meeting()
    before = _peak_kb()
    began, spent = time.perf_counter(), time.process_time()
    found = extract(held)
    took, cpu = time.perf_counter() - began, time.process_time() - spent
    peak = _peak_kb()
    figures = {
        "minutes_90min_s": round(took, 3),
        "minutes_90min_cpu_s": round(cpu, 3),
        "minutes_90min_peak_mb": round(peak / 1024),
        "minutes_90min_added_mb": round((peak - before) / 1024),
        "minutes_90min_items": len(found.decisions) + len(found.actions),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
