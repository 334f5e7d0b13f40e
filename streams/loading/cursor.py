"""How far an import has come: a small file beside the store's folder, so that a killed one goes on where it was."""

from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import msgspec

from processors.russian.system import os_reason
from schemas.errors import ConfigError
from schemas.types import Millis
from streams.loading.note import Note

CHUNK = 1 << 20


class Progress(msgspec.Struct):
    """`sent` events are on Kafka, of `total`. `started` (ms UTC) decides what is history: a repeat decides the same."""

    file: str
    source: str
    started: Millis
    total: int
    sent: int = 0


class Cursor(Note[Progress]):
    """The progress of one file with one mapping into one installation, known by `key`."""

    def __init__(self, folder: Path, key: str) -> None:
        super().__init__(folder / f"{key}.json", Progress)
        self.key = key


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
