"""Full, read-only and hanging disks under the recorder agent: real mounts, so as root (CI is)."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from schemas.topics import DEAD_LETTERS
from tests.integration.recorder_host import HOOK, Host, reach, whole
from tests.unit.recorder.clips import write_session

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")


async def call(*command: str | Path) -> tuple[int, str]:
    """Exit code and stderr."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    return process.returncode or 0, told.decode()


async def done(*command: str | Path) -> None:
    assert await call(*command) == (0, "")


@asynccontextmanager
async def mounted(folder: Path, *options: str | Path) -> AsyncIterator[Path]:
    """`mount` on a folder, until the end of the test."""
    folder.mkdir(exist_ok=True)
    await done("mount", *options, folder)
    try:
        yield folder
    finally:
        await done("umount", "--lazy", folder)


def write_noise(directory: Path, size: int, name: str = "lead-7_2026-08-20-12-00-00.mp4") -> Path:
    directory.mkdir(exist_ok=True)
    (directory / name).write_bytes(os.urandom(size))
    return directory


@pytest.mark.parametrize("shell", [["dash"], ["busybox", "sh"]], ids=lambda shell: shell[0])
async def test_hook_on_a_full_disk(tmp_path: Path, shell: list[str]) -> None:
    """With not a byte left the hook ends with 0, complains and leaves no half marker; the sweep takes the recording."""
    async with mounted(tmp_path / "rec", "-t", "tmpfs", "-o", "size=256k", "none") as recordings:
        directory = write_noise(recordings / "s", 64 << 10)
        (recordings / ".leadpulse" / "pending").mkdir(parents=True)
        with pytest.raises(OSError, match="No space"):
            (recordings / "ballast").write_bytes(b"x" * (1 << 20))
        code, told = await call(*shell, HOOK, directory)
        assert (code, "cannot write" in told) == (0, True)
        assert list((recordings / ".leadpulse" / "pending").iterdir()) == []


@pytest.mark.parametrize("shell", [["dash"], ["busybox", "sh"]], ids=lambda shell: shell[0])
async def test_hook_on_a_read_only_disk(tmp_path: Path, shell: list[str]) -> None:
    """On a read-only volume the hook ends with 0 and complains."""
    async with mounted(tmp_path / "rec", "-t", "tmpfs", "none") as recordings:
        directory = write_noise(recordings / "s", 1)
        await done("mount", "-o", "remount,ro", recordings)
        code, told = await call(*shell, HOOK, directory)
        assert (code, "cannot make" in told) == (0, True)


async def test_full_target(tmp_path: Path, bootstrap: str) -> None:
    """A target that runs full takes what fits; the rest waits whole on the Jibri host and goes when there is room."""
    host = Host(tmp_path, bootstrap)
    await host.create_topics()
    async with mounted(host.share, "-t", "tmpfs", "-o", "size=3m", "none"):
        ballast = host.share / "ballast"
        ballast.write_bytes(b"x" * (2 << 20))
        async with host.running():
            await host.finalize(write_noise(host.recordings / "large", 2 << 20))
            await reach(lambda: "will try again" in host.log.read_text())
            await host.finalize(write_noise(host.recordings / "small", 100 << 10))
            assert [r.session_id for r in await host.recordings_told(1)] == ["small"]
            assert "MB left" in await host.ready()
            await reach(lambda: [path.name.rsplit(".", 3)[0] for path in host.waiting()] == ["large"])
            ballast.unlink()
            told = await host.recordings_told(2)
        assert sorted(r.session_id for r in told) == ["large", "small"]
        assert whole(host.share, told)


async def test_no_room_in_mid_copy(tmp_path: Path, bootstrap: str) -> None:
    """A disk that fills up during a copy (another writer) stops it with a `.part`, which is continued later."""
    host = Host(tmp_path, bootstrap, COPY_MB_PER_SECOND="1")  # a busy machine fills the disk before it ends
    await host.create_topics()
    async with mounted(host.share, "-t", "tmpfs", "-o", "size=8m", "none"):
        async with host.running():
            await host.finalize(write_noise(host.recordings / "s", 4 << 20))
            await reach(lambda: size(host.stored()) > 1 << 20)
            with pytest.raises(OSError, match="No space"):
                (host.share / "ballast").write_bytes(b"x" * (16 << 20))
            await reach(lambda: "No space left" in host.log.read_text())
            (host.share / "ballast").unlink()
            told = await host.recordings_told(1)
            assert (await host.metrics())["resumed_bytes_total"] >= 1 << 20
        assert whole(host.share, told)


async def test_read_only_target(tmp_path: Path, bootstrap: str) -> None:
    """A target that the server has made read-only is told by /readyz, and the recording waits for it."""
    host = Host(tmp_path, bootstrap)
    await host.create_topics()
    async with mounted(host.share, "-t", "tmpfs", "none"):
        await done("mount", "-o", "remount,ro", host.share)
        async with host.running():
            await host.finalize(write_session(host.recordings, "s"))
            await reach(lambda: "Read-only file system" in host.log.read_text())
            assert "Read-only file system" in await host.ready()
            await done("mount", "-o", "remount,rw", host.share)
            assert whole(host.share, await host.recordings_told(1))


async def test_target_hangs_in_the_kernel(tmp_path: Path, bootstrap: str) -> None:
    """A frozen file system holds a copy in the kernel, where SIGKILL does not reach it, as a dead NFS server does.

    The agent leaves that child behind, says so, works on (a bad marker still becomes a dead letter), and goes on
    with the same copy when the file system comes back.
    """
    host = Host(tmp_path, bootstrap, COPY_MB_PER_SECOND="4", STALL_SECONDS="1")
    await host.create_topics()
    disk = tmp_path / "disk"
    with disk.open("wb") as file:
        file.truncate(32 << 20)
    await done("mkfs.ext4", "-q", disk)
    async with mounted(host.share, "-o", "loop", disk):
        async with host.running():
            await host.finalize(write_noise(host.recordings / "s", 4 << 20))
            await reach(lambda: size(host.stored()) > 1 << 20)
            await done("fsfreeze", "--freeze", host.share)
            try:
                await reach(lambda: "hangs in the kernel" in host.log.read_text())
                await until(host, lambda counts: counts["hung"] == 1)
                assert "target: a copy hangs in the kernel" in await host.ready()
                await host.finalize(host.recordings / "never was")
                assert len(await host.read(DEAD_LETTERS.name, 1)) == 1
            finally:
                await done("fsfreeze", "--unfreeze", host.share)
            told = await host.recordings_told(1)
            await until(host, lambda counts: counts["hung"] == 0)
            assert (await host.metrics())["resumed_bytes_total"] >= 1 << 20
        assert whole(host.share, told)
        assert len(told) == 1


async def test_one_hanging_file(tmp_path: Path, bootstrap: str) -> None:
    """One copy that hangs (its `.part` is a FIFO) holds up no other; when it is let go, it is done too."""
    host = Host(tmp_path, bootstrap, STALL_SECONDS="1", PARALLEL="2", COPY_MB_PER_SECOND="8")
    await host.create_topics()
    async with host.running():
        await host.finalize(write_noise(host.recordings / "stuck", 4 << 20))
        await reach(lambda: bool(host.stored()))
        [part] = host.stored()
        part.unlink()
        os.mkfifo(part)  # the running copy goes on in the deleted file and then fails; the next attempt hangs here
        for number in range(3):
            await host.finalize(write_session(host.recordings, f"free{number}"))
        assert len(await host.recordings_told(3)) == 3
        await reach(lambda: "no progress within" in host.log.read_text())
        part.unlink()
        told = await host.recordings_told(4)
    assert whole(host.share, told)
    assert {r.session_id for r in told} == {"stuck", "free0", "free1", "free2"}


def size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


async def until(host: Host, condition: Callable[[dict[str, int]], bool]) -> None:
    """Return when the agent's counts are so."""
    async with asyncio.timeout(120):
        while not condition(await host.metrics()):
            await asyncio.sleep(0.05)
