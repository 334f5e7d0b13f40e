"""Processes that may end while they are looked at."""

import contextlib
import os
from pathlib import Path

import psutil


def ended(process: psutil.Process) -> bool:
    """Whether it runs no more; a zombie only waits for its parent to look."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def children(words: bytes) -> list[int]:
    """The ids of this process' children with these words in their command line."""
    found = []
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        with contextlib.suppress(OSError):
            if words in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(int(pid))
    return found
