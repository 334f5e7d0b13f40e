"""The gateway's place in these tests: takes reports over HTTP, checks each against the schema, and can be ill."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web

from schemas.sources import RoomReport
from tests.installation import until

TOKEN = "s3cret-token"


@dataclass(slots=True)
class Receiver:
    """`fault` is an HTTP status to answer with, or `hang`; `refuse` is a room whose reports are answered with 400.

    `known` says which lead ids are and which are not; of others nobody can say. `lead_fault` is a status for that
    question; while `held`, it has no answer.
    """

    port: int = 0
    fault: int | str = 0
    known: dict[str, bool] = field(default_factory=dict)
    lead_fault: int = 0
    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    refuse: str = ""
    reports: list[RoomReport] = field(default_factory=list)
    attempts: int = 0
    _runner: web.AppRunner | None = None
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self.heal()
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """Where the reports go."""
        return f"http://127.0.0.1:{self.port}/hooks/jitsi"

    async def open(self) -> None:
        """Listen, on the port of the first time."""
        app = web.Application()
        app.router.add_post("/hooks/jitsi", self._take)
        app.router.add_post("/hooks/jitsi/lead", self._say)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Be away: connections are refused."""
        self._released.set()
        if self._runner:
            await self._runner.cleanup()

    def heal(self) -> None:
        """End every fault."""
        self.fault, self.refuse, self.lead_fault = 0, "", 0
        self._released.set()
        self.held.set()

    def of(self, room: str) -> list[RoomReport]:
        """Reports of a room (its JID) in the order of their arrival, each once."""
        node = room.partition("@")[0]
        return list({report.id: report for report in self.reports if report.room == node}.values())

    async def happened(self, room: str, *happenings: str) -> list[RoomReport]:
        """Wait until the room's reports are just these, and give them."""

        async def so() -> bool:
            return len(self.of(room)) >= len(happenings)

        try:
            await until(so, 10, "reports", pause=0.005)
        finally:
            found = [report.happening for report in self.of(room)]
            assert found == list(happenings), found
        return self.of(room)

    async def tried(self, times: int) -> None:
        """Wait until so many POSTs have come since now, answered well or not."""
        wanted = self.attempts + times

        async def so() -> bool:
            return self.attempts >= wanted

        await until(so, 10, f"{times} POSTs", pause=0.005)

    async def said(self, lead: str) -> None:
        """Wait until the question about this lead was answered, well or not."""

        async def so() -> bool:
            return lead in self.answered

        await until(so, 10, f"the question about {lead}", pause=0.005)

    async def _say(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" or request.content_type != "application/json":
            return web.Response(status=401)
        lead = (await request.json())["lead_id"]
        self.asked.append(lead)
        await self.held.wait()
        self.answered.append(lead)
        if self.lead_fault:
            return web.Response(status=self.lead_fault)
        return web.json_response({"known": self.known.get(lead)})

    async def _take(self, request: web.Request) -> web.Response:
        self.attempts += 1
        if self.fault == "hang":
            self._released.clear()
            await self._released.wait()
            return web.Response(status=500)
        if self.fault:
            return web.Response(status=int(self.fault))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" or request.content_type != "application/json":
            return web.Response(status=401)
        reports = msgspec.json.decode(await request.read(), type=list[RoomReport])
        assert all("type" not in report for report in await request.json())
        if any(report.room == self.refuse for report in reports):
            return web.Response(status=400)
        self.reports += reports
        return web.json_response({"accepted": len(reports)})
