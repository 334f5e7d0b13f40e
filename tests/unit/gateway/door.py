"""A gateway whose Kafka is a list: the same application as the worker's, on a free port."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiohttp import ClientSession, web

from streams.engine.kafka import Output
from streams.gateway.http import application, runner
from streams.gateway.intake import Intake
from streams.gateway.jitsi import JitsiEntrance
from streams.gateway.telegram import TelegramEntrance
from streams.gateway.wms import WmsEntrance
from streams.settings import Gateway

SETTINGS = Gateway.model_validate(
    {
        "max_body": 2048,
        "max_items": 3,
        "max_in_work": 2,
        "read_timeout": 0.2,
        "ack_timeout": 0.2,
        "wms": {"main": {"token": "right"}, "signed": {"hmac_secret": "key"}, "empty": {"token": ""}},
        "telegram": {"curator": {"secret": "s3cret"}, "empty": {"secret": ""}},
        "jitsi_token": "room",
    }
)


class Shelf:
    """Takes outputs as `streams.engine.kafka.Outputs` does; `fault` is raised instead, `gate` holds every send back."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, outputs: Iterable[Output]) -> None:
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        self.outputs += outputs


class Door:
    """The gateway's application, an HTTP client for it, and its shelf."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.intake = Intake(self.shelf, self._probe, SETTINGS.ack_timeout)
        self.intake.open = True
        entrances = {
            "/hooks/wms/{source}": WmsEntrance(SETTINGS, self.intake).take,
            "/hooks/telegram/{bot}": TelegramEntrance(SETTINGS, self.intake).take,
            "/hooks/jitsi": JitsiEntrance(SETTINGS, self.intake).take,
        }
        self._server = runner(application(SETTINGS, entrances))
        self.port = 0

    async def __aenter__(self) -> "Door":
        await self._server.setup()
        await web.TCPSite(self._server, "127.0.0.1", 0).start()
        self.port = self._server.addresses[0][1]
        self.client = ClientSession(f"http://127.0.0.1:{self.port}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.shelf.gate.set()
        await self.client.close()
        await self._server.cleanup()

    async def post(self, path: str, body: object, **headers: str) -> tuple[int, Any]:
        """Status and decoded answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.post(path, data=body, headers=named) as answer:
            return answer.status, await answer.json()

    async def wms(self, body: object) -> tuple[int, Any]:
        """Post to the source `main` with its token."""
        return await self.post("/hooks/wms/main", body, Authorization="Bearer right")

    async def _probe(self) -> bool:
        return True
