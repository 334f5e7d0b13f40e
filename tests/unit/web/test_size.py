"""What the worker `web` loads: it draws pages, and holds nothing of the workers that read raw records."""

import subprocess
import sys

BELOW = ("numpy", "chdb", "processors.lead", "processors.normalize")
"""Some ten megabytes each, all that a page needs of them the store has done before. (jsonschema, which checks what
people enter in a command, is 2.5.)"""
LATER = ("processors.phrases", "processors.minutes.offline", "snowballstemmer", "httpx", "openai")
"""Two to four megabytes each, openai 44: loaded when a model is asked, or has answered."""


def test_the_page_loads_nothing_of_the_pipeline() -> None:
    """One import too many once took 14 MB: a key of a login stood among the normalizers, and numpy came with them."""
    code = f"import sys, streams.web.worker; print(*[name for name in {BELOW + LATER!r} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == []
