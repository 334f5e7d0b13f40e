"""Looks at folders and disks, for `conditions` and `leadpulse check`. Words are Russian; nothing is written."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from streams.engine.conditions import Condition

RELIEF = 1.2
"""A disk is well again with so many times the space below which it was told: one near the limit is one trouble."""


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there: a folder of ours is made when it is needed."""
    return next(at for at in (path.absolute(), *path.absolute().parents) if at.exists())


def disk_of(path: Path) -> Path:
    """The mount point of the disk that `path` is on, or will be."""
    at = existing(path)
    device = at.stat().st_dev
    while at != at.parent and at.parent.stat().st_dev == device:
        at = at.parent
    return at


def free_mb(path: Path) -> int:
    """MB that we may still write where `path` is, or will be."""
    return shutil.disk_usage(existing(path)).free >> 20


def disk(path: Path, least_mb: int) -> Condition:
    """There is room where a worker writes. Workers on one disk watch the same condition."""
    low = False

    def look() -> str:
        nonlocal low
        free = free_mb(path)
        low = free < least_mb * (RELIEF if low else 1)
        return f"свободно {free} МБ, нужно {least_mb}" if low else ""

    return Condition("disk_full", f"{disk_of(path)} (узел {socket.gethostname()})", look)


def mounted(folder: Path, mount: Path | None) -> Condition:
    """The recordings are there: the folder can be read, and what must be mounted is."""
    return Condition("recordings_missing", str(folder), look_at_share(folder, mount))


def look_at_share(folder: Path, mount: Path | None) -> Callable[[], str]:
    """What is wrong with the recordings folder."""

    def look() -> str:
        if mount is not None and not mount.is_mount():
            return f"в {mount} ничего не смонтировано"
        if not folder.exists():
            return "папки нет"
        if not folder.is_dir():
            return "это не папка"
        return "" if os.access(folder, os.R_OK | os.X_OK) else "нет права читать папку"

    return look
