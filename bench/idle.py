"""What `leadpulse up` costs when nothing happens: resident memory and CPU of the broker and the five workers."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psutil

from streams.settings import Metrics
from tests.ports import free_port

SETTLE_SECONDS, MEASURE_SECONDS = 15, 30
WORKERS = ("gateway", "pipeline", "transcribe", "store", "notify")


async def idle() -> dict[str, object]:
    """Start everything in a temporary folder, wait until it is quiet, measure, stop."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-idle-") as folder:
        metrics = Metrics(**{name: free_port() for name in WORKERS})
        environ = {
            "LEADPULSE_BROKER__PORT": (port := str(free_port())),
            "LEADPULSE_BROKER__FOLDER": f"{folder}/kafka",
            "LEADPULSE_KAFKA__BOOTSTRAP": f"127.0.0.1:{port}",
            "LEADPULSE_STORE__FOLDER": f"{folder}/chdb",
            "LEADPULSE_STORE__API_PORT": str(free_port()),
            "LEADPULSE_STORE__API_TOKEN_FILE": f"{folder}/token",
            "LEADPULSE_GATEWAY__PORT": str(free_port()),
            **{f"LEADPULSE_METRICS__{name.upper()}": str(getattr(metrics, name)) for name in WORKERS},
        }
        with (Path(folder) / "up.log").open("wb") as log:
            up = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "streams.cli", "up", env=os.environ | environ, stdout=log, stderr=log
            )
        try:
            await _ready([f"http://127.0.0.1:{getattr(metrics, name)}/healthz" for name in WORKERS])
            await asyncio.sleep(SETTLE_SECONDS)
            return await asyncio.to_thread(_measure, up.pid)
        finally:
            up.send_signal(signal.SIGTERM)
            await up.wait()


async def _ready(urls: list[str]) -> None:
    async with asyncio.timeout(120), aiohttp.ClientSession() as session:
        for url in urls:
            while True:
                try:
                    async with session.get(url):
                        break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.5)


def _measure(pid: int) -> dict[str, object]:
    processes = {_name(child): child for child in psutil.Process(pid).children(recursive=True)}
    before = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
    time.sleep(MEASURE_SECONDS)
    used = {name: sum(process.cpu_times()[:2]) - before[name] for name, process in processes.items()}
    memory = {name: process.memory_info().rss >> 20 for name, process in processes.items()}
    return {
        "rss_mb": sum(memory.values()),
        "cpu_percent": round(sum(used.values()) / MEASURE_SECONDS * 100, 2),
        "processes": {
            name: {"rss_mb": memory[name], "cpu_percent": round(used[name] / MEASURE_SECONDS * 100, 2)}
            for name in sorted(processes)
        },
    }


def _name(process: psutil.Process) -> str:
    line = process.cmdline()
    known = [word for word in (*WORKERS, "kafka.Kafka") if word in line]
    return known[0] if known else f"{process.name()} {process.pid}"
