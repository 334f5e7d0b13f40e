"""What `check` says of this machine: ports, folders, disks, who can read the settings."""

import errno
import os
import socket
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil

from streams.cli.run import WORKERS
from streams.engine import landlock
from streams.engine.places import disk_of, existing, free_mb, look_at_share
from streams.settings import FILE, Settings

OURS = ("leadpulse", "streams.cli", "streams.embedded", "kafka.Kafka", "recorder")
"""In the command line of a process of ours."""


def port_faults(loaded: Settings) -> list[str]:
    """Every port of ours is free or ours already, and no two settings name the same one."""
    faults = []
    names: dict[tuple[str, int], list[str]] = defaultdict(list)
    for name, host, port in _ports(loaded):
        if port:
            names[host, port].append(name)
    for (host, port), settings in names.items():
        if len(settings) > 1:
            faults.append(f"порт {port} указан несколько раз: {', '.join(settings)}")
        fault = taken(host, port, loaded.broker.folder)
        if fault:
            faults.append(f"{settings[0]}: {fault}")
    return faults


def taken(host: str, port: int, broker: Path) -> str:
    """Why we cannot listen there; nothing where we can, or where one of our own processes does."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return _owner(port, broker)
            if error.errno == errno.EACCES:
                return f"порт {port} доступен только администратору: выберите порт больше 1023"
            return f"адреса {host} нет на этой машине"
    return ""


def _owner(port: int, broker: Path) -> str:
    try:
        listening = (c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN)
        pids = {connection.pid for connection in listening if getattr(connection.laddr, "port", 0) == port}
        pid = next((pid for pid in pids if pid is not None), None)
        process = psutil.Process(pid) if pid is not None else None
        ours = process is not None and _is_ours(process, broker)
    except psutil.Error:
        process, ours = None, False
    if process is None:
        return f"порт {port} занят, но не видно кем; если это не эта установка Leadpulse, выберите другой порт"
    if ours:
        return ""
    return (
        f"порт {port} занят программой {process.name()} (процесс {process.pid}): остановите её или выберите другой порт"
    )


def _is_ours(process: psutil.Process, broker: Path) -> bool:
    """Of this installation: another one on the machine works in another folder. Kafka works in its data folder, the
    recorder's service anywhere.
    """
    line = " ".join(process.cmdline())
    at_home = Path(process.cwd()) in (Path.cwd(), broker.resolve())
    return any(word in line for word in OURS) and (at_home or "recorder" in line)


def _ports(loaded: Settings) -> Iterator[tuple[str, str, int]]:
    yield "gateway.port", loaded.gateway.host, loaded.gateway.port
    if loaded.web.enabled:
        yield "web.port", loaded.web.host, loaded.web.port
    yield "store.api_port", loaded.store.api_host, loaded.store.api_port
    if loaded.store.http_open:
        yield "store.http_port", loaded.store.http_host, loaded.store.http_port
    for worker in (*WORKERS, "recorder"):
        yield f"metrics.{worker}", loaded.metrics.host, getattr(loaded.metrics, worker)
    if is_embedded(loaded):
        yield "broker.port", "127.0.0.1", loaded.broker.port
        yield "broker.port + 1", "127.0.0.1", loaded.broker.port + 1


def is_embedded(loaded: Settings) -> bool:
    """Whether the settings point to the broker of `leadpulse up`."""
    return loaded.kafka.bootstrap in (f"127.0.0.1:{loaded.broker.port}", f"localhost:{loaded.broker.port}")


def folder_faults(loaded: Settings) -> list[str]:
    """Every folder of ours is there or can be made, and can be written to; its disk has room."""
    faults = []
    for name, folder in _folders(loaded):
        if folder.exists() and not folder.is_dir():
            faults.append(f"{name}: {folder} — не папка")
            continue
        at = existing(folder)
        if not os.access(at, os.R_OK | os.W_OK | os.X_OK):
            faults.append(f"{name}: нет прав на запись в {at}")
    least = loaded.metrics.free_mb
    for disk in sorted({disk_of(folder) for _, folder in _folders(loaded)}):
        free = free_mb(disk)
        if free < least:
            faults.append(f"на диске {disk} свободно {free} МБ, нужно {least} (metrics.free_mb): освободите место")
    return faults


def _folders(loaded: Settings) -> Iterator[tuple[str, Path]]:
    if loaded.store.backend == "chdb":
        yield "store.folder", loaded.store.folder
    if is_embedded(loaded):
        yield "broker.folder", loaded.broker.folder
    yield "speech.spool", loaded.speech.spool
    yield "tracks.spool", loaded.tracks.spool
    yield "minutes.exports", loaded.minutes.exports
    yield "store.api_token_file", loaded.store.api_token_file.parent
    yield "llm.hand_log", loaded.llm.hand_log.parent


def recordings_faults(loaded: Settings) -> list[str]:
    """Recordings can be read; what must be mounted is. A folder of this installation is made at the first start."""
    folder, mount = loaded.speech.recordings, loaded.speech.recordings_mount
    if mount is None and not folder.is_absolute() and not folder.exists():
        at = existing(folder)
        return [] if os.access(at, os.W_OK | os.X_OK) else [f"speech.recordings: нет прав на запись в {at}"]
    away = look_at_share(folder, mount)()
    if not away:
        return []
    mend = "подключите общее хранилище или исправьте путь"
    return [f"speech.recordings: {folder} — {away}; {mend}"]


def recordings_warnings(loaded: Settings) -> list[str]:
    """The recorder agent of this machine puts its files where we look for them."""
    target = os.environ.get("LEADPULSE_RECORDER__TARGET", "")
    folder = loaded.speech.recordings
    if target and Path(target).absolute() != folder.absolute():
        return [f"агент записи кладёт файлы в {target} (LEADPULSE_RECORDER__TARGET), а speech.recordings — {folder}"]
    return []


def confinement_warnings(loaded: Settings) -> list[str]:
    """People's SQL is held by more than the list of what it may call."""
    store = loaded.store
    if store.backend == "clickhouse" and not store.reader_username:
        return [
            "store.reader_username не указан: ручные запросы SQL идут от store.username; "
            "отдельного пользователя создаёт deploy/clickhouse/reader.sql"
        ]
    if not store.confined:
        return ["store.confined = false: ручные запросы SQL ограничивает только список разрешённых функций"]
    lacking = landlock.told(landlock.abi())
    return [lacking] if lacking else []


def settings_warnings(_loaded: Settings) -> list[str]:
    """Nobody else can read the file that holds secrets."""
    file = Path(FILE)
    if not file.exists() or not file.stat().st_mode & 0o077:
        return []
    return [f"{FILE} могут читать другие пользователи этой машины; закройте его: chmod 600 {FILE}"]
