"""A verified copy: `.part` beside the destination, fsync, size and SHA-256, rename, fsync of the folder.

Runs in a thread; `halt` ends it between two chunks, and then only the `.part` remains.
"""

import errno
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event

CHUNK = 1 << 20
"""Bytes held at once."""


class Halted(Exception):
    """The copy was told to stop."""


@dataclass(frozen=True, slots=True)
class Copied:
    """Where the file stands now, its bytes and their SHA-256 in hex."""

    path: Path
    size: int
    sha256: str


def copy_file(source: Path, target: Path, halt: Event) -> Copied:
    """Copy `source` to `target`, or find that it is there already.

    Other bytes under the same name are never overwritten: the file then gets `~<first 8 digits of its hash>` behind
    its stem. Raises `OSError` (also when the copy differs or the source changed meanwhile) and `Halted`.
    """
    if target.exists() and target.stat().st_size == source.stat().st_size:
        digest = hash_file(source, halt)
        if hash_file(target, halt) == digest:
            return Copied(target, target.stat().st_size, digest)
    _make_folders(target.parent)
    part = target.with_name(f".{target.name}.part")
    size, digest = _write_part(source, part, halt)
    if part.stat().st_size != size or hash_file(part, halt) != digest:
        raise OSError(errno.EIO, "the copy differs from the source", str(part))
    if target.exists():
        target = target.with_stem(f"{target.stem}~{digest[:8]}")
    part.replace(target)
    _sync_folder(target.parent)
    return Copied(target, size, digest)


def hash_file(path: Path, halt: Event) -> str:
    """SHA-256 of a file, in hex. Raises `OSError` and `Halted`."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            _stop_if(halt)
            digest.update(chunk)
    return digest.hexdigest()


def _write_part(source: Path, part: Path, halt: Event) -> tuple[int, str]:
    digest = sha256()
    size = 0
    with source.open("rb") as incoming, part.open("wb") as outgoing:
        before = os.fstat(incoming.fileno())
        while size <= before.st_size and (chunk := incoming.read(CHUNK)):  # a growing file is not chased for ever
            _stop_if(halt)
            digest.update(chunk)
            outgoing.write(chunk)
            size += len(chunk)
        outgoing.flush()
        os.fsync(outgoing.fileno())
        after = os.fstat(incoming.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        raise OSError(errno.EAGAIN, "the recording changed while it was copied", str(source))
    return size, digest.hexdigest()


def _make_folders(folder: Path) -> None:
    """`mkdir -p` that survives a power cut: each new name is synced in its parent."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot sync a folder and say so
            raise
    finally:
        os.close(descriptor)


def _stop_if(halt: Event) -> None:
    if halt.is_set():
        raise Halted
