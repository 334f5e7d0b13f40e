"""What lies in a recording directory: one or more media files, `metadata.json`, and whatever else."""

import os
from pathlib import Path

METADATA = "metadata.json"
METADATA_MAX = 256 << 10
"""More of it is not read: the real ones have some hundred bytes."""

VIDEO = ("mp4", "mkv", "webm", "mov", "m4v", "ts", "flv", "avi", "3gp")
SOUND = ("m4a", "mka", "ogg", "oga", "opus", "wav", "flac", "aac", "mp3")
SUFFIXES = frozenset(f".{name}" for name in (*VIDEO, *SOUND))
"""`jibri.ffmpeg.recording-extension` is free, so the usual containers are all taken, not only mp4."""


def media_files(directory: Path) -> list[Path]:
    """The media files of a directory by name. A link is passed over: it may lead anywhere. Raises OSError."""
    with os.scandir(directory) as entries:
        return sorted(
            directory / entry.name
            for entry in entries
            if Path(entry.name).suffix.lower() in SUFFIXES
            and not entry.name.startswith(".")
            and entry.is_file(follow_symlinks=False)
        )


def locate(recordings: Path, named: Path) -> Path | None:
    """The directory that a marker names, always one directly inside `recordings`; None when there is none.

    Jibri's container may see the volume under another path than the agent, so only the last part of the name counts.
    Raises FileNotFoundError when `recordings` itself is away, which is not the marker's fault.
    """
    if not recordings.is_dir():
        raise FileNotFoundError(f"the recordings folder is missing: {recordings}")
    if named.name.startswith(".") or not named.name or "\0" in named.name:
        return None
    found = recordings / named.name
    return found if found.is_dir() and not found.is_symlink() else None


def read_metadata_file(directory: Path) -> bytes | None:
    """The bytes of `metadata.json`, or None: Jibri only logs it when it could not write one."""
    try:
        with (directory / METADATA).open("rb") as file:
            return file.read(METADATA_MAX)
    except FileNotFoundError:
        return None


def modified_ms(path: Path) -> int:
    """When the file was last written, ms UTC."""
    return path.stat().st_mtime_ns // 1_000_000


def printable(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 become `\\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
