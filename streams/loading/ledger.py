"""The last stock of each client that a system told, so that the next one shows what changed. One small file a system.

What changed is made of two snapshots, so both must be the same after a kill. The note is written before anything of a
file is sent, with the state before that file and the state after it: the same file again begins where it began, another
one goes on from its end.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from processors.snapshots import Snapshot, told
from processors.wms_event import Good
from streams.loading.note import Note

Known = dict[str, Snapshot]
"""By the owner of a stock (`processors.snapshots.owner_key`)."""


class _States(msgspec.Struct):
    """`key` is of the file that led from `before` to `after`."""

    key: str
    before: Known
    after: Known


class Ledger:
    """The note of one system. `stock_told`: it reports what comes and goes itself."""

    def __init__(self, folder: Path, source: str, *, stock_told: bool) -> None:
        self._note, self._stock_told = Note(folder / f"{source}.snapshots", _States), stock_told
        self._base: Known = {}
        self._after: Known = {}

    def begin(self, key: str) -> None:
        """The file with this key is read next. Raises `ConfigError`."""
        states = self._note.read()  # without one, the next snapshot is the first: it tells no change, and nothing false
        self._base = {} if states is None else states.before if states.key == key else states.after

    def told(self, goods: Iterable[Good]) -> Iterator[Good]:
        """The events of the file, and before each snapshot what changed since the one before it."""
        self._after = dict(self._base)
        return told(goods, self._after, stock_told=self._stock_told)

    def write(self, key: str) -> None:
        """After the file was read through once. On the disk when it returns. Raises `ConfigError`."""
        self._note.write(_States(key, self._base, self._after))
