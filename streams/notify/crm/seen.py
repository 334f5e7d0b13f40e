"""What of a portal has been sent already, and how far each kind has been read: a database beside the store's folder.

Written after the broker's ack: what is lost of it is read and sent again, with the same ids.
"""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from processors.russian.system import os_reason
from schemas.bitrix import Kind
from schemas.errors import ConfigError
from schemas.types import Millis

BUSY_SECONDS = 10.0
"""For another process that has the file: a command, or a worker that is just ending."""

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS seen (kind TEXT, id INT, digest BLOB, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rounds (kind TEXT PRIMARY KEY, since INT, until INT, after INT, whole INT);
CREATE TABLE IF NOT EXISTS sweeps (day INT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS calls (id INT PRIMARY KEY, ended INT, fields BLOB, asked INT DEFAULT 0, due INT DEFAULT 0);
"""


class Round(msgspec.Struct, frozen=True):
    """A round in work reads what changed from `since` to `until` (ms UTC; 0: from the beginning), and has read ids up
    to `after`. `whole`: it came to its end."""

    since: Millis
    until: Millis
    after: int = 0
    whole: bool = False


class Call(NamedTuple):
    """A telephone call whose words are looked for. `ended` in ms UTC; `asked` so many times; `fields` as told."""

    id: int
    ended: Millis
    fields: bytes
    asked: int = 0


class Seen:
    """The note of one portal."""

    def __init__(self, file: Path) -> None:
        """Raises `ConfigError`."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
            self._base = sqlite3.connect(file, BUSY_SECONDS, isolation_level=None)
            self._base.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            reason = os_reason(error) if isinstance(error, OSError) else "файл не читается как база"
            raise ConfigError(f"{file}: {reason}") from error

    def changed(self, kind: Kind, digests: dict[int, bytes]) -> set[int]:
        """Ids whose object is not the one that was sent last."""
        return {id_ for id_, digest in digests.items() if self._digest(kind, id_) != digest}

    def _digest(self, kind: Kind, id_: int) -> bytes | None:
        row = self._base.execute("SELECT digest FROM seen WHERE kind = ? AND id = ?", (kind, id_)).fetchone()
        return None if row is None else row[0]

    def sent(self, kind: Kind, digests: dict[int, bytes]) -> None:
        """The broker has these."""
        rows = [(kind, id_, digest) for id_, digest in digests.items()]
        self._many("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", rows)

    def forget(self, kind: Kind, ids: Iterable[int]) -> None:
        """These are gone."""
        self._many("DELETE FROM seen WHERE kind = ? AND id = ?", [(kind, id_) for id_ in ids])

    def ids(self, kind: Kind) -> set[int]:
        """All that was sent and is not gone."""
        return {row[0] for row in self._base.execute("SELECT id FROM seen WHERE kind = ?", (kind,))}

    def round(self, kind: str) -> Round | None:
        """How far a kind, or the comments of one, have been read."""
        row = self._base.execute("SELECT since, until, after, whole FROM rounds WHERE kind = ?", (kind,)).fetchone()
        return None if row is None else Round(row[0], row[1], row[2], bool(row[3]))

    def note(self, kind: str, at: Round) -> None:
        """A page, or the end, has been read."""
        row = (kind, at.since, at.until, at.after, at.whole)
        self._base.execute("INSERT OR REPLACE INTO rounds VALUES (?, ?, ?, ?, ?)", row)

    def swept(self, day: int) -> bool:
        """Whether the sweep of a local day is done."""
        return self._base.execute("SELECT 1 FROM sweeps WHERE day >= ?", (day,)).fetchone() is not None

    def note_sweep(self, day: int) -> None:
        """It is."""
        self._base.execute("INSERT OR REPLACE INTO sweeps VALUES (?)", (day,))

    def owe(self, calls: Iterable[Call]) -> None:
        """The words of these are to be found. A call that is owed already, or was, is left as it is."""
        rows = [(call.id, call.ended, call.fields) for call in calls]
        self._many("INSERT OR IGNORE INTO calls (id, ended, fields) VALUES (?, ?, ?)", rows)

    def calls(self, now: Millis, most: int) -> list[Call]:
        """Those whose time has come, the longest due first."""
        found = self._base.execute(
            "SELECT id, ended, fields, asked FROM calls WHERE fields IS NOT NULL AND due <= ? ORDER BY due, id LIMIT ?",
            (now, most),
        )
        return [Call(*row) for row in found]

    def ask_later(self, id_: int, due: Millis) -> None:
        """It was asked about in vain."""
        self._base.execute("UPDATE calls SET asked = asked + 1, due = ? WHERE id = ?", (due, id_))

    def settled(self, id_: int, before: Millis) -> None:
        """Its words are on their way, or will never come: it is remembered, so that nobody looks again. Calls that
        ended `before` are forgotten."""
        self._base.execute("UPDATE calls SET fields = NULL WHERE id = ?", (id_,))
        self._base.execute("DELETE FROM calls WHERE fields IS NULL AND ended < ?", (before,))

    def _many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._base.execute("BEGIN")
        try:
            self._base.executemany(statement, rows)
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    async def close(self) -> None:
        """Close the file."""
        self._base.close()
