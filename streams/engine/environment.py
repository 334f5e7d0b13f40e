"""A process forgets the secrets that it was started with, once it has read them."""

import ctypes
import os
from pathlib import Path

_START = 49
"""The field of /proc/self/stat with the address of the environment, counted from 0 (proc_pid_stat(5): env_start)."""


def forget(prefix: str) -> None:
    """Take every variable that begins with `prefix` out of the environment, and its value out of the block that
    /proc/self/environ shows for as long as the process lives. What it was is read before this."""
    given = Path("/proc/self/environ").read_bytes()
    start = _start_of_block()
    place = 0
    for entry in given.split(b"\0"):
        name, sign, value = entry.partition(b"=")
        if sign and name.startswith(prefix.encode()):
            ctypes.memset(start + place + len(name) + 1, ord("*"), len(value))
        place += len(entry) + 1
    for variable in [variable for variable in os.environ if variable.startswith(prefix)]:
        del os.environ[variable]


def _start_of_block() -> int:
    """Its address. The second field, the program's name, may have spaces and parentheses in it."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return int(fields[_START - 2])
