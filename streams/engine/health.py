"""The page of every worker: `/healthz` (alive), `/readyz` (can work, or what is missing), `/metrics`."""

import json
import os
from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.engine import metrics

Check = bool | str
"""What `/readyz` shows of one need: true, or what is missing, in words where there are some (false without)."""


PID_HEADER = "X-Leadpulse-Pid"
"""Process id behind the page: `leadpulse up` counts its own workers only, not what another one left on the port."""


class HealthPage:
    """Serves health and metrics on a loopback port; port 0 takes a free one."""

    def __init__(self, host: str, port: int, checks: Callable[[], Mapping[str, Check]]) -> None:
        self._host, self._port, self._checks = host, port, checks
        app = web.Application()
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None)

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, _: web.Request) -> web.Response:
        checks = dict(self._checks())
        ready = all(check is True for check in checks.values())
        headers = {PID_HEADER: str(os.getpid())}
        return web.json_response(checks, status=200 if ready else 503, headers=headers, dumps=_plain_json)

    async def _metrics(self, _: web.Request) -> web.Response:
        metrics.tell_needs({need: check is True for need, check in self._checks().items()})
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _plain_json(checks: object) -> str:
    """Reasons are Russian: readable with curl."""
    return json.dumps(checks, ensure_ascii=False)
