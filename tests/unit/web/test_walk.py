"""Every page in a real Chromium, at a desk and on a phone, light and dark, in a network that is nothing but us (W2)."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser import needs_chromium
from tests.unit.web.walk import missed

ALONE = [shutil.which("unshare") or "unshare", "-n"]


def may_be_alone() -> bool:
    """Root in a container may not always make a network; elsewhere the walk counts foreign requests all the same."""
    try:
        return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def test_the_walk_misses_no_page() -> None:
    """A page that is new stands in the table of routes, and has to be walked."""
    assert missed() == set()


@needs_chromium
def test_every_page_is_silent_fits_and_can_be_read() -> None:
    """No error on the console, no report of the policy, no request elsewhere, nothing serious for axe-core, no page
    wider than its window, no target too small."""
    alone = may_be_alone()
    command = [*(ALONE if alone else []), sys.executable, "-m", "tests.unit.web.walk", *(["--alone"] if alone else [])]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == []
