"""What commands there are: this release's own, and how those that people add are read. Pure; the door of `params` and
`loading`."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import msgspec

from processors.commands import schedule
from processors.commands.loading import Allowed, load, read
from processors.commands.params import Filled, faults, fill, foreign, label
from schemas.codec import Rejected
from schemas.command_defs import Definition
from schemas.errors import ConfigError
from schemas.types import Millis

__all__ = [
    "MANIFEST",
    "Allowed",
    "Filled",
    "Key",
    "builtin",
    "faults",
    "fill",
    "foreign",
    "label",
    "latest",
    "load",
    "manifest",
    "ttl_ms",
]

Key = tuple[str, int]
"""Name and version of a definition."""
FOLDER: Final = files("processors.commands") / "builtin"
MANIFEST: Final = "manifest.json"
"""File → SHA-256 of what the release was made with; `python -m tools.command_manifest` writes it."""


def ttl_ms(definition: Definition) -> Millis:
    """How long a proposal waits for an answer."""
    return schedule.ttl_ms(definition.ttl)


@cache
def builtin() -> Mapping[Key, Definition]:
    """Those of this release. Raises `ConfigError` where a file is not the one that the release was made with."""
    pinned = msgspec.json.decode(FOLDER.joinpath(MANIFEST).read_bytes(), type=dict[str, str])
    found = manifest()
    if pinned != found:
        changed = sorted(name for name in pinned.keys() | found.keys() if pinned.get(name) != found.get(name))
        raise ConfigError(f"processors/commands/builtin: files are not those of this release: {', '.join(changed)}")
    made: dict[Key, Definition] = {}
    for name in sorted(pinned):
        definition = read(FOLDER.joinpath(name).read_text(encoding="utf-8"))
        if isinstance(definition, Rejected):
            raise ConfigError(f"{name}: {definition.reason}")
        made[definition.name, definition.version] = definition
    return MappingProxyType(made)


def manifest() -> dict[str, str]:
    """As the files are now."""
    paths = (path for path in FOLDER.iterdir() if path.name.endswith(".yaml"))
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}


def latest(definitions: Mapping[Key, Definition]) -> dict[str, Definition]:
    """Of each name the highest version: what may be proposed now."""
    return {name: one for (name, _), one in sorted(definitions.items())}
