"""Files of recordings are deleted, whoever wants it: an objection, an erasure, the time they are kept."""

import os
from pathlib import Path

from schemas.errors import Terminal, Transient
from streams.engine.places import look_at_share
from streams.settings import Speech

REPAIRED = "~repaired"
"""What the recorder agent puts behind the name of a file that it had to mend (`recorder.deliver`)."""


def delete_files(speech: Speech, relative: str) -> int:
    """Delete the recording's file and what the recorder agent made of it; how many. Blocking.

    Raises `Terminal` where the path leaves the recordings folder, `Transient` where the folder is away, `OSError`.
    """
    path = place_of(speech, relative)
    if not path.parent.is_dir():
        return 0
    stem = path.stem.removesuffix(REPAIRED)
    ours = [file for file in path.parent.iterdir() if file.stem in (stem, stem + REPAIRED) and file.is_file()]
    for file in ours:
        file.unlink()
    if ours:
        sync_folder(path.parent)
    return len(ours)


def place_of(speech: Speech, relative: str) -> Path:
    """Where the recording's file stands. Raises `Terminal`, `Transient` as `delete_files`."""
    root = speech.recordings.resolve()
    path = (root / relative).resolve()
    if not path.is_relative_to(root) or path == root:
        raise Terminal("the recording's path leaves the recordings folder")
    if away := look_at_share(root, speech.recordings_mount)():
        raise Transient(f"{root}: {away} (speech.recordings)")
    return path


def sync_folder(folder: Path) -> None:
    """A deletion that a crash takes back is none."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
