"""What is told of another process."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.costs import Turns, forget_peak, peak_mb

CORE = min(os.sched_getaffinity(0))
HELD = f"import os; os.sched_setaffinity(0, {{{CORE}}}); held = bytearray(64 << 20)\nwhile True: pass"
"""One core, 64 MB, and never a rest."""
DEADLINE_S = 60.0


def test_three_on_one_core_are_starved() -> None:
    """Each waits twice as long as it runs; its memory is its own; of who is gone nothing is told."""
    processes = [subprocess.Popen([sys.executable, "-c", HELD]) for _ in range(3)]
    try:
        until = time.monotonic() + DEADLINE_S
        while min(Turns.of(one.pid).ran for one in processes) < 0.3 and time.monotonic() < until:
            time.sleep(0.05)
        assert [Turns.of(one.pid).starved for one in processes] == [True] * 3
        assert all(64 <= peak_mb(one.pid) < 128 for one in processes)
    finally:
        for one in processes:
            one.kill()
            one.wait()
    assert [Turns.of(one.pid) for one in processes] == [Turns()] * 3
    assert [peak_mb(one.pid) for one in processes] == [0] * 3


def test_who_had_his_core_is_not_starved() -> None:
    """Only what came since counts."""
    assert not Turns(5.0, 9.0).since(Turns(1.0, 6.0)).starved


def test_a_peak_is_forgotten() -> None:
    """What this process had before, and who started another one, is not counted."""
    held = bytearray(200 << 20)
    high = peak_mb(os.getpid())
    del held
    forget_peak()
    assert peak_mb(os.getpid()) < high - 100
    told = "import os; from tests.costs import peak_mb; print(peak_mb(os.getpid()))"
    held = bytearray(200 << 20)
    assert int(subprocess.check_output([sys.executable, "-c", told], cwd=Path(__file__).parents[2])) < 100
    del held
