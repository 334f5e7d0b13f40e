"""The last stock of each client that a system told, so that the next one shows what changed. One small file a system.

What changed is made of two snapshots, so both must be the same after a kill. The note is written before anything of a
file is sent, with the state before that file and the state after it: the same file again begins where it began, another
one goes on from its end.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from processors.russian.system import os_reason
from processors.snapshots import Snapshot, told
from processors.wms_event import Good
from schemas.errors import ConfigError

Known = dict[str, Snapshot]
"""By the owner of a stock (`processors.snapshots.owner_key`)."""


class _Note(msgspec.Struct):
    """`key` is of the file that led from `before` to `after`."""

    key: str
    before: Known
    after: Known


class Ledger:
    """The note of one system. `stock_told`: it reports what comes and goes itself."""

    def __init__(self, folder: Path, source: str, *, stock_told: bool) -> None:
        self._file, self._stock_told = folder / f"{source}.snapshots", stock_told
        self._base: Known = {}
        self._after: Known = {}

    def begin(self, key: str) -> None:
        """The file with this key is read next. Raises `ConfigError`."""
        note = self._read()
        self._base = {} if note is None else note.before if note.key == key else note.after

    def told(self, goods: Iterable[Good]) -> Iterator[Good]:
        """The events of the file, and before each snapshot what changed since the one before it."""
        self._after = dict(self._base)
        return told(goods, self._after, stock_told=self._stock_told)

    def write(self, key: str) -> None:
        """After the file was read through once. On the disk when it returns. Raises `ConfigError`."""
        beside = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(msgspec.json.encode(_Note(key, self._base, self._after)))
                out.flush()
                os.fsync(out.fileno())
            beside.replace(self._file)
        except OSError as error:
            raise ConfigError(f"{self._file}: {os_reason(error)}") from error

    def _read(self) -> _Note | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Note)
        except (FileNotFoundError, msgspec.DecodeError):
            return None  # the next snapshot is the first again: it tells no change, and nothing false
        except OSError as error:
            raise ConfigError(f"{self._file}: {os_reason(error)}") from error
