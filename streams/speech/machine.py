"""What this machine, or the container that we run in, has left: memory and cores."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

CGROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
"""Where version 2 of cgroups is mounted, and where a process reads its own; a container sees itself as the root."""


def free_mb(cgroups: Path = CGROUPS, own: Path = OWN) -> int:
    """MB that can be taken now without swapping or being killed: `MemAvailable`, or less under a container's limit."""
    rooms = [psutil.virtual_memory().available]
    for group in _groups(cgroups, own):
        with suppress(OSError, ValueError):  # no limit: "max", or no such file at the root
            limit = int((group / "memory.max").read_text())
            rooms.append(limit - int((group / "memory.current").read_text()) + _reclaimable(group))
    return max(0, min(rooms)) >> 20


def cores(cgroups: Path = CGROUPS, own: Path = OWN) -> int:
    """Cores that we may keep busy: those we are bound to, or less under a container's quota; at least 1."""
    counts = [len(os.sched_getaffinity(0))]
    for group in _groups(cgroups, own):
        with suppress(OSError, ValueError):
            quota, period = (group / "cpu.max").read_text().split()
            counts.append(int(quota) // int(period))
    return max(1, min(counts))


def _groups(cgroups: Path, own: Path) -> Iterator[Path]:
    """Our group and those around it: each may have a limit."""
    with suppress(OSError):
        for line in own.read_text().splitlines():
            if line.startswith("0::/"):
                group = cgroups / line.removeprefix("0::/")
                yield group
                yield from (outer for outer in group.parents if outer.is_relative_to(cgroups))


def _reclaimable(group: Path) -> int:
    """Bytes of files that nobody has used lately: counted as in use, but given back when memory is short."""
    for line in (group / "memory.stat").read_text().splitlines():
        name, _, count = line.partition(" ")
        if name == "inactive_file":
            return int(count)
    return 0
