"""What `leadpulse up` finds out before it starts anything, each fault in one line."""

import asyncio
import errno
import fcntl
import os
import socket
from pathlib import Path

import psutil
import pytest

from schemas.errors import ConfigError
from streams.embedded import ground
from streams.settings import Broker, Commands, Log, Settings, Speech, Store
from tests.ports import free_port


def settings(folder: Path, **broker: object) -> Settings:
    """Everything below one folder."""
    return Settings(
        broker=Broker(**{"folder": folder / "kafka", "port": free_port(), **broker}),
        store=Store(folder=folder / "chdb", api_token_file=folder / "api-token", api_port=free_port()),
        speech=Speech(spool=folder / "speech"),
        log=Log(file=folder / "log" / "leadpulse.log"),
        commands=Commands(keys=folder / "keys"),
    )


def test_a_port_is_named_with_its_setting(tmp_path: Path) -> None:
    """Whoever listens already, the line tells which port and which setting changes it."""
    ours = settings(tmp_path)
    with socket.create_server(("127.0.0.1", ours.store.api_port)), pytest.raises(ConfigError) as caught:
        ground.check_ports(ours, ())
    assert str(ours.store.api_port) in str(caught.value)
    assert "store.api_port" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "нет места"), (errno.EROFS, "только для чтения"), (errno.EACCES, "нет прав")],
)
def test_a_folder_is_named_with_its_setting(
    number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full or read-only disk shows when its first megabyte is written, not in the first worker's traceback."""

    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ConfigError) as caught:
        ground.prepare_folders(settings(tmp_path))
    assert str(caught.value) == f"нельзя писать в папку {tmp_path}/kafka (broker.folder): {_end(str(caught.value))}"
    assert words in str(caught.value)
    assert not list((tmp_path / "kafka").iterdir())


def _end(text: str) -> str:
    return text.rpartition(": ")[2]


def test_a_file_in_a_folders_place(tmp_path: Path) -> None:
    """The path that is no folder is named."""
    (tmp_path / "speech").write_text("")
    with pytest.raises(ConfigError, match=r"speech \(speech.spool\): это не папка"):
        ground.prepare_folders(settings(tmp_path))


def test_folders_of_an_older_version_are_closed(tmp_path: Path) -> None:
    """What others could read is for the owner only after a start; links are left alone."""
    outside = tmp_path / "outside"
    outside.write_text("")
    outside.chmod(0o644)
    inner = tmp_path / "chdb" / "a"
    inner.mkdir(parents=True)
    (inner / "b.bin").write_text("")
    (inner / "link").symlink_to(outside)
    for path in (tmp_path / "chdb", inner, inner / "b.bin"):
        path.chmod(0o755)
    ground.prepare_folders(settings(tmp_path))
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "chdb", inner, inner / "b.bin")] == [0o700] * 3
    assert outside.stat().st_mode & 0o777 == 0o644


async def test_a_disk_without_room_for_the_lock(tmp_path: Path) -> None:
    """The file of the lock can be made on a full disk, and what is written into it cannot: the same one line."""
    (tmp_path / "up.lock").symlink_to("/dev/full")
    with pytest.raises(ConfigError, match=r"\(broker.folder\): на диске нет места"):
        await ground.hold(tmp_path)


async def test_only_one_at_a_time(tmp_path: Path) -> None:
    """While the first is alive the second is refused by one line with its process id."""
    with await ground.hold(tmp_path), pytest.raises(ConfigError, match=f"процесс {os.getpid()}"):
        await ground.hold(tmp_path)
    (await ground.hold(tmp_path)).close()


@pytest.mark.parametrize("left", ["", "1 2", "999999999 5.0", "x y", f"{os.getpid()} 1.0"], ids=range(5))
async def test_what_a_killed_one_left_is_waited_for(left: str, tmp_path: Path) -> None:
    """A lock that only orphans hold is waited for, whatever stands in it, also when the number is another's by now."""
    file = tmp_path / "up.lock"
    file.write_text(left)
    with file.open("rb") as orphan:
        fcntl.flock(orphan, fcntl.LOCK_EX)
        waiting = asyncio.ensure_future(ground.hold(tmp_path))
        await asyncio.sleep(0.5)
        assert not waiting.done()
    async with asyncio.timeout(30):
        lock = await waiting
    with lock:
        assert file.read_text() == f"{os.getpid()} {psutil.Process().create_time()}"
