"""Child processes: death, standing still, the lock of a recording, priorities."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from recorder.crew import Crashed, Crew, Stalled
from recorder.jobs import Deliver, Place, Prepare, TryOut
from recorder.settings import Settings
from tests import processes
from tests.unit.recorder.clips import write_clip


@pytest.fixture
async def crews(tmp_path: Path) -> AsyncIterator[Callable[..., Crew]]:
    """Makes crews, and ends their children."""
    made: list[Crew] = []

    def make(**options: Any) -> Crew:
        made.append(Crew(Settings(recordings=tmp_path, target=tmp_path, spool=tmp_path, **options)))
        return made[-1]

    yield make
    for crew in made:
        await crew.close()


def children() -> list[int]:
    """Children of this process that are the agent's."""
    return [child.pid for child, words in processes.commands(os.getpid()) if "recorder.child" in " ".join(words)]


async def seen() -> int:
    async with asyncio.timeout(120):
        while not children():
            await asyncio.sleep(0.01)
    return children()[0]


def hung(folder: Path) -> Deliver:
    """A job that stands still: the unfinished copy is a FIFO that nobody writes to."""
    source = folder / "a.mp4"
    if not source.exists():
        source.write_bytes(b"x")
        (folder / "7").mkdir()
        os.mkfifo(folder / "7" / ".part")
    ended_at = source.stat().st_mtime_ns // 1_000_000
    return Deliver(Place(folder), source, "7", "a.mp4", 1, ended_at, ".part", folder / "lock", 17)


async def test_low_priority(crews: Callable[..., Crew], tmp_path: Path) -> None:
    """A child has the lowest priority of CPU and, as `ionice` tells, of the disk; the agent keeps its own."""
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    crew = crews()
    assert await crew.try_out(TryOut(Place(tmp_path))) > 0
    pid = await seen()
    assert os.getpriority(os.PRIO_PROCESS, pid) == 19
    process = await asyncio.create_subprocess_exec("ionice", "-p", str(pid), stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert told.strip() == b"idle"
    assert os.getpriority(os.PRIO_PROCESS, 0) == mine


async def test_one_child_for_many_jobs(crews: Callable[..., Crew], tmp_path: Path) -> None:
    """Jobs one after the other share a child; a copying one never has PyAV in memory."""
    crew = crews()
    path = write_clip(tmp_path / "a.mp4")
    for _ in range(3):
        assert (await crew.prepare(Prepare(path, tmp_path / "work", 3.0, "none"))).verdict.status == "ok"
        await crew.try_out(TryOut(Place(tmp_path)))
    maps = ["libavformat" in Path(f"/proc/{pid}/maps").read_text() for pid in children()]
    assert sorted(maps) == [False, True]
    assert list(tmp_path.glob(".leadpulse*")) == []


async def test_stands_still(crews: Callable[..., Crew], tmp_path: Path) -> None:
    """A job without progress is ended with its child, and the next job passes."""
    crew = crews(stall_seconds=0.5)
    with pytest.raises(Stalled):
        await crew.deliver(hung(tmp_path))
    assert (children(), crew.hung) == ([], 0)
    assert await crew.try_out(TryOut(Place(tmp_path))) > 0


async def test_dies(crews: Callable[..., Crew], tmp_path: Path) -> None:
    """A child that dies in the middle of a job is told with its signal, and the next job gets another one."""
    crew = crews()
    running = asyncio.create_task(crew.deliver(hung(tmp_path)))
    os.kill(await seen(), signal.SIGSEGV)
    with pytest.raises(Crashed, match="-11"):
        await running
    assert await crew.try_out(TryOut(Place(tmp_path))) > 0


async def test_dies_while_idle(crews: Callable[..., Crew], tmp_path: Path) -> None:
    """A child that the kernel ended between two jobs costs nothing but its own replacement."""
    crew = crews()
    await crew.try_out(TryOut(Place(tmp_path)))
    os.kill(await seen(), signal.SIGKILL)
    async with asyncio.timeout(120):
        while children():
            await asyncio.sleep(0.01)
    assert await crew.try_out(TryOut(Place(tmp_path))) > 0


async def test_one_copy_of_a_recording(crews: Callable[..., Crew], tmp_path: Path) -> None:
    """While a child copies a recording no other one may: the lock of a killed agent's child still stands."""
    source = tmp_path / "a.mp4"
    source.write_bytes(b"x" * (8 << 20))
    ended_at = source.stat().st_mtime_ns // 1_000_000
    job = Deliver(
        Place(tmp_path / "share"),
        source,
        "7",
        "a.mp4",
        8 << 20,
        ended_at,
        ".part",
        tmp_path / "lock",
        17,
        bytes_per_second=1e6,
    )
    (tmp_path / "share").mkdir()
    crew = crews()
    first = asyncio.create_task(crew.deliver(job))
    async with asyncio.timeout(120):
        while not (tmp_path / "share" / "7" / ".part").exists():
            await asyncio.sleep(0.01)
    with pytest.raises(BlockingIOError):
        await crew.deliver(job)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
