"""Long poll by two gateway processes: one reads, whoever lives goes on."""

import asyncio
import random
import time
from contextlib import suppress
from pathlib import Path

import aiohttp
import msgspec

from processors.identity import Identities
from processors.normalize.contract import Options
from processors.normalize.telegram import normalize
from schemas.sources import Identity, Inbound
from schemas.topics import TELEGRAM
from schemas.types import Meta
from tests.costs import Turns
from tests.fakes.telegram import FakeTelegram
from tests.golden.examples import accepted
from tests.installation import Installation, Started, until
from tests.ports import free_port

TOKEN, CHAT, ANNA = "1:bot-secret", -1_000_000_000_005, {"id": 9, "name": "Анна"}
TAKES_OVER = 15.0
"""Seconds, by issue 12."""


class Gateways:
    """Two gateways of one installation, and a chat that never falls silent."""

    def __init__(self, installation: Installation, telegram: FakeTelegram) -> None:
        self.installation, self.telegram = installation, telegram
        self.running: list[tuple[Started, int]] = []
        self.said = 0

    def start(self) -> None:
        """One more."""
        page = free_port()
        process = self.installation.worker(
            "gateway",
            {
                "LEADPULSE_GATEWAY__PORT": str(free_port()),
                "LEADPULSE_METRICS__GATEWAY": str(page),
                "LEADPULSE_TELEGRAM__API": self.telegram.url,
                "LEADPULSE_TELEGRAM__TOKEN": TOKEN,
                "LEADPULSE_TELEGRAM__UPDATES": "poll",
            },
        )
        self.running.append((process, page))

    async def talk(self, pause: float = 0.02) -> None:
        """For ever."""
        while True:
            self.said += 1
            self.telegram.say(CHAT, ANNA, str(self.said))
            await asyncio.sleep(pause)

    async def kill_the_reader(self, dice: random.Random) -> float:
        """SIGKILL to the one that asks, at a random moment; seconds until updates are confirmed again, without those in
        which who takes over waited for a core."""
        await asyncio.sleep(dice.random())
        asked = [await _asked(page) for _, page in self.running]
        await asyncio.sleep(0.5)
        more = [await _asked(page) - before for (_, page), before in zip(self.running, asked, strict=True)]
        reader = self.running.pop(more.index(max(more)))
        began, before = time.monotonic(), len(self.telegram.updates.confirmed)
        self.installation.end(reader[0])
        heir = self.running[0][0].pid
        idle = Turns.of(heir)
        self.start()
        await self.read_past(before + 1)
        return time.monotonic() - began - Turns.of(heir).since(idle).waited

    async def read_past(self, number: int) -> None:
        """Wait until so many updates are confirmed."""

        async def done() -> bool:
            return len(self.telegram.updates.confirmed) > number

        await until(done, TAKES_OVER * 2, f"{number} updates confirmed", pause=0.05)

    async def finish(self) -> dict[str, set[str]]:
        """Everything that was said is read: text to the ids of its events; a repeat is the same record."""
        await self.read_past(self.said - 1)
        ids: dict[str, set[str]] = {}
        identities = Identities()
        identities.apply(f"tg_chat:{CHAT}", Identity("tg_chat", str(CHAT), "12345"))
        for record in await self.installation.read(TELEGRAM):
            assert msgspec.json.decode(record.value, type=Inbound).source == "main"
            (event,) = accepted(normalize(Meta(TELEGRAM.name, 0, 0, 0), record.value, identities, Options()))
            ids.setdefault(event.text, set()).add(event.event_id)
        return ids


async def _asked(page: int) -> float:
    """How often a gateway has called getUpdates."""
    with suppress(aiohttp.ClientError):
        async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{page}/metrics") as answer:
            for line in (await answer.text()).splitlines():
                if line.startswith("leadpulse_telegram_calls_total{") and "getUpdates" in line and '"ok"' in line:
                    return float(line.rpartition(" ")[2])
    return 0.0


async def killed(bootstrap: str, folder: Path, kills: int) -> list[float]:
    """Two gateways, so many kills of the one that reads: nothing lost, nothing twice. Seconds of each take-over."""
    async with Installation(bootstrap, folder) as installation, FakeTelegram(TOKEN) as telegram:
        gateways = Gateways(installation, telegram)
        gateways.start()
        gateways.start()
        talking = asyncio.ensure_future(gateways.talk())
        await gateways.read_past(20)
        dice = random.Random(12)
        seconds = [await gateways.kill_the_reader(dice) for _ in range(kills)]
        talking.cancel()
        ids = await gateways.finish()
        assert sorted(ids, key=int) == [str(number) for number in range(1, gateways.said + 1)]
        assert {len(of_one) for of_one in ids.values()} == {1}
    logs = "".join(log.read_text() for log in folder.glob("gateway-*.log"))
    assert "bot-secret" not in logs
    return seconds


async def test_the_reader_is_killed(bootstrap: str, tmp_path: Path) -> None:
    """Twice: the other one goes on with what was not confirmed."""
    assert len(await killed(bootstrap, tmp_path, kills=2)) == 2
