"""Landlock: a process gives up, for good, every file and port that it does not need.

The kernel's own documentation is userspace-api/landlock: rights and structures below are named as there. What is given
up holds for the calling thread and all that it starts later, so this runs before any other thread does.
"""

import ctypes
import importlib.util
import os
import site
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls; the same numbers on every architecture."""

_VERSION = 1 << 0
_PATH_BENEATH, _NET_PORT = 1, 2
_PR_SET_NO_NEW_PRIVS = 38

_READ_FILE, _READ_DIR, _WRITE_FILE, _TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
_ALL_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
"""Every right on files that a version of Landlock knows: it refuses those it does not."""

_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_ALL_SCOPES = 0b11
"""Signals to, and abstract sockets of, processes outside."""

_EXECUTE = 1 << 0
_OF_A_FILE = _READ_FILE | _WRITE_FILE | _TRUNCATE

_libc = ctypes.CDLL(None, use_errno=True)


SYSTEM_PATHS = (
    *(
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/usr/share/zoneinfo",
        "/usr/share/ca-certificates",
        "/lib",
        "/lib64",
    ),
    *(
        "/etc/ld.so.cache",
        "/etc/ssl",
        "/etc/pki",
        "/etc/ca-certificates",
        "/etc/localtime",
        "/etc/timezone",
        "/etc/hosts",
    ),
    *("/etc/host.conf", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/mime.types", "/etc/services"),
    *("/dev/urandom", "/dev/random", "/dev/zero", "/sys/devices/system/cpu", "/sys/fs/cgroup"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm", "/proc/sys/kernel", "/proc/sys/net/core"),
)
"""What libraries of the system look at. Nothing of other processes, of /home, or of what is kept secret in /etc."""

OF_ITSELF = tuple(f"/proc/self/{name}" for name in ("maps", "stat", "statm", "status", "limits"))
"""What chDB (the size of its stack) and the metrics ask of their own process. Not the folder: `environ` is in it."""

OWN = ("streams", "schemas", "processors", "alerting")

_pinned: list[int] = []
"""Handles of `OF_ITSELF`, open for good: a rule holds for a file that was looked up, and /proc makes it anew when
nobody uses it."""


@dataclass(frozen=True)
class Needs:
    """What is left to the process beside Python and the system's libraries: folders with all that is in them, and
    files; what does not exist is left out. Ports of TCP: to listen on, and of other hosts; 0 is a free one."""

    read: tuple[Path, ...]
    write: tuple[Path, ...]
    listen: frozenset[int]
    connect: frozenset[int]


def abi() -> int:
    """The kernel's version of Landlock; 0 where it has none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))))


def told(version: int) -> str | None:
    """What `leadpulse check` says of it, in Russian; None where files and ports are both held."""
    if version >= 4:
        return None
    if version >= 1:
        return "ядро старое (Landlock 1–3): процесс store ограничен только в файлах, в портах — нет; нужно ядро от 6.7"
    return (
        "в ядре нет Landlock: ручные запросы SQL ограничивает только список разрешённых функций; "
        "нужно ядро от 5.13 с lsm=landlock"
    )


def confine(needs: Needs) -> int:
    """Give up everything else; what it returns is the kernel's version, 0 where nothing could be given up.

    Raises OSError where the kernel has Landlock but refuses, and RuntimeError when other threads run already.
    """
    version = abi()
    if version == 0:
        return 0
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        raise RuntimeError(f"{threads} threads run already: Landlock would hold only one of them")
    files = _ALL_FILES[min(version, 5)]
    ruleset = _ruleset(version, files)
    try:
        for path in (*python_paths(), *map(Path, (*SYSTEM_PATHS, *OF_ITSELF)), *needs.read):
            _allow_path(ruleset, path, _READ_FILE | _READ_DIR)
        for root in source_roots():
            _allow_path(ruleset, root, _READ_DIR)
        for path in (*needs.write, Path(os.devnull)):
            _allow_path(ruleset, path, files & ~_EXECUTE)
        if version >= 4:
            for right, ports in ((_BIND_TCP, needs.listen), (_CONNECT_TCP, needs.connect)):
                for port in ports:
                    _call(_ADD_RULE, ruleset, _NET_PORT, struct.pack("=QQ", right, port), 0)
        if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "no_new_privs was refused")
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def python_paths() -> list[Path]:
    """Where Python and its packages are; of a folder of sources only the packages in it, for the rest may be anything:
    our settings, data and keys among them."""
    installed = [Path(place) for place in {sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages()}]
    packages = [child for root in source_roots() for child in root.iterdir() if (child / "__init__.py").exists()]
    return [path.resolve() for path in (*installed, *packages, *own_packages())]


def own_packages() -> list[Path]:
    """Our own packages, wherever they are: an editable installation puts no folder on Python's path."""
    specs = [importlib.util.find_spec(name) for name in OWN]
    return [Path(place) for spec in specs if spec is not None for place in spec.submodule_search_locations or ()]


def source_roots() -> list[Path]:
    """Folders on Python's path that no installation made. Their names are listed when a module is looked for."""
    installed = tuple(Path(place).resolve() for place in {sys.prefix, sys.base_prefix, sys.exec_prefix})
    found = {Path(place).resolve() for place in sys.path if place}
    return [place for place in found if place.is_dir() and not any(place.is_relative_to(known) for known in installed)]


def _ruleset(version: int, files: int) -> int:
    fields = [files, _BIND_TCP | _CONNECT_TCP, _ALL_SCOPES][: 1 + (version >= 4) + (version >= 6)]
    attr = struct.pack(f"={len(fields)}Q", *fields)
    return _call(_CREATE_RULESET, attr, ctypes.c_size_t(len(attr)), 0)


def _allow_path(ruleset: int, path: Path, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rights &= -1 if path.is_dir() else _OF_A_FILE
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, beneath), 0)
    finally:
        if str(path) in OF_ITSELF:
            _pinned.append(beneath)
        else:
            os.close(beneath)


def _call(number: int, *arguments: object) -> int:
    done = int(_libc.syscall(number, *arguments))
    if done < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return done
