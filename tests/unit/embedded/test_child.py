"""A worker under `leadpulse up`: what it is given, when it comes back, how it ends. Real processes of our own."""

import asyncio
import io
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from streams.embedded import child as module
from streams.embedded.child import Child
from streams.embedded.console import Console
from streams.settings import Log
from tests import processes

Make = Callable[..., Child]


@pytest.fixture
def out() -> io.StringIO:
    """The terminal."""
    return io.StringIO()


@pytest_asyncio.fixture
async def make(out: io.StringIO) -> AsyncIterator[Make]:
    """Makes children that run a piece of Python."""
    console, made = Console(Log(), out), []

    def make(program: str, handed: bytes = b"", holds: tuple[int, ...] = ()) -> Child:
        made.append(Child("store", handed, console, holds, (sys.executable, "-uc", program)))
        return made[-1]

    yield make
    for one in made:
        one.kill()
        await one.stop()
    await console.close()


async def said(out: io.StringIO, text: str, times: int = 1) -> None:
    """Wait until the terminal shows it."""
    async with asyncio.timeout(60):
        while out.getvalue().count(text) < times:
            await asyncio.sleep(0.02)


async def running(one: Child, wanted: bool) -> None:
    """Wait until it has a process, or none any more."""
    while (one.pid is not None) is not wanted:
        await asyncio.sleep(0.01)


async def test_it_is_handed_its_settings_and_nothing_else(
    make: Make, out: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It reads what it is given; its environment has no settings; what it writes is its own; the lock stays open."""
    monkeypatch.setenv("LEADPULSE_TELEGRAM__TOKEN", "1:secret")
    with (tmp_path / "lock").open("wb") as lock:
        program = (
            "import os, sys; print('read', len(sys.stdin.buffer.read()), oct(os.umask(0)),"
            f"[n for n in os.environ if n.startswith('LEADPULSE_T')], os.fstat({lock.fileno()}).st_ino);"
            "import time; time.sleep(600)"
        )
        make(program, b"x" * 1_000_000, (lock.fileno(),)).start()
        await said(out, f"store      | read 1000000 0o77 [] {os.fstat(lock.fileno()).st_ino}\n")


async def test_it_comes_back_and_that_is_said_once(
    make: Make, out: io.StringIO, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever ends it, it starts again, later each time; only the first end of a row is told."""
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    started = time.monotonic()
    with caplog.at_level(logging.WARNING):
        make("print('life'); raise SystemExit(70)").start()
        await said(out, "store      | life\n", times=4)
    assert time.monotonic() - started >= 0.01 + 0.02 + 0.04
    assert [record.getMessage() for record in caplog.records] == ["store завершился (завис); запускаю снова, пауза 0 с"]


async def test_it_stops_in_order_and_stays_stopped(make: Make, out: io.StringIO) -> None:
    """SIGTERM lets it finish its work; it is not started again."""
    program = (
        "import signal, sys, time; signal.signal(15, lambda *_: (print('done'), sys.exit(0)));"
        "print('up'); time.sleep(600)"
    )
    one = make(program)
    one.start()
    await said(out, "up")
    await one.stop()
    await said(out, "done")
    assert (one.pid, out.getvalue().count("up")) == (None, 1)


async def test_one_that_cannot_end_is_killed(make: Make, out: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that takes no SIGTERM does not hold the installation for ever."""
    monkeypatch.setattr(module, "STOP_SECONDS", 0.2)
    one = make("import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(600)")
    one.start()
    await said(out, "up")
    async with asyncio.timeout(30):
        await one.stop()
    assert one.pid is None


async def test_a_stop_in_a_pause_does_not_wait(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits to be started again is not started, and not waited for."""
    monkeypatch.setattr(module, "FIRST_PAUSE", 600.0)
    one = make("import time; time.sleep(1); raise SystemExit(1)")  # seen before it ends
    one.start()
    async with asyncio.timeout(60):
        await running(one, True)
        await running(one, False)
        await one.stop()


PARENT = """
import asyncio, sys
from streams.embedded.child import Child
from streams.embedded.console import Console
from streams.settings import Log

async def main():
    program = "import os, time; print(os.getpid()); time.sleep(600)"
    Child("store", b"", Console(Log()), (), (sys.executable, "-uc", program)).start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_it_dies_with_its_parent() -> None:
    """SIGKILL to the parent ends the child too, without a word from anybody."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline().split("|")[1])
    orphan = psutil.Process(pid)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    assert not psutil.wait_procs([orphan], timeout=60)[1] or processes.ended(orphan)
