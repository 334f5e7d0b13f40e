"""200 requests a second at every entrance of one gateway that is killed again and again, and what must come of them."""

import asyncio
import json
import random
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec

from processors.identity import Identities
from processors.normalize import NORMALIZERS, Options
from schemas.codec import Rejected
from schemas.sources import Identity, RoomReport
from schemas.topics import BITRIX, DEAD_LETTERS, IDENTITIES, LEAD_EVENTS, RECORDINGS, TELEGRAM, WMS
from schemas.types import Meta
from streams.engine.clock import wall_clock
from streams.engine.kafka import Output
from streams.gateway import telegram, wms
from tests.fakes.bitrix import FakeBitrix
from tests.installation import BUSY, Installation, until
from tests.ports import free_port
from tests.semantics.store_load import ask

RATE = 200
CHAT, LEAD = -1_000_000_000_077, "7077"
BOT, APP, WAREHOUSE, ROOM = "b0t-s3cret", "app-t0ken-0", "w4rehouse-t0ken", "r00m-t0ken"
SECRETS = (BOT, APP, WAREHOUSE, ROOM)
PATIENCE_S = 60.0 * BUSY
FIRST_LEAD = 500_000
"""Ids of the portal's leads: a hook each, so that each hook can be missed."""
ENTRANCES = ("telegram", "wms", "jitsi", "bitrix")


def settings(port: int, portal: str) -> dict[str, str]:
    """Every entrance is open; the portal is read by its hooks alone."""
    return {
        "LEADPULSE_GATEWAY__PORT": str(port),
        "LEADPULSE_GATEWAY__WMS": json.dumps({"test": {"token": WAREHOUSE}}),
        "LEADPULSE_GATEWAY__TELEGRAM": json.dumps({"bot": {"secret": BOT}}),
        "LEADPULSE_GATEWAY__BITRIX_TOKEN": APP,
        "LEADPULSE_GATEWAY__JITSI_TOKEN": ROOM,
        "LEADPULSE_BITRIX__WEBHOOK": portal,
        "LEADPULSE_BITRIX__READ": "true",
        "LEADPULSE_BITRIX__READ_EVERY": "86400",
        "LEADPULSE_BITRIX__PER_SECOND": "1000",
        "LEADPULSE_BITRIX__BURST": "1000",
    }


class Senders:
    """The other systems. All but the portal repeat what was not taken; `taken` counts by entrance, and `ids` are of the
    events that must be there.
    """

    def __init__(self, port: int, session: aiohttp.ClientSession, portal: FakeBitrix) -> None:
        self._url, self._session, self._portal = f"http://127.0.0.1:{port}/hooks", session, portal
        self.taken, self.refused = Counter[str](), Counter[str]()
        self.ids: set[str] = set()
        self.leads: set[int] = set()
        self._known = Identities()
        self._known.apply(f"tg_chat:{CHAT}", Identity("tg_chat", str(CHAT), LEAD))

    async def run(self, stop: asyncio.Event) -> None:
        """An open loop: request n is due at its time, however the others fare."""
        began, number = time.monotonic(), 0
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                await asyncio.sleep(began + number / RATE - time.monotonic())
                group.create_task(self._send(number))
                number += 1

    async def _send(self, number: int) -> None:
        name = ENTRANCES[number % len(ENTRANCES)]
        path, body, headers, expected = self._request(name, number)
        deadline = time.monotonic() + PATIENCE_S
        while not await self._taken(name, path, body, headers):
            if name == "bitrix":
                return  # it is said once: the next round would find it, and here there is none
            assert time.monotonic() < deadline, f"{name} {number} is not taken"
            await asyncio.sleep(0.3)
        self.taken[name] += 1
        if expected is None:
            self.leads.add(FIRST_LEAD + number)
        else:
            self.ids |= self._events(expected)

    async def _taken(self, name: str, path: str, body: bytes, headers: dict[str, str]) -> bool:
        try:
            async with self._session.post(self._url + path, data=body, headers=headers) as answer:
                assert answer.status in (200, 429, 503), (name, answer.status, await answer.text())
                self.refused[name] += answer.status != 200
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            self.refused[name] += 1
            return False

    def _request(self, name: str, number: int) -> tuple[str, bytes, dict[str, str], Output | None]:
        now = wall_clock()
        match name:
            case "telegram":
                who = {"chat": {"id": CHAT, "type": "supergroup"}, "from": {"id": 5, "first_name": "Пётр"}}
                message = {"message_id": number, "date": now // 1000, "text": f"ок {number}"} | who
                body = json.dumps({"update_id": number, "message": message}).encode()
                secret = {"X-Telegram-Bot-Api-Secret-Token": BOT}
                return "/telegram/bot", body, secret, telegram.wrap("bot", body)
            case "wms":
                about = {"client": {"kind": "lead", "value": LEAD}, "doc": {"id": f"R-{number}"}, "qty": 1}
                body = json.dumps({"id": str(number), "type": "shipment", "ts": now} | about).encode()
                made = wms.wrap("test", [msgspec.Raw(body)], now)
                assert not isinstance(made, Rejected)
                return "/wms/test", body, {"Authorization": f"Bearer {WAREHOUSE}"}, made[0]
            case "jitsi":
                report = RoomReport(str(number), "joined", now, f"lead-{LEAD}", "m", LEAD, participant=str(number))
                body = msgspec.json.encode([report])
                record = Output(RECORDINGS.name, report.room.encode(), msgspec.json.encode(report))
                return "/jitsi", body, {"Authorization": f"Bearer {ROOM}"}, record
        self._portal.crm.put("lead", FIRST_LEAD + number, "2026-11-20T10:00:00+03:00", title=f"Лид {number}")
        form = {"event": "ONCRMLEADADD", "data[FIELDS][ID]": FIRST_LEAD + number, "auth[application_token]": APP}
        return "/bitrix", urlencode(form).encode(), {}, None

    def _events(self, record: Output) -> set[str]:
        made: Any = NORMALIZERS[record.topic](Meta(record.topic, 0, 0, 0), record.value or b"", self._known, Options())
        return {event.event_id for event in made}


async def killed(bootstrap: str, folder: Path, kills: int, seed: int) -> dict[str, float]:
    """So many kills of the gateway. Each 2xx is in the store, once, or AssertionError; counts for the report."""
    port, dice = free_port(), random.Random(seed)
    async with (
        FakeBitrix(per_second=1e6, burst=10**6) as portal,
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=30)
        ) as session,
        Installation(bootstrap, folder, settings(port, portal.webhook)) as home,
    ):
        await home.produce(IDENTITIES, [_link()])
        gateway = home.worker("gateway")
        for name in ("pipeline", "store", "notify"):
            home.worker(name)
        senders, stop = Senders(port, session, portal), asyncio.Event()
        await until(lambda: _reads(portal), 60, "the portal's first round")
        sending = asyncio.ensure_future(senders.run(stop))
        for _ in range(kills):
            before = senders.taken.total()
            await until(partial(_more, senders, before, sending), 60, "requests are taken", pause=0.01)
            await asyncio.sleep(dice.uniform(0.0, 1.0))
            await asyncio.to_thread(home.end, gateway, signal.SIGKILL)
            gateway = home.worker("gateway")
        stop.set()
        await sending
        assert all(senders.taken[name] for name in ENTRANCES)
        stored = await _stored(home, senders)
        repeats = sum([await home.count(topic) for topic in (TELEGRAM, WMS, RECORDINGS)]) - len(senders.ids)
        assert await home.count(DEAD_LETTERS) == 0
    logs = "".join(path.read_text() for path in folder.glob("*.log"))
    assert not [secret for secret in (*SECRETS, portal.code) if secret in logs]
    told = {"kills": kills, "requests taken": senders.taken.total(), "refused or broken off": senders.refused.total()}
    return {**told, "events in the store": stored, "repeats in Kafka": repeats}


def _link() -> tuple[str, bytes]:
    return f"tg_chat:{CHAT}", msgspec.json.encode(Identity("tg_chat", str(CHAT), LEAD))


async def _reads(portal: FakeBitrix) -> bool:
    return portal.calls["crm.activity.list"] > 0


async def _more(senders: Senders, before: int, sending: asyncio.Future[None]) -> bool:
    if sending.done():
        sending.result()
    return senders.taken.total() > before + RATE // 4


async def _stored(home: Installation, senders: Senders) -> int:
    """Wait until all is there; then nothing more is, and nothing twice."""
    mine = "(startsWith(source, 'telegram') OR startsWith(source, 'wms') OR source = 'jitsi')"
    count = f"SELECT count(), uniqExact(event_id) FROM events FINAL WHERE {mine}"
    leads = "SELECT toInt64(lead_id) FROM events FINAL WHERE kind = 'crm_changed'"

    async def there() -> bool:
        found = {int(str(row[0])) for row in await ask(home, f"{leads} LIMIT 1000000")}
        return (await ask(home, count))[0][0] >= len(senders.ids) and found >= senders.leads

    await until(there, 120, "each 2xx is in the store")
    for topic in (TELEGRAM, WMS, RECORDINGS, BITRIX, LEAD_EVENTS):
        await home.settled("pipeline", topic)
    await home.settled("store", LEAD_EVENTS)
    checksum = 0
    for id_ in senders.ids:
        checksum ^= int(id_, 16)
    query = f"SELECT toString(groupBitXor(event_id)) FROM events FINAL WHERE {mine}"
    assert await ask(home, count) == [[len(senders.ids), len(senders.ids)]]
    assert await ask(home, query) == [[str(checksum)]]
    changed = "SELECT count(), uniqExact(event_id), uniqExact(lead_id) FROM events FINAL WHERE kind = 'crm_changed'"
    [[rows, ids, who]] = await ask(home, changed)
    assert rows == ids == who
    return len(senders.ids) + int(str(rows))
