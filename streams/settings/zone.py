"""The zone alone, for a command that needs no other setting: it starts 0.25 s of CPU sooner, and a fault in a section
that it does not use is no fault of its.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from processors.days import HOME, live_in
from streams import settings
from streams.settings.names import FILE, PREFIX

SECTION: Final = f"{PREFIX}DAYS"
VARIABLE: Final = f"{SECTION}__ZONE"


def live_here() -> None:
    """Live in the installation's zone (`days.zone`) from now on. What is not plainly one is for `settings.load`, which
    knows every way to write it and the words for its faults: raises `ConfigError` as it does."""
    name = _given(os.environ, Path(FILE))
    try:
        live_in(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        settings.load()


def _given(environment: Mapping[str, str], file: Path) -> str:
    """The name as it stands in the environment or the file; empty when something else is written of days than that."""
    variables = {name.upper(): value for name, value in environment.items() if name.upper().startswith(SECTION)}
    if variables:
        return variables[VARIABLE] if [*variables] == [VARIABLE] else ""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        return ""
    match written.get("days", {}):
        case {"zone": str(name), **more} if not more:
            return name
        case {**more} if not more:
            return HOME
    return ""
