"""The systems that Leadpulse reads, each with what happens in it and what must come of that.

A fact is (source, lead, kind, id, version): an event that the store must have, once, and no other.
"""

import asyncio
import csv
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from streams.engine.clock import wall_clock
from tests.fakes import moysklad, warehouse
from tests.fakes.telegram import FakeTelegram
from tests.zones import MOSCOW

Fact = tuple[str, str, str, str, str]
TOKEN, BOT, APP, WAREHOUSE = "1:t0ken-of-the-bot", "b0t-s3cret", "app-t0ken-0", "w4rehouse-t0ken"
SECRETS = (TOKEN, BOT, APP, WAREHOUSE, warehouse.KEY, moysklad.KEY)
LEADS = {"poll": "7001", "hook": "7002", "crm": "7003", "wms": "7004", "asked": "7005", "mine": "7006", "table": "7007"}
POLLED, HOOKED = -1_000_000_007_001, -1_000_000_007_002
LINKS = (
    ("tg_chat", str(POLLED), LEADS["poll"]),
    ("tg_chat", str(HOOKED), LEADS["hook"]),
    ("wms_customer", "7004", LEADS["wms"]),
    ("wms_customer", "7005", LEADS["asked"]),
    ("wms_customer", "agent-1", LEADS["mine"]),
    ("wms_customer", "7007", LEADS["table"]),
)


class Source:
    """One system. `happen` makes something happen there, in a manner: `plain`, `duplicates`, `out of order`,
    `malformed`; `letters` counts dead letters that must come of it.
    """

    def __init__(self) -> None:
        self.facts: set[Fact] = set()
        self.letters = 0
        self._n = 0

    def next(self) -> int:
        """Numbers of things."""
        self._n += 1
        return self._n

    async def happen(self, manner: str) -> None:
        """Something."""
        raise NotImplementedError

    def finish(self) -> list["asyncio.Future[None]"]:
        """What is still on its way."""
        return []


class Chat:
    """Updates of a chat, and the facts of them."""

    def __init__(self, source: Source, bot: str, chat: int, lead: str) -> None:
        self._source, self._bot, self._chat, self._lead = source, bot, chat, lead

    def updates(self, manner: str) -> list[tuple[str, dict[str, Any]]]:
        """A message and its edit, in the order in which they come."""
        n, now = self._source.next(), int(time.time())
        told: dict[str, Any] = {"message_id": n, "date": now, "chat": {"id": self._chat, "type": "supergroup"}}
        told |= {"from": {"id": 9, "first_name": "Анна"}, "text": f"м{n}"}
        edit = told | {"text": f"м{n}, правка", "edit_date": now + 1}
        source = f"telegram:{self._bot}"
        self._source.facts |= {(source, self._lead, "message", str(n), told["text"])}
        self._source.facts |= {(source, self._lead, "message_edited", str(n), edit["text"])}
        found: list[tuple[str, dict[str, Any]]] = [("message", told), ("edited_message", edit)]
        match manner:
            case "duplicates":
                return [*found, *found]
            case "out of order":
                return found[::-1]
            case "malformed":
                self._source.letters += 1
                return [found[0], ("message", {"message_id": "?"}), found[1]]
        return found


class LongPoll(Source):
    """The bot asks for its updates."""

    def __init__(self, fake: FakeTelegram) -> None:
        super().__init__()
        self._fake, self._chat = fake, Chat(self, "main", POLLED, LEADS["poll"])

    async def happen(self, manner: str) -> None:
        for kind, content in self._chat.updates(manner):
            self._fake.updates.put(kind, content)


def shipped(source: str, lead: str, doc: str, qty: int) -> Fact:
    """A shipment."""
    return (f"wms:{source}", lead, "shipment", doc, str(qty))


class Asked(Source):
    """A warehouse is asked by HTTP."""

    def __init__(self, fake: warehouse.FakeWarehouse) -> None:
        super().__init__()
        self._fake = fake

    async def happen(self, manner: str) -> None:
        n, now = self.next(), wall_clock()
        said = datetime.now(MOSCOW).strftime(warehouse.FORMAT)
        doc = warehouse.document(n, client=7005, at=said)
        self.facts.add(shipped("asked", LEADS["asked"], str(n), n))
        late = now - 120_000 if manner == "out of order" else now
        self._fake.documents += [(late, doc)] * (2 if manner == "duplicates" else 1)
        if manner == "malformed":
            self._fake.documents.append((now, warehouse.document(90_000 + n, client=None)))


class Moysklad(Source):
    """МойСклад is asked."""

    def __init__(self, fake: moysklad.FakeMoysklad) -> None:
        super().__init__()
        self._fake = fake

    async def happen(self, manner: str) -> None:
        n, late = self.next(), 120 if manner == "out of order" else 0
        doc = moysklad.document("demand", n, time.time() - late)
        self.facts.add(shipped("moysklad", LEADS["mine"], f"{n:05}", 2))
        self._fake.documents.setdefault("demand", []).extend([doc] * (2 if manner == "duplicates" else 1))
        if manner == "malformed":
            self._fake.documents["demand"].append(doc | {"id": f"bad-{n}", "agent": None})


class Folder(Source):
    """Exports are put into a folder. `slowly` puts a file in two parts."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path, self.away = path, path.with_name("away")
        self.slowly = 0.0

    async def happen(self, manner: str) -> None:
        n = self.next()
        rows = [[f"F-{n}-{at}", "shipment", datetime.now(MOSCOW).strftime("%Y-%m-%d %H:%M:%S")] for at in (1, 2)]
        self.facts |= {shipped("table", LEADS["table"], str(row[0]), 4) for row in rows}
        folder = self._path if self._path.exists() else self.away
        file = self._write(folder / f"{n}.csv", rows)
        if manner == "duplicates":
            self._write(folder / f"{n} копия.csv", rows)
        if manner == "out of order":
            os.utime(file, (time.time() - 3600, time.time() - 3600))
        if manner == "malformed":
            self._write(folder / f"{n} плохой.csv", [[f"X-{n}", "shipment", "вчера"]])

    def _write(self, file: Path, rows: list[list[str]]) -> Path:
        with file.open("w", newline="") as out:
            table = csv.writer(out, delimiter=";")
            table.writerow(["document", "type", "time", "client", "sku", "qty", "barcode", "warehouse"])
            table.writerows([[*row, "7007", "A", "4", "", ""] for row in rows])
        return file
