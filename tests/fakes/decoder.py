"""What a decoder may do with a file, for a process of its own."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from schemas.errors import Transient
from streams.transcribe.sound import prepare as real

CRASHES = b"CRASH"
"""A file that begins so crashes the decoder."""


def say(word: str) -> dict[str, str]:
    """Prints beside its answer."""
    os.write(1, b"printed by a library")
    return {"said": word}


def fail() -> None:
    """A storage fault."""
    raise Transient("disk full", retry_after=7.0)


def crash(number: int) -> None:
    """Dies by a signal."""
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def sleep_with_pid(file: Path) -> None:
    """Writes down who it is and sleeps."""
    file.write_text(str(os.getpid()))
    time.sleep(600)


def prepare(path: Path, folder: Path, lengths: Any) -> Any:
    """As the real one, but dies of a file that begins with `CRASHES`."""
    if path.read_bytes().startswith(CRASHES):
        crash(signal.SIGSEGV)
    return real.prepare(path, folder, lengths)


def leave() -> None:
    """End at once, and well."""
    os._exit(0)


def environment() -> dict[str, str]:
    """What it finds around it."""
    return dict(os.environ)
