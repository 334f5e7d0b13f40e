"""A small file with one value that outlives a kill: whole or not there, for its owner only."""

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from processors.russian.system import os_reason
from schemas.errors import ConfigError
from streams.engine.files import write_whole

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
        try:
            write_whole(self._file, msgspec.json.encode(value))
        except OSError as error:
            raise ConfigError(f"{self._file}: {os_reason(error)}") from error
