"""The real Prometheus of this machine's packages with our rules, for one test."""

import asyncio
import re
import subprocess
from pathlib import Path

import aiohttp
import yaml

from tests.installation import until
from tests.ports import free_port
from tests.wheel import ROOT

RULES = ROOT / "deploy" / "prometheus"


class Prometheus:
    """It asks workers (name to port) every second, and tells of what holds without waiting for it to last."""

    def __init__(self, folder: Path, workers: dict[str, int]) -> None:
        self._folder, self._workers, self._port = folder, workers, free_port()
        self.log = folder / "prometheus.log"

    async def __aenter__(self) -> "Prometheus":
        self._folder.mkdir()
        for rules in RULES.glob("*.yml"):
            at_once = re.sub(r"(?m)^( +)(for|interval): .*$", r"\1\2: 1s", rules.read_text())
            (self._folder / rules.name).write_text(at_once)
        asked = [{"targets": [f"127.0.0.1:{port}"], "labels": {"worker": name}} for name, port in self._workers.items()]
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(self._folder / rules.name) for rules in RULES.glob("*.yml")],
            "scrape_configs": [{"job_name": "leadpulse", "static_configs": asked}],
        }
        file = self._folder / "config.yaml"
        file.write_text(yaml.safe_dump(config))
        places = [f"--config.file={file}", f"--storage.tsdb.path={self._folder / 'data'}"]
        listens = f"--web.listen-address=127.0.0.1:{self._port}"
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: ASYNC220 — it is started, not waited for
                ["prometheus", *places, listens], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )
        self._client = aiohttp.ClientSession(f"http://127.0.0.1:{self._port}")
        await until(self._ready, 30, f"Prometheus answers; see {self.log}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, 60)

    async def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Labels and value of each series that the expression gives now."""
        async with self._client.get("/api/v1/query", params={"query": expression}) as answer:
            found = (await answer.json())["data"]["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]

    async def asked_all(self) -> bool:
        """Whether every worker answers it."""
        return {labels["worker"] for labels, _ in await self.query("up == 1")} == self._workers.keys()

    async def fires(self, alert: str) -> set[str]:
        """Workers of which an alert tells now."""
        firing = await self.query(f'ALERTS{{alertname="{alert}", alertstate="firing"}}')
        return {labels.get("worker", "") for labels, _ in firing}

    async def _ready(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        try:
            async with self._client.get("/-/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False
