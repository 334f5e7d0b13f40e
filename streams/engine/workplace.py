"""A job's folder in the spool of this machine; what a killed process left there can be told and removed."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

FOLDER = "job-{pid}-"
"""Prefix of a job's folder."""


def sweep(spool: Path) -> int:
    """Remove job folders of processes that are gone; returns how many. For a spool on this machine only."""
    stale = [folder for folder in spool.glob(FOLDER.format(pid="*") + "*") if not psutil.pid_exists(_pid(folder))]
    for folder in stale:
        shutil.rmtree(folder, ignore_errors=True)
    return len(stale)


def _pid(folder: Path) -> int:
    digits = folder.name.split("-")[1]
    return int(digits) if digits.isdecimal() else 0


@contextmanager
def workplace(spool: Path) -> Iterator[Path]:
    """A folder for one job. Raises `OSError`."""
    spool.mkdir(parents=True, exist_ok=True)
    prefix = FOLDER.format(pid=os.getpid())
    with tempfile.TemporaryDirectory(prefix=prefix, dir=spool, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
