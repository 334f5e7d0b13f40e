"""A folder of the embedded store as its first start leaves it, without one: the migrations take four seconds of CPU."""

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path

from tests.forked import Request, run

MIGRATION_SECONDS = 600.0
"""Two on a quiet machine."""


def copy_migrated(folder: Path) -> None:
    """Make the folder, with every table and no row."""
    shutil.copytree(_migrated(), folder, symlinks=True)


@functools.cache
def _migrated() -> Path:
    """Made once in a process, and gone with it."""
    place = Path(tempfile.mkdtemp(prefix="leadpulse-migrated-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    environ = {**os.environ, "LEADPULSE_STORE__FOLDER": str(place / "chdb")}
    done = run(Request("streams.cli", ("migrate",), environ), MIGRATION_SECONDS)
    assert done.returncode == 0, done.stderr
    return place / "chdb"
