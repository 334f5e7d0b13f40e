"""Processes that may end while they are looked at."""

from collections.abc import Iterator

import psutil


def ended(process: psutil.Process) -> bool:
    """Whether it runs no more; a zombie only waits for its parent to look."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def commands(pid: int) -> Iterator[tuple[psutil.Process, list[str]]]:
    """The living processes that this one has started, and theirs, with the words of their command lines."""
    for child in psutil.Process(pid).children(recursive=True):
        try:
            words = child.cmdline()
        except psutil.NoSuchProcess:
            continue
        yield child, words
