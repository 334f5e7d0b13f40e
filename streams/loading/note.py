"""A small file with one value that outlives a kill: whole or not there, for its owner only."""

import os
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from processors.russian.system import os_reason
from schemas.errors import ConfigError

T = TypeVar("T")


class Note(Generic[T]):
    """A value of one msgspec type in a file."""

    def __init__(self, file: Path, kind: type[T]) -> None:
        self._file, self._kind = file, kind

    def read(self) -> T | None:
        """What was written last; None where nothing was, or nothing that can be read. Raises `ConfigError`."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=self._kind)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        except OSError as error:
            raise ConfigError(f"{self._file}: {os_reason(error)}") from error

    def write(self, value: T) -> None:
        """On the disk when it returns. Raises `ConfigError`."""
        beside = self._file.with_name(self._file.name + ".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(msgspec.json.encode(value))
                out.flush()
                os.fsync(out.fileno())
            beside.replace(self._file)
        except OSError as error:
            raise ConfigError(f"{self._file}: {os_reason(error)}") from error
