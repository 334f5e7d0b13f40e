"""`leadpulse worker NAME`: on which event loops a worker runs."""

import subprocess
import sys

WORKER = """
import asyncio, sys, types
from streams.cli import main, run

class Worker:
    async def run(self):
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
