"""A verified copy: `.part` beside the destination, fsync, size and SHA-256, a hard link as its name, folder fsync.

A `.part` of an interrupted copy is continued: as far as its bytes are those of the source they stay, the rest is cut.
"""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from recorder.regular import open_regular, size_of

CHUNK = 1 << 20
"""Bytes held at once."""
SYNC_EVERY = 64 << 20
"""Bytes between two fdatasyncs: no sync takes long, and Jibri's own writes do not wait behind a full page cache."""
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""How a file system says that it has no hard links (SMB and some FUSE ones)."""

Pace = Callable[[int], None]
"""Told the bytes of each step; it may sleep, and it may raise."""
Owner = tuple[int, int]
"""User and group id; -1 leaves the one that is there."""


@dataclass(frozen=True, slots=True)
class Copied:
    """Where the file stands now, its bytes, their SHA-256 in hex, and how many bytes an earlier attempt had left."""

    path: Path
    size: int
    sha256: str
    resumed: int = 0


def copy_file(source: Path, target: Path, part: Path, pace: Pace, owner: Owner | None = None) -> Copied:
    """Copy `source` to `target` by way of `part`, or find that it is there already.

    Other bytes under the same name, and what is no file, are never overwritten: the copy then gets `~<first 8 digits of
    its hash>` behind its stem. Raises `OSError`, also when the copy differs or the source changed meanwhile.
    """
    if os.path.lexists(target):
        digest = hash_file(source, pace)
        beside = target.with_stem(f"{target.stem}~{digest[:8]}")
        for place in (target, beside):
            if size_of(place) == source.stat().st_size and hash_file(place, pace) == digest:
                part.unlink(missing_ok=True)
                return Copied(place, place.stat().st_size, digest)
        target = beside
    make_folders(target.parent, owner)
    copied = _write_part(source, part, pace)
    if part.stat().st_size != copied.size or hash_file(part, pace) != copied.sha256:
        raise OSError(errno.EIO, "the copy differs from the source", str(part))
    if owner is not None:
        os.chown(part, *owner)
    _name(part, target)
    sync_folder(target.parent)
    return Copied(target, copied.size, copied.sha256, copied.resumed)


def hash_file(path: Path, pace: Pace) -> str:
    """SHA-256 of a file as the storage has it, in hex. Raises OSError."""
    digest = sha256()
    with open_regular(path, buffering=0) as file:
        _forget(file)
        while chunk := file.read(CHUNK):
            pace(len(chunk))
            digest.update(chunk)
        _forget(file)
    return digest.hexdigest()


def make_folders(folder: Path, owner: Owner | None = None) -> None:
    """`mkdir -p` that survives a power cut: each new name is synced in its parent."""
    if folder.is_dir():
        return
    make_folders(folder.parent, owner)
    folder.mkdir(exist_ok=True)
    if owner is not None:
        os.chown(folder, *owner)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot sync a folder and say so
            raise
    finally:
        os.close(descriptor)


def _write_part(source: Path, part: Path, pace: Pace) -> Copied:
    digest = sha256()
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    with open_regular(source, buffering=0) as incoming, os.fdopen(descriptor, "r+b", buffering=0) as outgoing:
        before = os.fstat(incoming.fileno())
        size = resumed = 0
        fresh = False
        while size <= before.st_size and (chunk := incoming.read(CHUNK)):  # a growing file is not chased for ever
            pace(len(chunk))
            digest.update(chunk)
            if not fresh and outgoing.read(len(chunk)) == chunk:
                resumed += len(chunk)
            else:
                if not fresh:
                    fresh = True
                    outgoing.seek(size)
                    outgoing.truncate()
                _write_all(outgoing, chunk)
            if (size + len(chunk)) // SYNC_EVERY > size // SYNC_EVERY:
                os.fdatasync(outgoing.fileno())
                _forget(incoming)
                _forget(outgoing)
            size += len(chunk)
        outgoing.truncate(size)
        os.fsync(outgoing.fileno())
        _forget(incoming)
        after = os.fstat(incoming.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        raise OSError(errno.EAGAIN, "the recording changed while it was copied", str(source))
    return Copied(part, size, digest.hexdigest(), resumed)


def _write_all(file: BinaryIO, chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        left = left[file.write(left) :]


def _forget(file: BinaryIO) -> None:
    """Drop the file's clean pages: what is read back then comes from the storage, and the meeting keeps its cache."""
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _name(part: Path, target: Path) -> None:
    """Give the file its name without ever replacing another Jibri's. Raises FileExistsError when one came first."""
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "another file came first", str(target)) from error
        part.replace(target)
    else:
        part.unlink()
