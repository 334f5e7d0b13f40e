"""A gateway process of an installation, a client for it, and what its sources send."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from schemas.sources import Inbound
from schemas.topics import WMS
from tests.installation import Installation, Started, until
from tests.ports import free_port

ADDRESS = "an-address-that-nobody-guesses"
SOURCES = {"main": {"token": "right"}, "signed": {"hmac_secret": "key", "path_secret": ADDRESS}}
BOTS = {"curator": {"secret": "s3cret"}}


class Gateway:
    """A gateway process and a client for it."""

    def __init__(
        self, installation: Installation, client: aiohttp.ClientSession, url: str, page: str, process: Started
    ) -> None:
        self.installation, self.client, self.process, self._url, self._page = installation, client, process, url, page
        self.port = int(url.rpartition(":")[2])

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        """Status and answer; every 429 and 503 must say when to come again."""
        async with self.client.post(self._url + path, data=body, headers=headers) as answer:
            if answer.status in (429, 503):
                assert int(answer.headers["Retry-After"]) > 0
            return answer.status, await answer.json()

    async def page(self, path: str) -> int:
        """Status of `/healthz` or `/readyz`; 0 while the page is not there."""
        try:
            async with self.client.get(self._page + path) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def alive(self) -> bool:
        return await self.page("/healthz") == 200

    async def ready(self) -> bool:
        return await self.page("/readyz") == 200

    async def away(self) -> bool:
        return await self.page("/readyz") == 503

    async def payloads(self) -> list[bytes]:
        """What stands on `source.wms`."""
        records = await self.installation.read(WMS)
        return [bytes(msgspec.json.decode(record.value, type=Inbound).payload) for record in records]


@asynccontextmanager
async def started(installation: Installation, **environ: str) -> AsyncIterator[Gateway]:
    """A gateway process of this installation; it must end with 0 on SIGTERM, however often."""
    port = free_port()
    process = installation.worker(
        "gateway",
        {
            "LEADPULSE_GATEWAY__PORT": str(port),
            "LEADPULSE_GATEWAY__MAX_BODY": "65536",
            "LEADPULSE_GATEWAY__WMS": json.dumps(SOURCES),
            "LEADPULSE_GATEWAY__TELEGRAM": json.dumps(BOTS),
            **environ,
        },
    )
    page = f"http://127.0.0.1:{installation.settings.metrics.gateway}"
    try:
        async with aiohttp.ClientSession() as client:
            gateway = Gateway(installation, client, f"http://127.0.0.1:{port}", page, process)
            await until(gateway.alive, 20, "gateway is alive")
            yield gateway
    finally:
        while process.poll() is None:  # and as often as an impatient supervisor likes
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.002)
        code = process.returncode
    assert code == 0
