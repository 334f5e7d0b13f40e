"""The file of thresholds that a user has set over the built-in one (`processors.rules`)."""

from pathlib import Path

from processors.rules import Rules, builtin, load
from processors.russian.system import os_reason
from schemas.errors import ConfigError


def rules_of(file: Path | None) -> Rules:
    """The rules in a TOML file, laid over the built-in ones. Raises `ConfigError`."""
    if file is None:
        return builtin()
    try:
        return load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error
    except (UnicodeDecodeError, ConfigError) as error:
        raise ConfigError(f"{file}: {error}") from error
