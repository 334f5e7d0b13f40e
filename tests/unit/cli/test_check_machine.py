"""`leadpulse check` looks at this machine: ports, folders, disks, the settings file."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from streams.cli import check_machine
from streams.cli.check_machine import (
    confinement_warnings,
    folder_faults,
    port_faults,
    recordings_faults,
    recordings_warnings,
    settings_warnings,
    taken,
)
from streams.engine import landlock
from streams.settings import Gateway, Kafka, Metrics, Settings, Speech, Store
from tests.ports import free_port


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def settings(**sections: object) -> Settings:
    """Settings whose own ports are all free, with no embedded broker."""
    ports = {name: free_port() for name in Metrics.model_fields if isinstance(getattr(Metrics(), name), int)}
    ports |= {"free_mb": 0}
    given = {"kafka": Kafka(bootstrap="kafka.example.com:9092"), "metrics": Metrics(**ports)} | sections
    return Settings().model_copy(update={"gateway": Gateway(port=free_port()), **given})


def test_a_port_of_another_program_is_told_with_its_name(listener: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who listens there, and what to do; a port of our own process is no fault."""
    busy = settings(gateway=Gateway(port=listener))
    monkeypatch.setattr(check_machine, "OURS", ("no such word",))
    (fault,) = [text for text in port_faults(busy) if str(listener) in text]
    assert fault.startswith(f"gateway.port: порт {listener} занят программой {psutil.Process().name()}")
    assert str(os.getpid()) in fault
    monkeypatch.setattr(check_machine, "OURS", (psutil.Process().cmdline()[0],))
    assert [text for text in port_faults(busy) if str(listener) in text] == []
    monkeypatch.setattr(psutil.Process, "cwd", lambda _: "/srv/other-installation")
    assert [text for text in port_faults(busy) if str(listener) in text] != []


def test_an_owner_that_cannot_be_seen(listener: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the right to look, it is told that somebody is there."""

    def denied(_kind: str) -> list[object]:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", denied)
    assert "не видно кем" in taken("127.0.0.1", listener, Path("kafka"))


def test_two_settings_with_one_port(listener: int) -> None:
    """Each is named; 0 is no port."""
    port = free_port()
    both = settings(gateway=Gateway(port=port), metrics=Metrics(gateway=port, pipeline=0, store=0, free_mb=0))
    assert f"порт {port} указан несколько раз: gateway.port, metrics.gateway" in port_faults(both)
    assert not any("порт 0" in text for text in port_faults(both))


def test_an_address_that_is_not_here() -> None:
    """TEST-NET-1 belongs to nobody (RFC 5737)."""
    assert taken("192.0.2.1", free_port(), Path("kafka")) == "адреса 192.0.2.1 нет на этой машине"


def test_a_file_in_a_folders_place_and_a_full_disk(here: Path) -> None:
    """Every folder is looked at; one that is not there yet can be made."""
    (here / "var").mkdir()
    assert folder_faults(settings()) == []
    (here / "var" / "speech").touch()
    full = settings(metrics=Metrics(free_mb=1 << 30))
    faults = folder_faults(full)
    assert "speech.spool: var/speech — не папка" in faults
    assert any("metrics.free_mb" in text and "свободно" in text for text in faults)


def test_a_folder_without_the_right_to_write(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting and the folder are named. Root may write anywhere, so the answer of the system is put in."""
    (here / "var").mkdir(mode=0o555)
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
    assert "store.folder: нет прав на запись в" in " ".join(folder_faults(settings()))


def test_the_recordings_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that is not there or not mounted is a fault; the default folder is made at the first start."""
    assert recordings_faults(settings()) == []
    gone = here / "share"
    (fault,) = recordings_faults(settings(speech=Speech(recordings=gone)))
    assert fault == f"speech.recordings: {gone} — папки нет; подключите общее хранилище или исправьте путь"
    gone.mkdir()
    (fault,) = recordings_faults(settings(speech=Speech(recordings=gone, recordings_mount=gone)))
    assert "ничего не смонтировано" in fault
    monkeypatch.setenv("LEADPULSE_RECORDER__TARGET", "/mnt/other")
    (warning,) = recordings_warnings(settings(speech=Speech(recordings=gone)))
    assert "/mnt/other" in warning
    monkeypatch.setenv("LEADPULSE_RECORDER__TARGET", str(gone))
    assert recordings_warnings(settings(speech=Speech(recordings=gone))) == []


def test_settings_that_others_can_read(here: Path) -> None:
    """The file may hold secrets."""
    assert settings_warnings(settings()) == []
    (here / "leadpulse.toml").touch(0o600)
    assert settings_warnings(settings()) == []
    (here / "leadpulse.toml").chmod(0o644)
    assert "chmod 600" in settings_warnings(settings())[0]


def test_what_holds_other_peoples_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old kernel, a setting that lifts it, a server without a reader of its own: each is said in one line."""
    monkeypatch.setattr(landlock, "abi", lambda: 4)
    assert confinement_warnings(Settings()) == []
    off = Settings(store=Store(confined=False))
    server = Settings(store=Store(backend="clickhouse"))
    reader = Settings(store=Store(backend="clickhouse", reader_username="r"))
    assert "store.confined" in confinement_warnings(off)[0]
    assert "store.reader_username" in confinement_warnings(server)[0]
    assert confinement_warnings(reader) == []
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    assert "нет Landlock" in confinement_warnings(Settings())[0]
