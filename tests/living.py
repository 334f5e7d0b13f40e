"""Folders that others work in: what they delete while one looks is not there, and no fault."""

import contextlib
import os
from pathlib import Path


def files(folder: Path) -> list[Path]:
    """All files below it. (`Path.rglob` raises where a folder that it has just seen is gone.)"""
    return [Path(at) / name for at, _, names in os.walk(folder) for name in names]


def open_to_others(folder: Path) -> list[Path]:
    """What below it somebody else than its owner may read or write."""
    below = [Path(at) / name for at, folders, names in os.walk(folder) for name in (*folders, *names)]
    found = []
    for path in below:
        with contextlib.suppress(FileNotFoundError):
            if not path.is_symlink() and path.stat().st_mode & 0o077:
                found.append(path)
    return found


def size(file: Path) -> int:
    """Its bytes; 0 of one that has just got another name."""
    with contextlib.suppress(FileNotFoundError):
        return file.stat().st_size
    return 0
