"""`leadpulse up` as a user runs it: everything gets ready, what dies comes back, Ctrl-C stops in order or at once."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from tests.installation import until
from tests.ports import free_port

WORKERS = ("gateway", "pipeline", "transcribe", "store", "notify")


class Up:
    """A running `leadpulse up` and its log."""

    def __init__(self, process: Process, log: Path) -> None:
        self.process, self._log = process, log

    @property
    def log(self) -> str:
        """All that it printed."""
        return self._log.read_text()

    def pid_of(self, word: str) -> int | None:
        """The child whose command line holds a word."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if word in child.cmdline():
                    return child.pid
        return None

    async def ready(self) -> None:
        """Wait for the line that says so."""

        async def said() -> bool:
            return "leadpulse.up: ready" in self.log

        await until(said, 90, f"ready; see {self._log}")


@pytest.fixture
async def up(tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> AsyncIterator[Up]:
    """`leadpulse up` in a folder of its own, on free ports."""
    broker_port, _ = free_ports()
    environ = {
        "LEADPULSE_BROKER__PORT": str(broker_port),
        "LEADPULSE_KAFKA__BOOTSTRAP": f"127.0.0.1:{broker_port}",
        "LEADPULSE_STORE__API_PORT": str(free_port()),
        "LEADPULSE_GATEWAY__PORT": str(free_port()),
        "LEADPULSE_SPEECH__VOSK_MODEL": str(Path("tests/fixtures/vosk-ru-tiny").absolute()),
        "LEADPULSE_GATEWAY__WMS": json.dumps({"test": {"token": "100%-secret"}}),
        **{f"LEADPULSE_METRICS__{name.upper()}": str(free_port()) for name in WORKERS},
    }
    log = tmp_path / "up.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "streams.cli", "up", cwd=tmp_path, env=os.environ | environ, stdout=out, stderr=out
        )
    yield Up(process, log)
    if process.returncode is None:
        children = psutil.Process(process.pid).children(recursive=True)
        for child in children:
            child.kill()
        process.kill()
        await process.wait()


@pytest.mark.timeout(180)
async def test_ready_restart_and_stop_in_order(up: Up) -> None:
    """All get ready; a killed worker comes back; Ctrl-C ends the gateway first, the broker last, with exit code 0."""
    await up.ready()
    pid = up.pid_of("pipeline")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    async def back() -> bool:
        return up.pid_of("pipeline") not in (None, pid)

    await until(back, 30, "pipeline runs again")
    children = psutil.Process(up.process.pid).children(recursive=True)
    up.process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(up.process.wait(), 90) == 0
    stops = [line.split("|")[0].strip() for line in up.log.splitlines() if line.endswith("stopping code=0")]
    assert stops[0] == "gateway"
    lines = up.log.splitlines()
    broker_stops = next(n for n, line in enumerate(lines) if line.startswith("broker") and "stopping" in line)
    assert broker_stops > max(n for n, line in enumerate(lines) if line.endswith("stopping code=0"))
    assert not any(child.is_running() for child in children)
    assert "100%-secret" not in up.log


@pytest.mark.timeout(120)
async def test_second_signal_stops_at_once(up: Up) -> None:
    """The second Ctrl-C leaves no process behind, without waiting for anybody."""
    await up.ready()
    children = psutil.Process(up.process.pid).children(recursive=True)
    for name in ("store", "pipeline"):
        pid = up.pid_of(name)
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # these would take their whole time to be stopped in order
    up.process.send_signal(signal.SIGINT)
    await asyncio.sleep(0.5)
    up.process.send_signal(signal.SIGINT)
    await asyncio.wait_for(up.process.wait(), 10)

    async def gone() -> bool:
        return not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)

    await until(gone, 10, "all processes are gone")
