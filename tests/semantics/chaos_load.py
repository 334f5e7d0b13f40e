"""Load over all entrances at once: the other systems, each of which repeats what was not taken."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp
import msgspec

from schemas.codec import event_id
from schemas.errors import Transient
from schemas.sources import Identity
from schemas.topics import IDENTITIES, LEAD_EVENTS, RECORDINGS
from streams.engine.clock import wall_clock
from streams.engine.kafka import Output
from tests.installation import Installation
from tests.semantics.load import history
from tests.semantics.test_kill_transcribe import recording

LEADS = [str(3000 + number) for number in range(24)]
CHATS = {-1001000 - number: LEADS[number] for number in range(12)}
CUSTOMERS = {f"c{number}": LEADS[12 + number] for number in range(12)}
TOKEN, SECRET = "wms-token-of-the-test", "telegram-secret"
QTY = 5
TEXTS = ("добрый день", "когда приедет машина?", "спасибо", "где наш товар", "мы уходим к конкуренту", "ок")

PATIENCE_S = 120.0
"""A sender repeats for so long at most; nothing here is away for longer."""


@dataclass(frozen=True)
class Plan:
    """How long and how bad. `victims` in the order of their faults; `recordings` are files on the storage, by name."""

    seed: int
    seconds: float
    victims: tuple[str, ...]
    recordings: tuple[str, ...]


class Sender:
    """The other systems: each repeats what was not taken, in order, as a warehouse and Telegram do."""

    def __init__(self, here: Installation, port: int, session: aiohttp.ClientSession, dice: random.Random) -> None:
        self._here, self._session, self._dice = here, session, dice
        self._base = f"http://127.0.0.1:{port}/hooks"
        self.reservations: dict[str, str] = {}  # event id → lead, of what was taken
        self.requests = 0
        self._numbers = count()
        self._bursts: list[asyncio.Task[None]] = []
        self._to_record: list[str] = []
        self._said: list[dict[str, Any]] = []
        self._unlinked = [("tg_chat", str(chat), lead) for chat, lead in CHATS.items()][::2]
        self._unlinked += [("wms_customer", name, lead) for name, lead in CUSTOMERS.items()][::2]
        dice.shuffle(self._unlinked)

    async def prepare(self) -> None:
        """What is known before: baselines, and half of the clients."""
        await self._here.produce(LEAD_EVENTS, history(LEADS))
        waiting = {(kind, value) for kind, value, _ in self._unlinked}
        known = [("tg_chat", str(chat), lead) for chat, lead in CHATS.items()]
        known += [("wms_customer", name, lead) for name, lead in CUSTOMERS.items()]
        for kind, value, lead in known:
            if (kind, value) not in waiting:
                await self._link(kind, value, lead)

    async def run(self, plan: Plan) -> None:
        """All entrances, until the plan's time is over; then link whoever is still unknown."""
        end = time.monotonic() + plan.seconds

        async def every(pause: float, work: Callable[[int], Awaitable[None]]) -> None:
            number = 0
            while time.monotonic() < end:
                await work(number)
                number += 1
                await asyncio.sleep(pause)

        self._to_record = list(plan.recordings)
        await asyncio.gather(
            every(0.25, lambda _: self._warehouse()),
            every(0.2, self._chat),
            every(plan.seconds / 8, lambda _: self.link_next()),
            every(plan.seconds / (len(plan.recordings) + 1), lambda _: self._record()),
            every(plan.seconds / 3, lambda _: self._produce(LEAD_EVENTS.name, history(LEADS[::5]))),
        )
        while self._unlinked:
            await self.link_next()
        while self._to_record:
            await self._record()
        await asyncio.gather(*self._bursts)

    def burst(self, worker: str) -> None:
        """Much work at once, so that a fault of the worker in the next moment strikes it in the middle."""
        if worker in ("transcribe", "minutes"):
            self._bursts.append(asyncio.ensure_future(self._record()))
        else:
            self._bursts += [asyncio.ensure_future(self._warehouse(50)) for _ in range(10)]

    async def link_next(self) -> None:
        """A person says who one of the unknown is."""
        if self._unlinked:
            await self._link(*self._unlinked.pop())

    async def _link(self, kind: str, value: str, lead: str) -> None:
        identity = msgspec.json.encode(Identity(kind, value, lead, "test"))
        await self._produce(IDENTITIES.name, [(f"{kind}:{value}", identity)])

    async def _produce(self, topic: str, records: list[tuple[str, bytes]]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await self._here.outputs.send([Output(topic, key.encode(), value) for key, value in records])
            except Transient:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.3)

    async def _post(self, path: str, body: object, headers: dict[str, str]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        self.requests += 1
        while True:
            try:
                async with self._session.post(f"{self._base}/{path}", json=body, headers=headers) as answer:
                    if answer.status == 200:
                        return
                    assert answer.status in (408, 429, 503), (answer.status, await answer.text())
            except (aiohttp.ClientError, TimeoutError):
                pass
            assert time.monotonic() < deadline, f"not taken within {PATIENCE_S} s: {path}"
            await asyncio.sleep(0.3)

    async def _warehouse(self, size: int = 8) -> None:
        """A list of reservations; one in four comes again, with another time."""
        events = [self._reservation(next(self._numbers), *who) for who in self._dice.choices(_customers(), k=size)]
        await self._post("wms/test", events, {"Authorization": f"Bearer {TOKEN}"})
        for (kind, value), event in [((e["client"]["kind"], e["client"]["value"]), e) for e in events]:
            lead = value if kind == "lead" else CUSTOMERS[value]
            self.reservations[event_id("wms", "test", event["id"])] = lead
        again = [{**event, "ts": wall_clock()} for event in events if self._dice.random() < 0.25]
        if again:
            await self._post("wms/test", again, {"Authorization": f"Bearer {TOKEN}"})

    def _reservation(self, number: int, kind: str, value: str) -> dict[str, Any]:
        return {
            "id": f"{kind}-{value}-{number}",
            "type": "reservation_created",
            "ts": wall_clock(),
            "client": {"kind": kind, "value": value},
            "doc": {"id": f"R-{value}-{number}"},
            "qty": QTY,
        }

    async def _chat(self, number: int) -> None:
        """A message, the edit of an earlier one, or an update that comes again."""
        choice = self._dice.random()
        if self._said and choice < 0.2:
            return await self._telegram(self._dice.choice(self._said))
        if self._said and choice < 0.45:
            old = self._dice.choice(self._said)
            message = old.get("message") or old["edited_message"]
            edit_date = message.get("edit_date", message["date"]) + 1
            text = message["text"] + "!"
            return await self._say({"edited_message": {**message, "edit_date": edit_date, "text": text}}, number)
        chat = self._dice.choice(list(CHATS))
        message = {
            "message_id": number + 1,
            "date": wall_clock() // 1000,
            "chat": {"id": chat, "type": "supergroup"},
            "from": {"id": 5, "first_name": "Пётр"},
            "text": self._dice.choice(TEXTS),
        }
        return await self._say({"message": message}, number)

    async def _say(self, content: dict[str, Any], number: int) -> None:
        update = {"update_id": number + 1, **content}
        self._said.append(update)
        await self._telegram(update)

    async def _telegram(self, update: dict[str, Any]) -> None:
        await self._post("telegram/bot", update, {"X-Telegram-Bot-Api-Secret-Token": SECRET})

    @property
    def updates(self) -> list[dict[str, Any]]:
        """Every update that was taken, once."""
        return self._said

    async def _record(self) -> None:
        """The next file on the storage; sometimes it is told twice."""
        if self._to_record:
            found = recording(self._to_record.pop(0))
            value = msgspec.json.encode(found)
            await self._produce(RECORDINGS.name, [(found.recording_id, value)] * self._dice.choice((1, 2)))


def _customers() -> list[tuple[str, str]]:
    return [("lead", lead) for lead in LEADS[:12]] + [("wms_customer", name) for name in CUSTOMERS]


def environ(gateway_port: int, storage: str, model: str) -> dict[str, str]:
    """The entrances' proofs, and where the sound is."""
    return {
        "LEADPULSE_GATEWAY__PORT": str(gateway_port),
        "LEADPULSE_GATEWAY__WMS": json.dumps({"test": {"token": TOKEN}}),
        "LEADPULSE_GATEWAY__TELEGRAM": json.dumps({"bot": {"secret": SECRET}}),
        "LEADPULSE_GATEWAY__ACK_TIMEOUT": "5",
        "LEADPULSE_SPEECH__RECORDINGS": storage,
        "LEADPULSE_SPEECH__SPOOL": f"{storage}/spool",
        "LEADPULSE_SPEECH__VOSK_MODEL": model,
    }
