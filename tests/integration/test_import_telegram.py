"""`leadpulse import telegram` through real Kafka into the store, beside what the bot has brought."""

import asyncio
import json
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from schemas.sources import Identity, Inbound
from schemas.topics import IDENTITIES, LEAD_EVENTS, TELEGRAM
from streams.engine.clock import wall_clock
from streams.engine.identities import IDENTITY
from tests.exports import chat, said, written
from tests.installation import BUSY, Installation, until
from tests.integration.test_import_wms import sent
from tests.integration.test_store import QUICK, value
from tests.zones import MOSCOW

SUPERGROUP, GROUP, UNKNOWN = -1000000000001, -77, -78
MESSAGES = "FROM events FINAL WHERE startsWith(source, 'telegram:') AND kind = 'message'"


def live(chat_id: int, number: int, second: int, text: str, who: int = 501) -> tuple[str, bytes]:
    """The record of a message that the bot brought."""
    type_ = "supergroup" if chat_id == SUPERGROUP else "group"
    of = {"chat": {"id": chat_id, "type": type_}, "from": {"id": who, "first_name": "Пётр"}}
    update: dict[str, Any] = {"update_id": number, "message": {"message_id": number, "date": second, "text": text} | of}
    return str(chat_id), msgspec.json.encode(Inbound("main", msgspec.Raw(msgspec.json.encode(update))))


async def linked(home: Installation) -> None:
    """The supergroup and a group have a lead; another group has none."""
    pairs = [Identity("tg_chat", str(chat_id), "12345") for chat_id in (SUPERGROUP, GROUP)]
    await home.produce(IDENTITIES, [(f"{one.kind}:{one.value}", IDENTITY.encode(one)) for one in pairs])


async def counted(home: Installation, wanted: int) -> bool:
    """Whether so many messages are in the history, each once."""
    there = await value(home, f"SELECT concat(toString(count()), '/', toString(uniqExact(event_id))) {MESSAGES}")
    return bool(there == f"{wanted}/{wanted}")


async def test_an_export_beside_the_bot_is_each_message_once(bootstrap: str, tmp_path: Path) -> None:
    """The bot has the last fifty messages of a supergroup and three of each group. The import is killed and done again,
    and once more: every message once, nobody is rung, and what the bot brought stays what it was.
    """
    big, start = 15_000, wall_clock() // 1000 - 3 * 86_400
    async with Installation(bootstrap, tmp_path, QUICK) as home:
        await linked(home)
        for name in ("pipeline", "store"):
            home.worker(name)
        brought = [live(SUPERGROUP, number, start + number, f"слово {number}") for number in range(big - 49, big + 1)]
        for group in (GROUP, UNKNOWN):
            brought += [live(group, number, start + number // 2, "да") for number in (901, 902, 905)]
        await home.produce(TELEGRAM, brought)
        await until(lambda: counted(home, 53), 90, "what the bot brought is in the store")
        waiting = "SELECT count() FROM unassigned FINAL"
        await until(lambda: answers(home, waiting, 3), 60, "and what has no lead waits")
        one = chat(1, [said(number, f"слово {number}", start + number) for number in range(1, big + 1)])
        few = [said(number, "да", start + number // 2) for number in (901, 902, 903, 904, 905)]
        groups = [chat(77, few, "private_group", "Рога"), chat(78, few, "private_group", "Копыта")]
        file = written(tmp_path / "result.json", one, *groups, full=True)
        process = home.start("streams.cli", "import", "telegram", str(file))
        deadline = time.monotonic() + 60 * BUSY
        while not sent(home) and time.monotonic() < deadline:
            await asyncio.sleep(0.002)
        home.end(process, signal.SIGKILL)
        assert 0 < sent(home) < big
        assert home.start("streams.cli", "import", "telegram", str(file)).wait(60 * BUSY) == 0
        await until(lambda: counted(home, big + 5), 90, "all messages are in the store")
        await until(lambda: answers(home, waiting, 5), 60, "also those that wait")
        was = await home.count(TELEGRAM)
        assert home.start("streams.cli", "import", "telegram", "--json", str(file)).wait(60 * BUSY) == 0
        told = json.loads(max(tmp_path.glob("*.log"), key=lambda log: log.stat().st_mtime).read_text())
        assert told["passed"] == {"taken": 6}
        assert await home.count(TELEGRAM) == was
        assert home.start("streams.cli", "import", "telegram", "--again", str(file)).wait(60 * BUSY) == 0
        await home.settled("pipeline", LEAD_EVENTS)
        assert await counted(home, big + 5)
        assert await value(home, f"SELECT countIf(NOT backfill) {MESSAGES}") == 53
        assert await value(home, "SELECT count() FROM alerts") == 0
        day = datetime.fromtimestamp(start + 1, MOSCOW).date()
        command = ("export", "telegram", "--day", str(day), "--format", "jsonl", "--to", str(tmp_path / "days"))
        assert home.start("streams.cli", *command).wait(60 * BUSY) == 0
        [exported] = (tmp_path / "days").rglob("12345.jsonl")
        of_day = f"SELECT count() {MESSAGES} AND toDate(ts, 'Europe/Moscow') = '{day}'"
        assert len(exported.read_text().splitlines()) == await value(home, of_day) > 0


async def answers(home: Installation, query: str, wanted: int) -> bool:
    """Whether a query has this answer."""
    return str(await value(home, query)) == str(wanted)
