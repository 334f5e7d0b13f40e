"""Runs a program under the system calls that a unit file allows: `python tests/seccomp.py UNIT PROGRAM ARGUMENT…`.

What systemd does for `SystemCallFilter=` and `SystemCallErrorNumber=`, where no systemd runs. By libseccomp, which
systemd brings along; the groups are its own, by `systemd-analyze syscall-filter`.
"""

import ctypes
import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
"""SCMP_ACT_ALLOW and SCMP_ACT_ERRNO of seccomp.h."""
NO_NEW_PRIVS = 38
"""PR_SET_NO_NEW_PRIVS of linux/prctl.h."""


def allowed(unit: Path) -> list[str]:
    """The words of all `SystemCallFilter=` lines."""
    lines = unit.read_text().splitlines()
    return [word for line in lines if line.startswith("SystemCallFilter=") for word in line.partition("=")[2].split()]


def calls(words: list[str]) -> Iterator[str]:
    """Names of system calls; a group stands for what is in it."""
    for word in words:
        if not word.startswith("@"):
            yield word
            continue
        said = subprocess.run(["systemd-analyze", "syscall-filter", word], check=True, capture_output=True, text=True)
        inside = [line.strip() for line in said.stdout.splitlines()[1:]]
        yield from calls([name for name in inside if name and not name.startswith("#")])


def restrict(unit: Path) -> None:
    """This process and all that it starts, for good. Raises OSError."""
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(ERRNO | errno.EPERM)))
    for name in {*calls([*allowed(unit), "@default"])}:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # below: of another architecture, or newer than this library
            seccomp.seccomp_rule_add(context, ctypes.c_uint32(ALLOW), ctypes.c_int(number), ctypes.c_uint(0))
    ctypes.CDLL(None).prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    if failed := seccomp.seccomp_load(context):
        raise OSError(-failed, "the filter is not loaded")


if __name__ == "__main__":
    restrict(Path(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
