"""The processes of the demo and their settings: `leadpulse up` and the recorder agent."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from demo.material import BOT, CURATOR, PROMISER
from streams.embedded.up import workers_of
from streams.settings import Settings, load
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.n8n import FakeN8n
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.telegram import FakeTelegram

T = TypeVar("T")

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "var" / "demo"
CURATOR_CHAT, REPORT_CHAT = 500, -1001000000001


PATIENCE_SECONDS = 900.0
"""For each thing that must come: seconds on a quiet machine, minutes on one that has other work. Only a demo that hangs
meets this."""

BUSY = {429, 503}
"""Answers that ask to come again."""


async def until(ask: Callable[[], Awaitable[T | None]], what: str) -> T:
    """The first answer that is not None. Raises `TimeoutError` when none comes for very long."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (answer := await ask()) is None:  # noqa: ASYNC110 — the answer is in another process
                await asyncio.sleep(0.05)
            return answer
    except TimeoutError as error:
        raise TimeoutError(f"not within {PATIENCE_SECONDS:g} s: {what}") from error


class Stage:
    """Starts and ends everything; knows how to talk to it."""

    def __init__(self, telegram: FakeTelegram, bitrix: FakeBitrix, notebook: FakeOpenNotebook, n8n: FakeN8n) -> None:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        self.recordings, self.storage = FOLDER / "jibri", FOLDER / "storage"
        self.recordings.mkdir()
        self.storage.mkdir()
        secret = [secrets.token_urlsafe(24) for _ in range(5)]
        self.webhook_secret, self.jitsi_token, self.live_token, self._wms_token, self._bitrix_token = secret
        rules = FOLDER / "rules.toml"
        rules.write_text("[alerts]\nquiet_from = 0\nquiet_until = 0\nshadow_days = 0.0\n")  # a demo has no second day
        os.environ |= {
            "LEADPULSE_PIPELINE__RULES": str(rules),
            "LEADPULSE_BROKER__FOLDER": str(FOLDER / "kafka"),
            "LEADPULSE_STORE__FOLDER": str(FOLDER / "chdb"),
            "LEADPULSE_STORE__API_TOKEN_FILE": str(FOLDER / "api-token"),
            "LEADPULSE_STORE__BASELINE_SECONDS": "1",
            "LEADPULSE_SPEECH__RECORDINGS": str(self.storage),
            "LEADPULSE_GATEWAY__WMS": json.dumps({"demo": {"token": self._wms_token}}),
            "LEADPULSE_GATEWAY__TELEGRAM": json.dumps({"demo": {"secret": self.webhook_secret}}),
            "LEADPULSE_GATEWAY__JITSI_TOKEN": self.jitsi_token,
            "LEADPULSE_GATEWAY__LIVE_TOKEN": self.live_token,
            "LEADPULSE_GATEWAY__LIVE_SPOOL": str(FOLDER / "live.spool"),
            "LEADPULSE_TRACKS__SPOOL": str(FOLDER / "tracks"),
            "LEADPULSE_JITSI__OUR_PEOPLE": json.dumps([PROMISER]),
            "LEADPULSE_WEB__BOT": BOT,
            "LEADPULSE_TELEGRAM__API": telegram.url,
            "LEADPULSE_TELEGRAM__TOKEN": telegram.token,
            "LEADPULSE_TELEGRAM__CURATOR_CHAT": str(CURATOR_CHAT),
            "LEADPULSE_TELEGRAM__REPORT_CHAT": str(REPORT_CHAT),
            "LEADPULSE_TELEGRAM__STAFF": json.dumps([CURATOR]),
            "LEADPULSE_MINUTES__EXPORTS": str(FOLDER / "exports"),
            "LEADPULSE_EXPORT__FOLDER": str(FOLDER / "exports"),
            "LEADPULSE_BITRIX__WEBHOOK": bitrix.webhook,
            "LEADPULSE_BITRIX__PORTAL": "https://demo.bitrix24.ru",
            "LEADPULSE_BITRIX__READ": "true",
            "LEADPULSE_GATEWAY__BITRIX_TOKEN": self._bitrix_token,
            "LEADPULSE_NOTEBOOK__URL": notebook.url,
            "LEADPULSE_NOTEBOOK__PASSWORD": notebook.password,
            "LEADPULSE_WEBHOOKS__URL": n8n.url,
            "LEADPULSE_WEBHOOKS__SECRET": n8n.secret,
            "LEADPULSE_RECORDER__RECORDINGS": str(self.recordings),
            "LEADPULSE_RECORDER__TARGET": str(self.storage),
            "LEADPULSE_RECORDER__POLL_SECONDS": "0.2",
        }
        self.settings: Settings = load()
        running = {"pid": os.getpid(), "bootstrap": self.settings.kafka.bootstrap}
        (FOLDER / "running.json").write_text(json.dumps(running) + "\n")  # `leadpulse web demo-users` asks whose it is
        self._processes: list[Process] = []
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS))

    async def start(self) -> None:
        """Start `leadpulse up` and the recorder; return when every worker is ready."""
        await self._start("streams.cli", "up")
        await self._start("recorder", "run")
        metrics = self.settings.metrics
        for name in (*workers_of(self.settings), "recorder"):

            async def ready(url: str = f"http://127.0.0.1:{getattr(metrics, name)}/readyz") -> bool | None:
                if any(process.returncode is not None for process in self._processes):
                    raise RuntimeError(f"a process ended by itself: {_last_line()}")
                try:
                    async with self._session.get(url) as answer:
                        return True if answer.status == 200 else None
                except aiohttp.ClientError:
                    return None

            await until(ready, f"{name} is ready; see {FOLDER / 'up.log'}")

    async def stop(self) -> None:
        """End all processes in order."""
        await self._session.close()
        for process in reversed(self._processes):
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
            except TimeoutError:
                process.kill()

    async def post_wms(self, events: list[dict[str, Any]]) -> None:
        """Give events to the gateway as a warehouse system does, up to 1000 at once."""
        url = f"http://{self.settings.gateway.host}:{self.settings.gateway.port}/hooks/wms/demo"
        headers = {"Authorization": f"Bearer {self._wms_token}"}
        for first in range(0, len(events), 1000):
            part = events[first : first + 1000]

            async def taken(part: list[dict[str, Any]] = part) -> bool | None:
                async with self._session.post(url, json=part, headers=headers) as answer:
                    if answer.status in BUSY:
                        return None
                    if answer.status != 200:
                        raise RuntimeError(f"gateway answered {answer.status}: {await answer.text()}")
                    return True

            await until(taken, "the gateway takes events")

    async def post_bitrix(self, event: str, number: int) -> None:
        """Tell the gateway that something has changed, as the portal does."""
        url = f"http://{self.settings.gateway.host}:{self.settings.gateway.port}/hooks/bitrix"
        form = {"event": event, "data[FIELDS][ID]": str(number), "auth[application_token]": self._bitrix_token}
        async with self._session.post(url, data=form) as answer:
            if answer.status != 200:
                raise RuntimeError(f"gateway answered {answer.status}: {await answer.text()}")

    async def sql(self, query: str) -> list[list[Any]]:
        """Rows of a query to the store's API."""
        store = self.settings.store
        token = store.api_token.get_secret_value() or store.api_token_file.read_text().strip()
        url = f"http://{store.api_host}:{store.api_port}/api/sql"
        headers = {"Authorization": f"Bearer {token}"}

        async def rows() -> list[list[Any]] | None:
            async with self._session.post(url, json={"query": query}, headers=headers) as answer:
                if answer.status in BUSY:
                    return None
                if answer.status != 200:
                    raise RuntimeError(f"store answered {answer.status}: {await answer.text()}")
                found: list[list[Any]] = (await answer.json())["rows"]
                return found

        return await until(rows, "the store answers")

    async def run(self, program: str, *arguments: str) -> str:
        """Run a program, or `leadpulse`, to its end; what it says. Raises `RuntimeError` with its code and words."""
        command = (sys.executable, "-m", "streams.cli") if program == "leadpulse" else (program,)
        process = await asyncio.create_subprocess_exec(
            *command, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, complaints = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{program} ended with {process.returncode}: {complaints.decode(errors='replace')}")
        return said.decode()

    async def _start(self, module: str, argument: str) -> Process:
        with (FOLDER / f"{argument if module == 'streams.cli' else module}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, argument, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(process)
        return process


def _last_line() -> str:
    """What the processes said last: of a start that is not possible, the reason."""
    logs = [FOLDER / "up.log", FOLDER / "recorder.log"]
    said = [line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()[-1:]]
    return " / ".join(said) or f"see {FOLDER}"
