"""How far an import has come: a small file beside the store's folder, so that a killed one goes on where it was."""

import os
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import msgspec

from processors.russian.system import os_reason
from schemas.errors import ConfigError
from schemas.types import Millis

CHUNK = 1 << 20


class Progress(msgspec.Struct):
    """`sent` events are on Kafka, of `total`. `started` (ms UTC) decides what is history: a repeat decides the same."""

    file: str
    source: str
    started: Millis
    total: int
    sent: int = 0


class Cursor:
    """The progress of one file with one mapping into one installation."""

    def __init__(self, folder: Path, key: str) -> None:
        self.key, self._file = key, folder / f"{key}.json"

    def read(self) -> Progress | None:
        """What was written last; None for a file that was never begun, or a note that cannot be read."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Progress)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError:
            return None
        except OSError as error:
            raise ConfigError(f"{self._file}: {os_reason(error)}") from error

    def write(self, progress: Progress) -> None:
        """On the disk when it returns. Raises `ConfigError`."""
        beside = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(msgspec.json.encode(progress))
                out.flush()
                os.fsync(out.fileno())
            beside.replace(self._file)
        except OSError as error:
            raise ConfigError(f"{self._file}: {os_reason(error)}") from error


def key_of(file: Path, *others: str) -> str:
    """Of the bytes of a file, whatever its name, and of all that decides what becomes of them. Raises `ConfigError`."""
    digest = blake2b("\x1f".join(others).encode(), digest_size=12)
    try:
        with file.open("rb") as source:
            _feed(digest, source)
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error
    return digest.hexdigest()


def _feed(digest: blake2b, source: BinaryIO) -> None:
    while chunk := source.read(CHUNK):
        digest.update(chunk)
