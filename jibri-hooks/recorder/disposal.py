"""Local files after the verified copy and the broker's acknowledgement: kept, put into quarantine or deleted."""

import errno
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from recorder.event import Media
from recorder.media import METADATA, media_files
from recorder.settings import Local
from recorder.sweep import media_of

QUARANTINE = ".leadpulse-quarantine"
"""Beside the recording directories: the same file system, so that moving there is a rename."""
DAY_S = 86_400
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def dispose(directory: Path, published: Iterable[tuple[Path, Media]], local: Local) -> int:
    """Delete the published files or put them aside; the folder too when nothing else is left. The number of files.

    A file that was changed since it was published stays. Raises the first OSError, behind the other files.
    """
    if local == "keep":
        return 0
    aside = directory.parent / QUARANTINE / directory.name if local == "quarantine" else None
    count, faults = 0, []
    for path, state in published:
        try:
            if media_of(directory, path) == state:
                _remove(path, directory, aside)
                count += 1
        except OSError as error:
            faults.append(error)
    if not media_files(directory) and (directory / METADATA).is_file():
        _remove(directory / METADATA, directory, aside)
    for folder in [*{path.parent for path, _ in published if path.parent != directory}, directory]:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    if faults:
        raise faults[0]
    return count


def purge(recordings: Path, days: float, reserve: int, now_s: float) -> int:
    """Delete what is in quarantine longer than `days`, and the oldest first while the disk has less than `reserve`
    bytes left. The number of folders deleted. Raises the first OSError, behind the other folders.
    """
    count, faults = 0, []
    for folder, since_s in _oldest_first(recordings / QUARANTINE):
        if now_s - since_s < days * DAY_S and shutil.disk_usage(recordings).free >= reserve:
            break
        try:
            if stat.S_ISDIR(folder.lstat().st_mode):
                shutil.rmtree(folder)
            else:
                folder.unlink()
            count += 1
        except OSError as error:
            faults.append(error)
    if faults:
        raise faults[0]
    return count


def _remove(path: Path, directory: Path, aside: Path | None) -> None:
    """Where not even a name fits on the disk there is no quarantine: it would be emptied at once."""
    if aside is not None:
        place = aside / path.relative_to(directory)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)  # its folder is as old as the last move into it
            return
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
    path.unlink(missing_ok=True)


def _oldest_first(quarantine: Path) -> list[tuple[Path, float]]:
    if not quarantine.is_dir():
        return []
    return sorted(((path, path.lstat().st_mtime) for path in quarantine.iterdir()), key=lambda found: found[1])
