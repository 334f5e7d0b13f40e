"""`leadpulse up` in a temporary folder with a fake Telegram beside it: what the benches of the whole line run on."""

import asyncio
import contextlib
import json
import os
import re
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from schemas.errors import Transient
from streams.settings import Kafka, Metrics
from tests.installation import AT_ANY_HOUR
from tests.ports import free_pair, free_port

WORKERS = (
    "gateway",
    "pipeline",
    "transcribe",
    "tracks",
    "live",
    "minutes",
    "store",
    "notify",
    "web",
    "agent",
    "actions",
)
HEARING = ("tracks", "live")
"""They run only where a videobridge is let in."""
KAFKA = "kafka"
READY_SECONDS = 600.0
"""A machine that is busy with something else is slow, not broken."""

_STORED = re.compile(r'^leadpulse_stored_rows(?:_total)?\{table="events"\} (\S+)$', re.MULTILINE)


class House:
    """Everything running: addresses, CPU of its processes, what has arrived where."""

    def __init__(self, folder: Path, chats: Mapping[str, int], *, hears: bool) -> None:
        broker, _ = free_pair()
        self.folder, self.token = folder, secrets.token_urlsafe(16)
        self.gateway, self.store_api = free_port(), free_port()
        self.metrics = Metrics(**{name: free_port() for name in (*WORKERS, "recorder")})
        self.kafka = Kafka(bootstrap=f"127.0.0.1:{broker}")
        self._chats, self._bot = chats, "1:bench"
        rules = Path(folder) / "rules.toml"
        rules.write_text(AT_ANY_HOUR)
        self._environ = {
            "LEADPULSE_PIPELINE__RULES": str(rules),
            "LEADPULSE_BROKER__PORT": str(broker),
            "LEADPULSE_BROKER__FOLDER": f"{folder}/kafka",
            "LEADPULSE_KAFKA__BOOTSTRAP": self.kafka.bootstrap,
            "LEADPULSE_STORE__FOLDER": f"{folder}/chdb",
            "LEADPULSE_STORE__API_PORT": str(self.store_api),
            "LEADPULSE_STORE__API_TOKEN_FILE": f"{folder}/token",
            "LEADPULSE_MINUTES__EXPORTS": f"{folder}/exports",
            "LEADPULSE_GATEWAY__PORT": str(self.gateway),
            "LEADPULSE_GATEWAY__LIVE_SPOOL": f"{folder}/live.spool",
            "LEADPULSE_SPEECH__SPOOL": f"{folder}/speech",
            "LEADPULSE_TRACKS__SPOOL": f"{folder}/tracks",
            "LEADPULSE_WEB__PORT": str(free_port()),
            "LEADPULSE_GATEWAY__WMS": json.dumps({"bench": {"token": self.token}}),
            "LEADPULSE_TELEGRAM__TOKEN": self._bot,
            "LEADPULSE_TELEGRAM__CURATORS": json.dumps(dict(chats)),
            **{f"LEADPULSE_METRICS__{name.upper()}": str(getattr(self.metrics, name)) for name in WORKERS},
        }
        if hears:
            self._environ["LEADPULSE_GATEWAY__LIVE_TOKEN"] = self.token
        self._awaited = [name for name in WORKERS if hears or name not in HEARING]
        self.up: asyncio.subprocess.Process | None = None
        self._telegram: asyncio.subprocess.Process | None = None
        self.telegram_url = ""
        self.ready_seconds = 0.0

    async def start(self) -> None:
        """Start the fake and `leadpulse up`; return when every worker is ready."""
        chats = [word for chat in self._chats.values() for word in ("--chat", str(chat))]
        self._telegram = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fakes.telegram", *chats),
            env=os.environ | {"FAKE_TELEGRAM_TOKEN": self._bot},
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._telegram.stdout is not None
        self.telegram_url = (await self._telegram.stdout.readline()).decode().strip()
        began = time.monotonic()
        with (self.folder / "up.log").open("wb") as log:
            self.up = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "streams.cli", "up"),
                env=os.environ | self._environ | {"LEADPULSE_TELEGRAM__API": self.telegram_url},
                stdout=log,
                stderr=log,
            )
        await self.ready()
        self.ready_seconds = round(time.monotonic() - began, 1)

    async def ready(self) -> None:
        """Wait for every worker's `/readyz`. Raises TimeoutError."""
        async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as session:
            for name in self._awaited:
                while not await _answers(session, f"http://127.0.0.1:{getattr(self.metrics, name)}/readyz"):
                    await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """End both in order."""
        for process in (self.up, self._telegram):
            if process is not None and process.returncode is None:
                process.send_signal(signal.SIGTERM)
                await process.wait()

    def processes(self) -> dict[str, psutil.Process]:
        """What runs now, by the worker's name."""
        assert self.up is not None
        found = {}
        for child in psutil.Process(self.up.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is looked at
                if child.status() != psutil.STATUS_ZOMBIE:
                    found[_name(child)] = child
        return found

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU (user and system) that each process has used."""
        return {name: sum(process.cpu_times()[:2]) for name, process in self.processes().items()}

    async def stored(self) -> int:
        """Rows of `events` that the store has written since it started."""
        url = f"http://127.0.0.1:{self.metrics.store}/metrics"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            found = _STORED.search(await answer.text())
        return int(float(found.group(1))) if found else 0

    async def until_stored(self, rows: int, seconds: float = 120.0) -> float:
        """Wait until the store has written `rows`; the seconds that took. Raises `Transient`."""
        began = time.monotonic()
        while await self.stored() < rows:
            if time.monotonic() - began > seconds:
                raise Transient(f"{await self.stored()} of {rows} rows stored after {seconds} s")
            await asyncio.sleep(0.1)
        return time.monotonic() - began

    async def told(self, chats: Iterable[int]) -> dict[int, int]:
        """When (ms) the fake Telegram got the first message of each of these chats."""
        wanted = set(chats)
        async with aiohttp.ClientSession() as session, session.get(f"{self.telegram_url}/_control/messages") as answer:
            messages: list[dict[str, Any]] = (await answer.json())["messages"]
        first: dict[int, int] = {}
        for message in messages:
            if message["chat"] in wanted:
                first.setdefault(message["chat"], message["ts_ms"])
        return first

    async def until_told(self, chats: Iterable[int], seconds: float = 60.0) -> dict[int, int]:
        """Wait until each chat has its message, at most `seconds`; what came until then."""
        wanted, began = set(chats), time.monotonic()
        while len(told := await self.told(wanted)) < len(wanted) and time.monotonic() - began < seconds:
            await asyncio.sleep(0.5)
        return told


@contextlib.asynccontextmanager
async def running(folder: Path, chats: Mapping[str, int], *, hears: bool = False) -> AsyncIterator[House]:
    """A house that is ready; stopped behind the block. `chats` are the curators' by lead. `hears`: a videobridge is let
    in."""
    house = House(folder, chats, hears=hears)
    try:
        await house.start()
        yield house
    finally:
        await house.stop()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _name(process: psutil.Process) -> str:
    line = process.cmdline()
    if "kafka.Kafka" in line:
        return KAFKA
    known = [word for word in WORKERS if word in line]
    return known[0] if known else f"{process.name()} {process.pid}"
