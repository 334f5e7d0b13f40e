"""A process of notify that asks for signatures, with a fake Telegram before it."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import msgspec

from alerting.clients import Client
from processors.commands.definitions import builtin
from schemas.commands import CommandChange, Standing
from schemas.topics import COMMAND_EVENTS
from streams.engine.process import Batch
from streams.notify.handed.asks import Asks, Shows
from streams.notify.telegram.shelf import Place
from tests.fakes.telegram import FakeTelegram, Message
from tests.unit.notify.handed.memory import NOW
from tests.unit.notify.telegram.post import Post, Topic

ANNA, BORIS, SHARED = 7, 8, -5
PAGE = "https://leadpulse.example.ru"
PLACE = Place(COMMAND_EVENTS.name, 0)
WAIT = 20.0


def records_of(values: Sequence[object], first: int = 0, at: int = NOW) -> Any:
    """Records of a partition with these values."""
    return [
        SimpleNamespace(value=msgspec.json.encode(value), offset=number, timestamp=at, partition=0, headers=())
        for number, value in enumerate(values, start=first)
    ]


class House:
    """A process of notify; `standings` as `command.state` has them. `most` asks a day."""

    def __init__(self, telegram: FakeTelegram, most: int = 10, page: str = PAGE) -> None:
        self.telegram, self.most = telegram, most
        self.post = Post(
            telegram, Topic(), None, PLACE, curators={"1003": ANNA, "1004": ANNA, "888": BORIS}, curator_chat=SHARED
        )
        self.standings: dict[str, Standing] = {}
        self.now = NOW
        title = {"-100777": "Ромашка × склад"}
        self.shows = Shows(
            builtin,
            self.standings.values,
            lambda lead: Client(lead, "Ромашка"),
            page,
            title=lambda chat: title.get(chat, ""),
        )
        self.process()
        self.offset = 0

    def process(self) -> None:
        """Started anew."""
        self.asks = Asks(self.post.shelf, self.shows, self.post.settings.chat_of, self.most, lambda: self.now)

    async def tell(self, *changes: CommandChange, at: int = NOW) -> None:
        """What the desk says."""
        for one in changes:
            self.standings[one.command_id] = one.standing
        records = records_of(changes, self.offset, at)
        self.offset += len(records)
        outcome = await self.asks(Batch(PLACE.topic, 0, 1, records))
        assert not outcome.rejected
        await self.sent()

    async def sent(self) -> None:
        """Nothing is due any more."""
        running = asyncio.create_task(self.post.sender.run())
        async with asyncio.timeout(WAIT):
            while list(self.post.shelf.due()):
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        self.post.sender._stopping = False

    def of(self, chat: int) -> list[Message]:
        """What stands in a chat."""
        return [message for message in self.telegram.messages.values() if message.chat == chat]
