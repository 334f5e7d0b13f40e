"""Records that Kafka did not take and memory has no room for: one file, read from its beginning, gone when it is sent.

A record is two lengths (4 bytes each, big end first), the key and the value. What a kill tore off at the end is none.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

HEAD = 8


class Kept(NamedTuple):
    """A record as it goes to `source.audio`."""

    key: bytes
    value: bytes

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return HEAD + len(self.key) + len(self.value)


class Spool:
    """The file is one process's: another that finds it locked has none. Blocks: call it in a thread."""

    def __init__(self, path: Path, most: int) -> None:
        self._path, self._most = path, most
        self._file: int | None = None
        self._read, self._end = 0, 0
        self._opening = threading.Lock()

    def open(self) -> None:
        """Take what an earlier process left; once, whoever asks. Without a file that we may write, all is refused."""
        with self._opening:
            if self._file is None:
                self._open()

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.fchmod(file, 0o600)
            except OSError:
                os.close(file)
                raise
        except OSError as error:
            log.warning("no file for sound that Kafka does not take", extra={"error": repr(error)})
            return
        self._file, self._end = file, os.fstat(file).st_size

    @property
    def waits(self) -> bool:
        """Whether there is anything in it."""
        return self._end > self._read

    @property
    def waiting_bytes(self) -> int:
        """Of what is in it."""
        return self._end - self._read

    def add(self, records: Iterable[Kept]) -> list[Kept]:
        """Append them; those for which there is no room come back."""
        refused, taken, size = [], [], 0
        for record in records:
            if self._file is None or self._end + size + record.size > self._most:
                refused.append(record)
            else:
                taken.append(record)
                size += record.size
        if taken and self._file is not None:
            data = b"".join(_head(one) + one.key + one.value for one in taken)
            try:
                _write(self._file, data, self._end)
            except OSError as error:
                log.warning("sound does not go to its file", extra={"error": repr(error)})
                return [*taken, *refused]
            self._end += len(data)
        return refused

    def take(self, most: int) -> list[Kept]:
        """The first ones, together about `most` bytes; they stay until `done`."""
        return list(self._records(most))

    def done(self, records: Iterable[Kept]) -> None:
        """These, which `take` gave, are on Kafka."""
        self._read += sum(record.size for record in records)
        if self._read >= self._end and self._file is not None:
            os.ftruncate(self._file, 0)
            self._read = self._end = 0

    def close(self) -> None:
        """What is in it is for the next process; a file that is empty goes."""
        if self._file is not None:
            if not self.waits:
                self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def _records(self, most: int) -> Iterator[Kept]:
        at, begun = self._read, self._read
        while self._file is not None and at + HEAD <= self._end and at - begun < most:
            head = os.pread(self._file, HEAD, at)
            key, value = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
            body = os.pread(self._file, key + value, at + HEAD)
            if len(body) < key + value:
                break
            yield Kept(body[:key], body[key:])
            at += HEAD + key + value
        if at == begun:  # torn off: there is nothing behind it
            self._end = self._read


def _head(record: Kept) -> bytes:
    return len(record.key).to_bytes(4, "big") + len(record.value).to_bytes(4, "big")


def _write(file: int, data: bytes, at: int) -> None:
    while data:
        written = os.pwrite(file, data, at)
        data, at = data[written:], at + written
