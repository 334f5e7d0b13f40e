"""The file of `leadpulse backup`: a zip that says what is in it and lets nobody but its owner read it.

tables/<table>/000001.native     rows as ClickHouse's Native, each entry whole in itself
topics/<topic>.jsonl             records of Kafka: partition, key and value in base64
manifest.json                    last: of each entry its sha256 and rows, and what the store said when it began
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from processors.russian.system import os_reason
from schemas.errors import Refused, Transient

FORMAT = 1
MANIFEST = "manifest.json"


class Entry(msgspec.Struct, frozen=True):
    """What stands in the manifest of one entry."""

    sha256: str
    rows: int


class Manifest(msgspec.Struct, frozen=True):
    """`made_at` in ms UTC; `offsets` of the store's group by topic and partition; `cluster` says which Kafka;
    `tables` with their columns; `migrations` with their checksums."""

    made_at: int
    database: str
    cluster: str
    offsets: dict[str, dict[int, int]]
    tables: dict[str, list[str]]
    migrations: dict[str, str]
    entries: dict[str, Entry]
    format: int = FORMAT

    def rows(self, table: str) -> int:
        """Of a table."""
        return sum(entry.rows for name, entry in self.entries.items() if name.startswith(f"tables/{table}/"))


class Writer:
    """Writes beside the target and moves it there when all is whole; what was there already is left alone."""

    def __init__(self, target: Path) -> None:
        """Raises `Refused` when the target is there, `Transient` when it cannot be made."""
        self._target, self._draft = target, target.with_name(target.name + ".part")
        if target.exists():
            raise Refused(f"{target} уже есть: назовите другой файл")
        try:
            self._draft.unlink(missing_ok=True)  # of an attempt that was broken off
            self._file = os.fdopen(os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        except OSError as error:
            raise Transient(f"не могу писать в {self._draft}: {os_reason(error)}") from error
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.entries: dict[str, Entry] = {}

    def add(self, name: str, value: bytes, rows: int) -> None:
        """One entry. Raises OSError."""
        self.entries[name] = Entry(hashlib.sha256(value).hexdigest(), rows)
        self._zip.writestr(name, value)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, read everything once more, and put the file in its place. Raises `Refused`, OSError."""
        self._zip.writestr(MANIFEST, json.dumps(msgspec.to_builtins(manifest), ensure_ascii=False, indent=1))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        with Archive(self._draft) as written:
            written.verify()
        try:
            self._target.hardlink_to(self._draft)  # unlike a rename it replaces nothing
        except FileExistsError:
            raise Refused(f"{self._target} уже есть: назовите другой файл") from None

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        with suppress(OSError):  # of a full disk; left open, it would complain of its file when it is thrown away
            self._zip.close()
        with suppress(OSError):
            self._file.close()
        self._draft.unlink(missing_ok=True)


class Archive:
    """Reads one."""

    def __init__(self, path: Path) -> None:
        """Raises `Refused` when it is no backup of ours, or a newer program's."""
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = msgspec.json.decode(self._zip.read(MANIFEST), type=Manifest)
        except OSError as error:
            raise Refused(f"{path} не читается: {os_reason(error)}") from error
        except (zipfile.BadZipFile, KeyError, msgspec.DecodeError) as error:
            raise Refused(f"{path} — не резервная копия Leadpulse или она повреждена ({error})") from error
        if self.manifest.format > FORMAT:
            raise Refused(f"{path} сделан более новой версией Leadpulse")

    def verify(self) -> None:
        """Read everything. Raises `Refused` at the first entry that is not as it was written."""
        for name in self.manifest.entries:
            self.read(name)

    def read(self, name: str) -> bytes:
        """An entry. Raises `Refused` when it is not as it was written."""
        try:
            value = self._zip.read(name)
        except (OSError, zipfile.BadZipFile, KeyError, EOFError, ValueError, zlib.error) as error:
            raise Refused(f"{self._path}: {name} не читается ({error})") from error
        if hashlib.sha256(value).hexdigest() != self.manifest.entries[name].sha256:
            raise Refused(f"{self._path}: {name} повреждён")
        return value

    def of(self, prefix: str) -> Iterator[str]:
        """Names of entries, in order."""
        return (name for name in sorted(self.manifest.entries) if name.startswith(prefix))

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: Any) -> None:
        self._zip.close()
