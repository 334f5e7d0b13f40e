"""`leadpulse worker NAME`: on which event loops a worker runs."""

import signal
import subprocess
import sys

WORKER = """
import asyncio, ctypes, sys, types
from streams.cli import main, run

class Worker:
    async def run(self):
        if "die" in sys.argv:
            ctypes.string_at(0)
        print(type(asyncio.get_running_loop()).__module__, type(asyncio.new_event_loop()).__module__)
        return 0

sys.modules["stand_in"] = types.SimpleNamespace(build=lambda settings: Worker())
run.WORKERS["pipeline"] = "stand_in"
main(["worker", "pipeline"])
"""


def test_worker_and_what_it_starts_run_on_uvloop() -> None:
    """The worker's own loop, and the one that Faust's consumer thread makes for itself."""
    done = subprocess.run([sys.executable, "-c", WORKER], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["uvloop", "uvloop"]


def test_a_worker_that_native_code_ends_says_where() -> None:
    """A signal leaves no traceback of its own, and whoever looks for the cause has only the log."""
    done = subprocess.run([sys.executable, "-c", WORKER, "die"], capture_output=True, text=True)
    assert done.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in done.stderr
    assert "in run" in done.stderr
