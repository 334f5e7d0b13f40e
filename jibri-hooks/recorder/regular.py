"""Regular files only: no link is followed and no open blocks, whatever somebody has put in a file's place."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


class NotRegular(OSError):
    """Something else than a file stands there: a link, a folder, a FIFO, a socket, a device."""


def open_regular(path: Path, buffering: int = -1) -> BinaryIO:
    """The file, to be read. Raises `NotRegular`, and OSError as `open` does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO}:  # a link; a socket
            raise
        raise NotRegular(errno.EINVAL, "not a regular file", str(path)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegular(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb", buffering=buffering)


def read_regular(path: Path, most: int) -> tuple[bytes, int]:
    """At most so many bytes of the file, and when it was written (ms UTC). Raises as `open_regular`."""
    with open_regular(path) as file:
        return file.read(most), os.fstat(file.fileno()).st_mtime_ns // 1_000_000


def size_of(path: Path) -> int | None:
    """Bytes of the file; None where there is none. Raises OSError."""
    try:
        state = path.lstat()
    except FileNotFoundError:
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) else None
