"""Says how it was started, then ends or sleeps."""

import os
import sys
import time
from pathlib import Path

sys.stdout.write(f"imported {'streams.pipeline.worker' in sys.modules}\n")
sys.stdout.write(f"{sys.argv[1:]} {__name__} {sorted(os.environ.items())} {sys.stdin.read()!r} {Path.cwd()}\n")
sys.stdout.flush()
if sys.argv[1] == "sleep":
    time.sleep(600)
sys.exit(int(sys.argv[2]))
