"""The systems that post to the gateway, with what happens in them and what must come of that."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp

from streams.engine.clock import wall_clock
from tests.fakes.bitrix import FakeBitrix
from tests.semantics.sources_world import APP, BOT, HOOKED, LEADS, WAREHOUSE, Chat, Source, shipped
from tests.zones import MOSCOW


class Pushing(Source):
    """One that posts to the gateway. It repeats what was not taken, unless it is `once`; `trouble` is its own."""

    once = False

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        super().__init__()
        self._port, self._session = port, session
        self._sending: list[asyncio.Future[None]] = []
        self.trouble, self.slowness = "", 10.0

    def post(self, path: str, body: bytes, headers: dict[str, str], wanted: int = 200) -> None:
        """Send it, in its turn."""
        before = self._sending[-1] if self._sending else None
        self._sending.append(asyncio.ensure_future(self._sent(before, path, body, headers, wanted)))

    def finish(self) -> list["asyncio.Future[None]"]:
        return self._sending

    async def _sent(self, before: Any, path: str, body: bytes, headers: dict[str, str], wanted: int) -> None:
        if before is not None:
            await before
        if self.trouble in ("killed", "slow", "cut"):
            await self._badly(path, body, headers)
        while True:
            try:
                async with self._session.post(
                    f"http://127.0.0.1:{self._port}{path}", data=body, headers=headers
                ) as got:
                    if got.status == wanted or self.once:
                        return
                    assert got.status in (408, 429, 503), (path, got.status, await got.text())
            except (aiohttp.ClientError, TimeoutError):
                if self.once:
                    return
            await asyncio.sleep(0.3)

    async def _badly(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """Dies in the middle of the body, or is slow, or does not wait for the answer."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return
        lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        half = len(body) // 2
        writer.write("\r\n".join([*lines, "", ""]).encode() + body[:half])
        if self.trouble == "slow":
            await asyncio.sleep(self.slowness)
        if self.trouble != "killed":
            writer.write(body[half:])
            await asyncio.sleep(0.05)
        writer.transport.abort()


class Webhook(Pushing):
    """Telegram posts the updates of another bot."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        super().__init__(port, session)
        self._chat = Chat(self, "hook", HOOKED, LEADS["hook"])

    async def happen(self, manner: str) -> None:
        for number, (kind, content) in enumerate(self._chat.updates(manner)):
            body = json.dumps({"update_id": self._n * 10 + number, kind: content}).encode()
            self.post("/hooks/telegram/hook", body, {"X-Telegram-Bot-Api-Secret-Token": BOT})


class Portal(Pushing):
    """Bitrix24: leads by a hook that comes once or not at all, calls by the rounds."""

    once = True

    def __init__(self, port: int, session: aiohttp.ClientSession, fake: FakeBitrix) -> None:
        super().__init__(port, session)
        self._fake = fake

    async def happen(self, manner: str) -> None:
        n = self.next()  # a second of its own for each version, within the overlap of the rounds
        now = (datetime.now(MOSCOW) + timedelta(seconds=n - 300)).isoformat(timespec="seconds")
        lead, crm = LEADS["crm"], self._fake.crm
        self.facts = {
            fact for fact in self.facts if fact[2] != "crm_changed"
        }  # the last version is the one that counts
        crm.put("lead", int(lead), now, title="Ромашка", stageId=f"S{n}")
        crm.act(n, now, TYPE_ID="2", OWNER_TYPE_ID="1", OWNER_ID=lead, COMPLETED="Y", START_TIME=now, DIRECTION="1")
        self.facts |= {("bitrix:main", lead, "crm_changed", lead, f"S{n}"), ("bitrix:main", lead, "call", str(n), "")}
        about = [("ONCRMLEADUPDATE", int(lead)), ("ONCRMACTIVITYADD", n)]
        if manner == "malformed":
            self.letters += 1
            crm.put("lead", 990_000 + n, now, title={"no": "title"})
            self.post("/hooks/bitrix", b"event=ONCRMLEADUPDATE&data=%ff", {})
        for event, id_ in about[::-1] if manner == "out of order" else about * (3 if manner == "duplicates" else 1):
            form = {"event": event, "data[FIELDS][ID]": id_, "auth[application_token]": APP}
            self.post("/hooks/bitrix", urlencode(form).encode(), {})


class Warehouse(Pushing):
    """A warehouse posts canonical events."""

    async def happen(self, manner: str) -> None:
        n = self.next()
        docs = [f"W-{n}-a", f"W-{n}-b"]
        self.facts |= {shipped("test", LEADS["wms"], doc, 3) for doc in docs}
        for doc in docs[::-1] if manner == "out of order" else docs * (2 if manner == "duplicates" else 1):
            self._give({"id": doc, "type": "shipment", "ts": wall_clock(), "doc": {"id": doc}, "qty": 3})
            if manner == "malformed":
                self._give({"id": doc, "type": "shipment", "ts": "вчера", "doc": {"id": doc}, "qty": 3}, wanted=400)

    def _give(self, event: dict[str, Any], wanted: int = 200) -> None:
        body = json.dumps(event | {"client": {"kind": "wms_customer", "value": "7004"}}).encode()
        self.post("/hooks/wms/test", body, {"Authorization": f"Bearer {WAREHOUSE}"}, wanted)
