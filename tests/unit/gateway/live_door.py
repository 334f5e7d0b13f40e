"""A real server with the entrance of the videobridge: a fake bridge before it, a shelf for Kafka behind it."""

import asyncio
from pathlib import Path

from aiohttp import ClientSession, WSServerHandshakeError
from pydantic import SecretStr

from schemas.errors import Transient
from schemas.sources import RoomReport
from schemas.topics import RECORDINGS
from schemas.types import Millis
from streams.engine.clock import wall_clock
from streams.engine.reader import Reader
from streams.gateway.http import Server
from streams.gateway.live import LiveEntrance
from streams.gateway.live_holes import Holes, Sign
from streams.gateway.live_keeper import Keeper
from streams.gateway.live_meetings import RunningMeetings
from streams.gateway.live_spool import Spool
from streams.settings import Gateway, Kafka
from tests.fakes.bridge import Bridge, Habits
from tests.fakes.bridge_script import Script, Turn
from tests.unit.gateway.test_live_keeper import Shelf

SCRIPT = Script.of(
    [Turn("a1", 0.2, "мы уходим к другому складу"), Turn("b1", 0.6, "подождите", "ru+m3"), Turn("a1", 3.2, "да")]
)
SETTINGS = Gateway(port=0, live_token=SecretStr("right"), live_connections=3)


class Tail:
    """What stands on the topic from an earlier process; `faults` times it cannot be read."""

    def __init__(self) -> None:
        self.sign: Sign | None = None
        self.asked = self.faults = 0

    async def last(self, meeting_id: str, before: Millis, ours: frozenset[str]) -> Sign | None:
        self.asked += 1
        if self.asked <= self.faults:
            raise Transient("away")
        return self.sign


class Ops:
    """What was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def begins(self, kind: str, subject: str, detail: str = "") -> None:
        self.told.append(("begins", kind, subject, detail))

    def ends(self, kind: str, subject: str) -> None:
        self.told.append(("ends", kind, subject))


class Live:
    """The server."""

    def __init__(self, folder: Path) -> None:
        self.shelf, self.tail, self.ops = Shelf(), Tail(), Ops()
        self.meetings = RunningMeetings(Reader(Kafka(), RECORDINGS), wall_clock)
        self.meetings.loaded.set()
        self.keeper = Keeper(self.shelf, Spool(folder / "spool", 1 << 20), wall_clock)
        self.holes = Holes(self.keeper, self.tail)
        self.entrance = LiveEntrance(SETTINGS, self.meetings, self.keeper, self.holes, wall_clock, self.ops)
        self.server = Server({}, SETTINGS, {"/live/{meeting}": self.entrance.take}, self.entrance.close)
        self.happened("meeting_started")

    def happened(self, happening: str, ts: Millis | None = None, meeting: str = "m-1") -> None:
        at = wall_clock() if ts is None else ts
        self.meetings.take(RoomReport("r", happening, at, "lead-7", meeting, jitsi_meeting_id="1a6f316d"))  # type: ignore[arg-type]

    async def __aenter__(self) -> "Live":
        self.port = await self.server.start()
        self.url = f"ws://127.0.0.1:{self.port}/live/{{meeting}}"
        self.tasks = [asyncio.ensure_future(work()) for work in (self.keeper.run, self.entrance.tick)]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.keeper.finish()

    def bridge(self, script: Script = SCRIPT, **habits: object) -> Bridge:
        return Bridge(self.url, script, meeting="m-1", token="right", habits=Habits(**habits))  # type: ignore[arg-type]

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        return [record for record in self.shelf.taken if isinstance(record, kind)]

    async def status(self, path: str, **headers: str) -> int:
        async with ClientSession() as client:
            try:
                async with client.ws_connect(f"http://127.0.0.1:{self.port}{path}", headers=headers):
                    return 101
            except WSServerHandshakeError as refusal:
                return refusal.status
