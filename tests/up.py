"""`leadpulse up` of a test: in a folder of its own, on free ports, with its log in a file."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path
from typing import IO

import psutil

from tests import processes
from tests.installation import until
from tests.ports import free_port

WORKERS = ("gateway", "pipeline", "transcribe", "store", "minutes", "notify", "web", "agent", "actions")

PATIENCE = 120.0
"""Seconds for what takes ten on a quiet machine."""

COMMAND = (sys.executable, "-m", "streams.cli", "up")


def held_by(unit: Path) -> tuple[str, ...]:
    """What stands before a command for it to run under the system calls that the unit allows."""
    return sys.executable, str(Path(__file__).with_name("seccomp.py")), str(unit)


class Up:
    """`leadpulse up` in a folder of its own, on free ports, and its log."""

    def __init__(self, folder: Path, broker_port: int, command: tuple[str, ...] = COMMAND) -> None:
        self.folder, self.log_file, self._command = folder, folder / "up.log", command
        self.environ = {
            "LEADPULSE_BROKER__PORT": str(broker_port),
            "LEADPULSE_BROKER__HEAP_MB": "256",
            "LEADPULSE_BROKER__SASL": "true",
            "LEADPULSE_KAFKA__BOOTSTRAP": f"127.0.0.1:{broker_port}",
            "LEADPULSE_STORE__API_PORT": str(free_port()),
            "LEADPULSE_GATEWAY__PORT": str(free_port()),
            "LEADPULSE_WEB__PORT": str(free_port()),
            "LEADPULSE_SPEECH__VOSK_MODEL": str(Path("tests/fixtures/vosk-ru-tiny").absolute()),
            "LEADPULSE_GATEWAY__WMS": json.dumps({"test": {"token": "100%-secret"}}),
            "LEADPULSE_LOG__FILE": "log/leadpulse.log",
            **{f"LEADPULSE_METRICS__{name.upper()}": str(free_port()) for name in WORKERS},
        }
        self.process: Process | None = None

    async def start(self) -> None:
        """Start it with its output in a file, as a shell's `>>` does."""
        with self.log_file.open("ab") as out:
            self.process = await self.run(out)

    async def run(self, out: IO[bytes] | int, **environ: str) -> Process:
        """One more `leadpulse up` with these settings."""
        whole = os.environ | self.environ | environ
        return await asyncio.create_subprocess_exec(
            *self._command, cwd=self.folder, env=whole, stdout=out, stderr=STDOUT
        )

    async def refused(self, **environ: str) -> str:
        """The one line of a start that is not possible."""
        process = await self.run(PIPE, **environ)
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
        assert process.returncode == 1
        (line,) = said.decode().splitlines()
        return line.removeprefix("Ошибка: ")

    @property
    def log(self) -> str:
        """All that it printed."""
        return self.log_file.read_text()

    def children(self) -> dict[str, psutil.Process]:
        """Its processes by name; Kafka itself is `java`, its small helpers before the start are not."""
        assert self.process is not None
        found = {}
        for child, words in processes.commands(self.process.pid):
            if "worker" in words:
                found[words[words.index("worker") + 1]] = child
            elif "kafka.Kafka" in words:
                found["java"] = child
        return found

    async def ready(self, times: int = 1) -> None:
        """Wait for the line that says so."""

        async def said() -> bool:
            assert self.process is not None and self.process.returncode is None, self.log
            return self.log.count("leadpulse.up: готово") >= times

        await until(said, PATIENCE, f"ready; see {self.log_file}")

    async def signal(self, number: int) -> None:
        """Send a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    async def ended(self) -> int:
        """Its exit code."""
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    async def kill(self) -> None:
        """End it and all its processes; nothing of it stays."""
        if self.process is not None and self.process.returncode is None:
            left = list(self.children().values())
            self.process.kill()
            await self.process.wait()
            psutil.wait_procs(left, timeout=PATIENCE)
