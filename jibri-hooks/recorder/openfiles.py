"""Which files are open by any process of this host, as far as /proc shows it."""

import os
from collections.abc import Iterator
from pathlib import Path

Name = tuple[str, str]
"""A file as (its folder's name, its name): another container may see the volume under another path."""


def open_files(proc: Path = Path("/proc")) -> set[Name]:
    """The names of open files.

    Only names are read (`readlink`): a look at a file on a hung mount would hang too. Processes of other users, and
    those of another container, cannot be looked into; then the quiet time alone decides.
    """
    return {(path.parent.name, path.name) for path in _links(proc)}


def _links(proc: Path) -> Iterator[Path]:
    for process in _names(proc):
        if not process.isdecimal():
            continue
        folder = proc / process / "fd"
        for descriptor in _names(folder):
            try:
                yield (folder / descriptor).readlink()
            except OSError:  # closed meanwhile
                continue


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  # thousands of bare numbers: no paths are made of them
    except OSError:  # ended meanwhile, or not ours
        return []
