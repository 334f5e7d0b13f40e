"""What lies in a recording directory: one or more media files, `metadata.json`, and whatever else."""

import errno
import os
from pathlib import Path

from recorder.regular import NotRegular, read_regular
from recorder.rooms import BadMetadata
from recorder.settings import Settings

METADATA = "metadata.json"
METADATA_MAX = 256 << 10
"""More of it is not read: the real ones have some hundred bytes."""

VIDEO = ("mp4", "mkv", "webm", "mov", "m4v", "ts", "flv", "avi", "3gp")
SOUND = ("m4a", "mka", "ogg", "oga", "opus", "wav", "flac", "aac", "mp3")
SUFFIXES = frozenset(f".{name}" for name in (*VIDEO, *SOUND))
"""`jibri.ffmpeg.recording-extension` is free, so the usual containers are all taken, not only mp4."""


def media_files(directory: Path) -> list[Path]:
    """The media files of a directory by name, and those of its sub-folders, one level down: some have ffmpeg write
    segments there, so that a kill costs one of them (a workaround for jibri#413).

    A link is passed over: it may lead anywhere. Raises OSError.
    """
    files, folders = _look_into(directory)
    return sorted(files) + sorted(file for folder in folders for file in _look_into(folder)[0])


def _look_into(directory: Path) -> tuple[list[Path], list[Path]]:
    """Media files and sub-folders."""
    with os.scandir(directory) as entries:
        shown = [entry for entry in entries if not entry.name.startswith(".")]
    files = [entry.name for entry in shown if entry.is_file(follow_symlinks=False)]
    folders = [directory / entry.name for entry in shown if entry.is_dir(follow_symlinks=False)]
    return [directory / name for name in files if Path(name).suffix.lower() in SUFFIXES], folders


def look_at_recordings(settings: Settings) -> None:
    """Raises FileNotFoundError, with the path and the setting, when the recordings folder is away."""
    mount, folder = settings.recordings_mount, settings.recordings
    if mount is not None and not mount.is_mount():
        raise FileNotFoundError(errno.ENOENT, "nothing is mounted (RECORDINGS_MOUNT)", str(mount))
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the recordings folder is missing (RECORDINGS)", str(folder))


def locate(recordings: Path, named: Path) -> Path | None:
    """The directory that a marker names, always one directly inside `recordings`; None when there is none.

    Jibri's container may see the volume under another path than the agent, so only the last part of the name counts.
    Raises FileNotFoundError when `recordings` is empty, as the folder below an unmounted volume is, and OSError when it
    is away: neither is the marker's fault.
    """
    with os.scandir(recordings) as entries:
        if next(entries, None) is None:
            raise FileNotFoundError(errno.ENOENT, "the recordings folder is empty (RECORDINGS)", str(recordings))
    if named.name.startswith(".") or not named.name or "\0" in named.name:
        return None
    found = recordings / named.name
    return found if found.is_dir() and not found.is_symlink() else None


def read_metadata_file(directory: Path) -> bytes | None:
    """The bytes of `metadata.json`, or None: Jibri only logs it when it could not write one.

    Raises `BadMetadata` where it is no file or may not be read, and OSError of the disk.
    """
    path = directory / METADATA
    try:
        return read_regular(path, METADATA_MAX)[0]
    except FileNotFoundError:
        return None
    except (NotRegular, PermissionError) as error:
        raise BadMetadata(f"metadata.json: {error.strerror}") from error


def modified_ms(path: Path) -> int:
    """When the file was last written, ms UTC."""
    return path.stat().st_mtime_ns // 1_000_000


def printable(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 become `\\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
