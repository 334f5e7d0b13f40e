"""Every source under every trouble, on one installation: after each the store holds what happened, once."""

import asyncio
import json
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import msgspec

from schemas.codec import EVENT, Rejected
from schemas.events import Call, CrmChanged, Event, Message, MessageEdited, Shipment
from schemas.failed import DeadLetter
from schemas.sources import Identity
from schemas.topics import DEAD_LETTERS, IDENTITIES
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.front import Front, Refusal
from tests.fakes.moysklad import FakeMoysklad
from tests.fakes.telegram import FakeTelegram
from tests.fakes.warehouse import KEY, FakeWarehouse
from tests.installation import BUSY, Installation, Started, until
from tests.ports import free_port
from tests.semantics import sources_world as world
from tests.semantics.sources_push import Portal, Pushing, Warehouse, Webhook
from tests.semantics.sources_world import Fact
from tests.semantics.store_load import ask
from tests.unit.gateway.test_moysklad import ROOT
from tests.unit.gateway.test_moysklad import settings as moysklad_settings
from tests.unit.gateway.test_polls import MAPPING as ASKED

TROUBLES = ("killed", "slow", "limits", "503", "cut", "our own end")
"""Of a system's answers; the last is SIGKILL of all that reads them."""
MANNERS = ("duplicates", "out of order", "malformed")
"""Of what happens there."""
HELD_S = 2.0
"""Seconds for which a trouble lasts at least; and each system that we ask has met it by then."""


def _refusal(status: int, **headers: str) -> Refusal:
    return Refusal(status, "{}", {name.replace("_", "-"): value for name, value in headers.items()})


def _bitrix(status: int, code: str) -> Refusal:
    time_ = {"finish": 1e9, "operating_reset_at": int(1e9) + 2}
    return Refusal(status, json.dumps({"error": code, "error_description": "later", "time": time_}), {})


LIMITS = {
    "telegram": [Refusal(429, '{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":2}}', {})],
    "bitrix": [_bitrix(503, "QUERY_LIMIT_EXCEEDED"), _bitrix(429, "OPERATION_TIME_LIMIT")],
    "asked": [_refusal(429, Retry_After="2"), _refusal(503, Retry_After="1")],
    "moysklad": [_refusal(429, X_Lognex_Retry_After="1500")],
}


class World:
    """All systems, their fronts, and the installation that reads them."""

    def __init__(self, bootstrap: str, folder: Path, dice: random.Random) -> None:
        self.home = Installation(bootstrap, folder)
        self._dice, self._stack = dice, AsyncExitStack()
        self.fronts: dict[str, Front] = {}
        self.sources: dict[str, world.Source] = {}
        self._workers: dict[str, Started] = {}
        self._port = free_port()

    async def __aenter__(self) -> "World":
        enter = self._stack.enter_async_context
        self.fronts = {name: await enter(Front(limits)) for name, limits in LIMITS.items()}
        bot = await enter(FakeTelegram(world.TOKEN, set()))
        portal = await enter(FakeBitrix(per_second=1e6, burst=10**6))
        asked, mine = await enter(FakeWarehouse(page_size=50)), await enter(FakeMoysklad(time.time))
        behind = (bot.url, portal.url, f"http://127.0.0.1:{asked.port}", mine.url.partition("/api/")[0])
        for front, url in zip(self.fronts.values(), behind, strict=True):
            front.before(url)
        session = await enter(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)))
        await enter(self.home)  # the last: its workers end before those that they ask
        tables = self.home.folder / "tables"
        tables.mkdir()
        self.sources = {
            "long poll": world.LongPoll(bot),
            "webhook": Webhook(self._port, session),
            "portal": Portal(self._port, session, portal),
            "warehouse": Warehouse(self._port, session),
            "asked": world.Asked(asked),
            "moysklad": world.Moysklad(mine),
            "folder": world.Folder(tables),
        }
        links = [Identity(kind, value, lead, "test") for kind, value, lead in world.LINKS]
        await self.home.produce(IDENTITIES, [(f"{one.kind}:{one.value}", msgspec.json.encode(one)) for one in links])
        self.home.environ |= self._environ(tables, portal)
        for name in ("gateway", "pipeline", "store", "notify"):
            self._workers[name] = self.home.worker(name)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _environ(self, tables: Path, portal: FakeBitrix) -> dict[str, str]:
        mappings = self.home.folder / "mappings"
        mappings.mkdir()
        for name in ("table", "moysklad"):
            shutil.copy(ROOT / "deploy" / "mappings" / f"{name}.yaml", mappings)
        (mappings / "asked.yaml").write_text(ASKED)
        mine = moysklad_settings(SimpleNamespace(url=f"{self.fronts['moysklad'].url}/api/remap/1.2"), every=1)  # type: ignore[arg-type]
        polled = mine.model_dump(mode="json") | {"authorization": mine.authorization.get_secret_value()}  # type: ignore[union-attr]
        url = f"{self.fronts['asked'].url}/documents?since={{since}}&page={{page}}"
        asked = {"urls": [url], "authorization": KEY, "page_size": 50, "every": 1}
        given = {
            "GATEWAY__PORT": str(self._port),
            "GATEWAY__WMS": {"test": {"token": world.WAREHOUSE}},
            "GATEWAY__TELEGRAM": {"hook": {"secret": world.BOT}},
            "GATEWAY__BITRIX_TOKEN": world.APP,
            "TELEGRAM__API": self.fronts["telegram"].url,
            "TELEGRAM__TOKEN": world.TOKEN,
            "TELEGRAM__UPDATES": "poll",
            "BITRIX__WEBHOOK": f"{self.fronts['bitrix'].url}/rest/{portal.user}/{portal.code}/",
            "BITRIX__READ": "true",
            "BITRIX__READ_EVERY": "1",
            "BITRIX__SWEEP_AT": "23:59",
            "BITRIX__PER_SECOND": "1000",
            "BITRIX__BURST": "1000",
            "WMS__MAPPINGS": str(mappings),
            "WMS__FOLDERS": {"table": {"path": str(tables), "every": 1, "still": 1}},
            "WMS__POLLS": {"asked": asked, "moysklad": polled},
        }
        spelt = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
        return {f"LEADPULSE_{name}": value for name, value in spelt.items()}

    async def happen(self, manner: str = "plain") -> None:
        """Something in every system, in an order of chance."""
        for name in self._dice.sample(sorted(self.sources), len(self.sources)):
            await self.sources[name].happen(manner)
            await asyncio.sleep(self._dice.uniform(0, 0.05))

    async def suffer(self, trouble: str, slowness: float) -> None:
        """All of it at once: before, while and after something happens."""
        began = time.monotonic()
        met = {name: front.met[trouble] for name, front in self.fronts.items()}
        await self._begin(trouble, slowness)
        while time.monotonic() - began < HELD_S:
            await self.happen()
            await asyncio.sleep(0.3)
        if trouble not in ("killed", "our own end"):
            await until(lambda: self._met(trouble, met), 60, f"everybody meets {trouble}")
        await self._end(trouble)

    async def _met(self, trouble: str, before: dict[str, int]) -> bool:
        return all(front.met[trouble] > before[name] for name, front in self.fronts.items())

    async def _begin(self, trouble: str, slowness: float) -> None:
        for source in self.sources.values():
            if isinstance(source, Pushing):
                source.trouble, source.slowness = trouble, slowness
        if trouble == "our own end":
            for name in ("gateway", "notify"):
                await asyncio.to_thread(self.home.end, self._workers[name], signal.SIGKILL)
            return
        for front in self.fronts.values():
            front.fault, front.slowness = trouble, slowness
            if trouble == "killed":
                await front.down()
        if trouble == "killed":
            folder = self.home.folder
            (folder / "tables").rename(folder / "away")

    async def _end(self, trouble: str) -> None:
        for source in self.sources.values():
            if isinstance(source, Pushing):
                source.trouble = ""
        if trouble == "our own end":
            for name in ("gateway", "notify"):
                self._workers[name] = self.home.worker(name)
        for front in self.fronts.values():
            front.fault = ""
            if trouble == "killed":
                await front.up()
        if trouble == "killed":
            (self.home.folder / "away").rename(self.home.folder / "tables")

    async def settle(self, about: str) -> float:
        """Wait until the store says what happened, and judge; seconds. AssertionError tells what is amiss."""
        began = time.monotonic()
        for source in self.sources.values():
            await asyncio.wait_for(asyncio.gather(*source.finish()), 60 * BUSY)
        wanted = set[Fact]().union(*(source.facts for source in self.sources.values()))
        found: list[Fact] = []
        while set(found) != wanted or len(found) != len(wanted):
            found = await self._stored()
            if time.monotonic() - began > 60 * BUSY:
                twice = [fact for fact, times in Counter(found).items() if times > 1]
                lost, more = sorted(wanted - set(found)), sorted(set(found) - wanted)
                raise AssertionError(f"{about}: lost {lost}, made up {more}, twice {twice}")
            await asyncio.sleep(0.2)
        letters = [msgspec.json.decode(one.value, type=DeadLetter) for one in await self.home.read(DEAD_LETTERS)]
        assert len(letters) == sum(source.letters for source in self.sources.values()), (about, letters)
        return round(time.monotonic() - began, 1)

    async def _stored(self) -> list[Fact]:
        rows = await ask(self.home, "SELECT payload FROM events FINAL ORDER BY ts LIMIT 100000")
        events = [event for row in rows if not isinstance(event := EVENT.decode(str(row[0]).encode()), Rejected)]
        latest = {event.entity_id: event for event in events if isinstance(event, CrmChanged)}
        kept = [one for one in events if not isinstance(one, CrmChanged) or latest[one.entity_id] is one]
        return [fact for event in kept if (fact := _fact(event)) is not None]


def _fact(event: Event) -> Fact | None:
    match event:
        case Message():
            return (event.source, event.lead_id, "message", event.message_id, event.text)
        case MessageEdited():
            return (event.source, event.lead_id, "message_edited", event.message_id, event.text)
        case Shipment():
            return (event.source, event.lead_id, "shipment", event.doc, str(event.qty))
        case Call():
            return (event.source, event.lead_id, "call", event.call_id, "")
        case CrmChanged():
            return (event.source, event.lead_id, "crm_changed", event.entity_id, event.fields.get("stageId", ""))
    return None


async def run(
    bootstrap: str, folder: Path, seed: int, troubles: Sequence[str], manners: Sequence[str], slowness: float
) -> dict[str, float]:
    """Every source by every trouble and manner; seconds from the end of each until the store is right again."""
    took: dict[str, float] = {}
    async with World(bootstrap, folder, random.Random(seed)) as under:
        await under.happen()
        took["first"] = await under.settle("before any trouble")
        for manner in manners:
            await under.happen(manner)
            await under.happen()
            took[manner] = await under.settle(manner)
        for trouble in troubles:
            await under.suffer(trouble, slowness)
            await under.happen()
            took[trouble] = await under.settle(trouble)
        took["facts"] = sum(len(source.facts) for source in under.sources.values())
    logs = "".join(path.read_text() for path in folder.glob("*.log"))
    assert not [secret for secret in (*world.SECRETS, "s3cr3tc0de") if secret in logs]
    return took
