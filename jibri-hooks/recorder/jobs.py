"""What the agent asks of its child processes, and their answers. Light: the agent itself never loads PyAV."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recorder.copy import Copied, Owner

Status = Literal["ok", "damaged", "empty", "too_short"]


@dataclass(frozen=True, slots=True)
class Probe:
    """The verdict on a file; `duration_ms` is 0 where nothing can be read; `error` says why the status is not `ok`."""

    status: Status
    duration_ms: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The target and how to write there. `mount` must be a mount point when given; `reserve` are bytes to leave."""

    root: Path
    mount: Path | None = None
    reserve: int = 0
    umask: int = 0o027
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Prepare:
    """Look at `source`; what is made of it goes to the folder `work`. `codec` is that of the sound alone, or "none"."""

    source: Path
    work: Path
    min_seconds: float
    codec: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """The verdict on what will be published; `repaired` and `sound` are files in the work folder, or None."""

    verdict: Probe
    repaired: Path | None = None
    sound: Path | None = None
    sound_error: str = ""


@dataclass(frozen=True, slots=True)
class Deliver:
    """What goes to `<root>/<folder>/`. `size` and `ended_at` (ms UTC) are those of the source as it was judged."""

    place: Place
    source: Path
    folder: str
    file: str
    """Its name in that folder; with a `/` where it lay in a sub-folder of the recording directory."""
    size: int
    ended_at: int
    part: str
    """Name of the unfinished file, this host's own: two hosts may copy the same session at the same time."""
    lock: Path
    """A file of which one byte is locked during the copy …"""
    lock_at: int
    """… this one."""
    repaired: Path | None = None
    sound: Path | None = None
    bytes_per_second: float = 0.0
    """0 is no limit."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """`original` is the file as Jibri left it, `published` the one to use: itself or its repaired form."""

    original: Copied
    published: Copied
    sound: Path | None
    free: int
    """Bytes left on the target."""


@dataclass(frozen=True, slots=True)
class TryOut:
    """Write, name and delete a file as a copy does; the answer is the bytes left."""

    place: Place


Job = Prepare | Deliver | TryOut


@dataclass(frozen=True, slots=True)
class Beat:
    """There is progress: bytes read or written so far."""

    size: int


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to a job, and the most memory that the child ever had, bytes."""

    value: Prepared | Delivered | int
    peak: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The job ended in a passing fault."""

    error: OSError


@dataclass(frozen=True, slots=True)
class Fault:
    """The job ended in a fault of our own, or of a library."""

    text: str


Answer = Beat | Done | Failed | Fault
