"""Local files after the verified copy and the broker's acknowledgement: kept, put into quarantine or deleted."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from recorder.event import Media
from recorder.media import METADATA, media_files
from recorder.settings import Local
from recorder.sweep import media_of

QUARANTINE = ".leadpulse-quarantine"
"""Beside the recording directories: the same file system, so that moving there is a rename."""
DAY_S = 86_400


def dispose(directory: Path, published: Iterable[tuple[Path, Media]], local: Local) -> int:
    """Delete the published files or put them aside; the folder too when nothing else is left. The number of files.

    A file that was changed since it was published stays. Raises OSError.
    """
    if local == "keep":
        return 0
    aside = directory.parent / QUARANTINE / directory.name if local == "quarantine" else None
    count = 0
    for path, state in published:
        if media_of(path) == state:
            _remove(path, aside)
            count += 1
    if not media_files(directory):
        _remove(directory / METADATA, aside)
    if not any(directory.iterdir()):
        directory.rmdir()
    return count


def purge(recordings: Path, days: float, reserve: int, now_s: float) -> int:
    """Delete what is in quarantine longer than `days`, and the oldest first while the disk has less than `reserve`
    bytes left. The number of folders deleted. Raises OSError.
    """
    count = 0
    for folder, since_s in _oldest_first(recordings / QUARANTINE):
        if now_s - since_s < days * DAY_S and shutil.disk_usage(recordings).free >= reserve:
            break
        shutil.rmtree(folder)
        count += 1
    return count


def _remove(path: Path, aside: Path | None) -> None:
    if aside is None:
        path.unlink(missing_ok=True)
    elif path.exists():
        aside.mkdir(parents=True, exist_ok=True)
        path.replace(aside / path.name)  # its folder is as old as the last move into it


def _oldest_first(quarantine: Path) -> Iterator[tuple[Path, float]]:
    if quarantine.is_dir():
        yield from sorted(((path, path.stat().st_mtime) for path in quarantine.iterdir()), key=lambda found: found[1])
