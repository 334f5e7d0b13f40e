"""What `leadpulse up` looks at before it starts anything: its folders, its ports, and that it is the only one.

Each fault is one `ConfigError` that names the path or port and the setting.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import psutil

from processors.russian.system import os_reason
from schemas.errors import ConfigError
from streams.embedded.probe import check_free
from streams.embedded.server import HOST
from streams.settings import Settings

log = logging.getLogger("leadpulse.up")

PROBE_BYTES = 1 << 20
"""A nearly full disk takes a small file, and the first segment not any more."""

OTHERS = 0o077
"""Rights of the group and of all others."""


def folders(settings: Settings) -> Iterator[tuple[Path, str]]:
    """The folders of this machine's own that are written to, each with its setting."""
    yield settings.broker.folder, "broker.folder"
    if settings.store.backend == "chdb":
        yield settings.store.folder, "store.folder"
    yield settings.speech.spool, "speech.spool"
    yield settings.tracks.spool, "tracks.spool"
    yield settings.store.api_token_file.parent, "store.api_token_file"
    if settings.commands.enabled:
        yield settings.commands.keys, "commands.keys"
    if settings.log.file is not None:
        yield settings.log.file.parent, "log.file"


def ports(settings: Settings, workers: tuple[str, ...]) -> Iterator[tuple[str, int, str]]:
    """Host, port and setting of everything that will listen; 0 takes a free one."""
    yield HOST, settings.broker.port, "broker.port"
    yield HOST, settings.broker.port + 1, "broker.port + 1"
    yield settings.gateway.host, settings.gateway.port, "gateway.port"
    yield settings.store.api_host, settings.store.api_port, "store.api_port"
    if "web" in workers:
        yield settings.web.host, settings.web.port, "web.port"
    if settings.store.http_open:
        yield settings.store.http_host, settings.store.http_port, "store.http_port"
    for name in workers:
        yield settings.metrics.host, getattr(settings.metrics, name), f"metrics.{name}"


def prepare_folders(settings: Settings) -> None:
    """Make the folders, try each, and take other users' rights away. Raises `ConfigError`."""
    for folder, setting in folders(settings):
        prepare_folder(folder, setting)


def prepare_folder(folder: Path, setting: str) -> None:
    """One of them. Raises `ConfigError`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if setting in ("broker.folder", "store.folder", "speech.spool", "tracks.spool"):  # the others may be of many
            tighten(folder)
        _try(folder)
    except OSError as error:
        raise _unwritable(folder, setting, error) from error


def tighten(folder: Path) -> None:
    """Take the rights of others from a folder that an older version left open, and from all in it."""
    if not folder.stat().st_mode & OTHERS:
        return
    for place, names, files in os.walk(folder, topdown=False):
        for path in (*(Path(place, name) for name in (*names, *files)), Path(place)):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~OTHERS)


def check_ports(settings: Settings, workers: tuple[str, ...]) -> None:
    """Raises `ConfigError` for the first port that somebody else has."""
    for host, port, setting in ports(settings, workers):
        if port:
            check_free(port, setting, host)


async def hold(folder: Path) -> FileIO:
    """Be the only `leadpulse up` on these data; the answer is to be kept open by us and by all our children.

    Raises `ConfigError` when another one is alive. What a killed one left behind is waited for.
    """
    file = folder / "up.lock"
    lock = _open(file)
    waiting = False
    while not _locked(lock):
        other = _other(lock)
        if other is not None:
            lock.close()
            raise ConfigError(f"leadpulse up с папкой {folder} уже работает (процесс {other}); второй не нужен")
        if not waiting:
            waiting = True
            log.info("жду, пока завершатся процессы прошлого запуска: %s", ", ".join(_holders(file)) or "?")
        await asyncio.sleep(0.2)
    try:
        lock.seek(0)
        lock.write(f"{os.getpid()} {psutil.Process().create_time()}".encode())
        lock.truncate()
    except OSError as error:
        lock.close()
        raise _unwritable(folder, "broker.folder", error) from error
    return lock


def _open(file: Path) -> FileIO:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # without a buffer: what does not fit on the disk is told by `write`, and by nothing later
        return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
    except OSError as error:
        raise _unwritable(file.parent, "broker.folder", error) from error


def _unwritable(folder: Path, setting: str, error: OSError) -> ConfigError:
    return ConfigError(f"нельзя писать в папку {folder} ({setting}): {os_reason(error)}")


def _locked(lock: FileIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _other(lock: FileIO) -> int | None:
    """The `leadpulse up` that wrote itself into the lock, if it is alive: its children hold the lock for longer."""
    lock.seek(0)
    pid, _, born = lock.read().decode(errors="replace").partition(" ")
    if not pid:
        return None
    try:
        process = psutil.Process(int(pid))
        alive = process.create_time() == float(born) and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError):
        return None
    return process.pid if alive else None


def _holders(path: Path) -> list[str]:
    """Processes that have the file open, where we may see that."""
    file, found = path.resolve(), []
    for process in psutil.process_iter(["name"]):
        try:
            links = Path(f"/proc/{process.pid}/fd").iterdir()
            if process.pid != os.getpid() and any(link.resolve() == file for link in links):
                found.append(f"{process.info['name']} {process.pid}")
        except OSError:
            continue
    return found


def _try(folder: Path) -> None:
    probe = folder / f".leadpulse-{os.getpid()}"
    try:
        with probe.open("wb") as out:
            out.write(bytes(PROBE_BYTES))
            out.flush()
            os.fsync(out.fileno())
    finally:
        probe.unlink(missing_ok=True)
