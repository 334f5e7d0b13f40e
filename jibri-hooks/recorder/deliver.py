"""Onto the shared storage: the one place that touches the target, always in a child process that may hang there."""

import errno
import os
from pathlib import Path
from uuid import uuid4

from recorder.copy import Pace, copy_file, make_folders, sync_folder
from recorder.jobs import Deliver, Delivered, Place
from recorder.regular import size_of


def deliver(job: Deliver, pace: Pace) -> Delivered:
    """Copy the recording and what was made of it. Raises OSError: all of them pass, or a person must act."""
    enter(job.place)
    state = job.source.stat()
    if (state.st_size, state.st_mtime_ns // 1_000_000) != (job.size, job.ended_at):
        raise OSError(errno.EAGAIN, "the recording has changed", str(job.source))
    root, owner = job.place.root, job.place.owner
    target = root / job.folder / job.file
    part = target.with_name(job.part)
    if size_of(target) is None:
        extra = sum(path.stat().st_size for path in (job.repaired, job.sound) if path)
        wanted = job.size + extra - (part.stat().st_size if part.exists() else 0)
        if (free := free_bytes(root)) < wanted + job.place.reserve:
            raise OSError(errno.ENOSPC, f"the target has {free >> 20} MB left", str(root))
    original = published = copy_file(job.source, target, part, pace, owner)
    stem = original.path.stem
    if job.repaired:
        published = copy_file(job.repaired, original.path.with_stem(f"{stem}~repaired"), part, pace, owner)
    sound = None
    if job.sound:
        sound = copy_file(job.sound, original.path.with_suffix(job.sound.suffix), part, pace, owner).path
    return Delivered(original, published, sound, free_bytes(root))


def try_out(place: Place) -> int:
    """Write, sync, name and delete a file as a copy does; bytes free. Raises OSError with the step that is refused."""
    enter(place)
    folder = place.root / f".leadpulse-check-{uuid4().hex}"
    make_folders(folder, place.owner)
    part = folder / "part"
    try:
        copy_file(Path(__file__), folder / "file", part, lambda size: None, place.owner).path.unlink()
    finally:
        part.unlink(missing_ok=True)
        folder.rmdir()
    sync_folder(place.root)
    return free_bytes(place.root)


def enter(place: Place) -> None:
    """Take the umask, and make sure that the share is there. Raises FileNotFoundError."""
    os.umask(place.umask)
    if place.mount and not place.mount.is_mount():
        raise FileNotFoundError(errno.ENOENT, "nothing is mounted", str(place.mount))
    if not place.root.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the target folder is missing", str(place.root))


def free_bytes(folder: Path) -> int:
    """Bytes that a user without privileges may still write. Raises OSError."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize
