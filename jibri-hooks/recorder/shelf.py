"""Small files that outlive a full disk: what the disk does not take is held in memory until it does.

The agent's own notes lie on the disk that it must free. Were a note that cannot be written a fault of its recording,
nothing would be freed: the recording would be published again and again and never be deleted. A process that ends
meanwhile forgets what it held: that recording is published once more, under the same id.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from recorder.regular import read_regular

MOST = 1 << 20
"""Bytes that are read of one file: a note of a meeting with very many participants has some 100 kB."""

Entry = tuple[bytes, int]
"""Content, and when it was written (ms UTC)."""


class Shelf:
    """Files by their path. Everything appears and moves by rename, so a crash leaves nothing half-written."""

    def __init__(self) -> None:
        self._held: dict[Path, Entry] = {}
        self._gone: set[Path] = set()
        self.refusal = ""
        """Why the disk did not take the last thing that it refused; empty when nothing is held."""

    @property
    def held(self) -> int:
        """How much waits for the disk."""
        return len(self._held) + len(self._gone)

    def write(self, path: Path, content: bytes, ts: int) -> None:
        """Never raises: see above."""
        try:
            write_file(path, content, ts)
            self._held.pop(path, None)
        except OSError as error:
            self._held[path], self.refusal = (content, ts), str(error)
        self._gone.discard(path)

    def read(self, path: Path) -> Entry:
        """Raises OSError; `NotRegular` for what is no file."""
        if path in self._gone:
            raise FileNotFoundError(path)
        return self._held.get(path) or read_regular(path, MOST)

    def paths(self, folder: Path, pattern: str) -> Iterator[Path]:
        """What is there, in no order."""
        found = {path for path in folder.glob(pattern) if path not in self._gone}
        return iter(found | {path for path in self._held if path.parent == folder and path.match(pattern)})

    def move(self, source: Path, target: Path) -> None:
        """Raises OSError where the source cannot be read."""
        if source not in self._held:
            try:
                source.replace(target)
            except OSError:  # no room for a name in the other folder
                pass
            else:
                self._gone.discard(target)
                return
        self.write(target, *self.read(source))
        self.remove(source)

    def remove(self, path: Path) -> None:
        """Never raises."""
        self._held.pop(path, None)
        try:
            path.unlink(missing_ok=True)
            self._gone.discard(path)
        except OSError as error:
            self._gone.add(path)
            self.refusal = str(error)

    def catch_up(self) -> None:
        """Give the disk what it did not take before."""
        for path, entry in list(self._held.items()):
            self.write(path, *entry)
        for path in list(self._gone):
            self.remove(path)
        if not self.held:
            self.refusal = ""


def write_file(path: Path, content: bytes, ts: int) -> None:
    """Whole or not at all. `ts` is its time, ms UTC. Raises OSError."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.utime(temporary, (ts / 1000, ts / 1000))
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
