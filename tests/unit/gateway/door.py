"""A gateway whose Kafka is a list: the same application as the worker's, on a free port."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import ClientSession

from processors.mapping import SourceMapping
from streams.engine.kafka import Output
from streams.gateway.http import Server
from streams.gateway.intake import Intake
from streams.gateway.worker import entrances
from streams.settings import Gateway

ADDRESS = "an-address-that-nobody-guesses"
NOW = 1_795_300_000_000
"""2026-11-22: the clock of this gateway."""

SETTINGS = Gateway.model_validate(
    {
        "max_body": 2048,
        "max_items": 3,
        "port": 0,
        "max_in_work": 2,
        "read_timeout": 0.2,
        "ack_timeout": 0.2,
        "wms": {
            "main": {"token": "right"},
            "signed": {"hmac_secret": "key", "path_secret": ADDRESS},
            "both": {"token": "right", "hmac_secret": "key"},
            "empty": {"token": ""},
        },
        "telegram": {"curator": {"secret": "s3cret"}},
        "jitsi_token": "room",
    }
)


class Shelf:
    """Takes outputs as `streams.engine.kafka.Outputs` does; `fault` is raised instead, `gate` holds every send back."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.fault: Exception | None = None
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, outputs: Iterable[Output]) -> None:
        self.asked += 1
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        self.outputs += outputs


class Door:
    """The gateway's application, an HTTP client for it, and its shelf."""

    def __init__(self, mappings: Mapping[str, SourceMapping] | None = None, **changes: object) -> None:
        settings = SETTINGS.model_copy(update=changes)
        self.shelf = Shelf()
        self.intake = Intake(self.shelf, self._probe, settings)
        self.intake.open = True
        self.known: dict[str, bool] = {}
        self.server = Server(entrances(settings, self.intake, lambda: NOW, mappings or {}, self.known.get), settings)
        self.port = 0

    async def __aenter__(self) -> "Door":
        self.port = await self.server.start()
        self.client = ClientSession(f"http://127.0.0.1:{self.port}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.shelf.gate.set()
        await self.client.close()
        await self.server.stop()

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
