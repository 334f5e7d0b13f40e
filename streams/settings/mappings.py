"""The mapping files of warehouse systems that a user has put into a folder (`processors.mapping`)."""

from pathlib import Path

from processors.mapping import SourceMapping, load
from processors.russian.system import os_reason
from schemas.errors import ConfigError

SUFFIXES = (".yaml", ".yml")


def mapping_of(file: Path) -> SourceMapping:
    """The mapping in a file. Raises `ConfigError`: every fault at once, a line each, with the file's line."""
    try:
        found = load(file.read_text(encoding="utf-8-sig"), file.name)
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: файл не в UTF-8 (байт {error.start}): сохраните его в UTF-8") from error
    if isinstance(found, list):
        raise ConfigError("\n".join(f"{file}: {fault}" for fault in found))
    return found


def mappings_of(folder: Path | None) -> dict[str, SourceMapping]:
    """By the name of the system. Raises `ConfigError` with the faults of all files."""
    found: dict[str, SourceMapping] = {}
    faults: list[str] = []
    for file in mapping_files(folder):
        try:
            if file.stem in found:
                raise ConfigError(f"{file}: у системы {file.stem} две разметки, .yaml и .yml: оставьте одну")
            found[file.stem] = mapping_of(file)
        except ConfigError as error:
            faults.append(str(error))
    if faults:
        raise ConfigError("\n".join(faults))
    return found


def mapping_files(folder: Path | None) -> list[Path]:
    """Those in the folder. Raises `ConfigError` where the folder cannot be read."""
    if folder is None:
        return []
    try:
        return sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES and not file.name.startswith("."))
    except OSError as error:
        raise ConfigError(f"{folder}: {os_reason(error)} (wms.mappings)") from error
