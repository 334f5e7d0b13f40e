"""Processes of notify that send a command's message: the log and the outbox before them, a fake Telegram behind."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

from schemas.command_codecs import HANDED
from schemas.commands import Handed
from schemas.topics import OUT_TELEGRAM
from streams.engine.process import Batch
from streams.notify.handed.calls import Calls
from streams.notify.handed.messages import Messages
from streams.notify.handed.once import Once
from streams.notify.handed.reports import Reports
from streams.notify.telegram.shelf import Place
from streams.settings import Store
from tests.fakes.telegram import FakeTelegram
from tests.unit.notify.handed.memory import NOW, Kafka
from tests.unit.notify.telegram.post import Post, Topic

CHAT = -100500
PLACE = Place(OUT_TELEGRAM.name, 0)
WAIT = 20.0


class House:
    """The log, the outbox, and processes of notify between them and the fake."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self.telegram, self.kafka, self.topic = telegram, Kafka(), Topic()
        self.posts: list[Post] = []

    async def process(self, *, token: bool = True) -> tuple[Post, Messages]:
        """A new one, on the same outbox; its sender does not run yet."""
        log, kafka = self.kafka.process(), self.kafka

        def clock() -> int:
            return kafka.now + round(1000 * sum(post.pauses))

        post = Post(
            self.telegram,
            self.topic,
            lambda shelf, api: Once(shelf, api, log, clock, 3.0, kafka.world),
            PLACE,
            clock,
            report_chat=-5,
        )
        self.posts.append(post)
        post.shelf._patience = 0.0  # no former owner is slow
        calls = Calls(log, {"report.send": Reports(Store())}, lambda: kafka.now, 3.0, kafka.world)
        messages = Messages(
            post.shelf, log, calls, lambda to: post.settings.chat_of(to), lambda: kafka.now, token=token
        )
        await post.shelf.open([PLACE], len(self.posts))
        await post.shelf.settle_doubts([PLACE])
        return post, messages

    async def give(self, messages: Messages, *works: Handed) -> None:
        """As settle does."""
        records = [
            SimpleNamespace(value=HANDED.encode(work), offset=n, timestamp=NOW, partition=0)
            for n, work in enumerate(works)
        ]
        outcome = await messages(Batch(PLACE.topic, 0, len(self.posts), records))
        assert not outcome.rejected and not outcome.outputs

    async def runs(self, post: Post, happened: Callable[[], object]) -> None:
        """Its sender runs until this has happened, and is killed."""
        running = asyncio.create_task(post.sender.run())
        try:
            async with asyncio.timeout(WAIT):
                while not happened():
                    await asyncio.sleep(0.01)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def sent(self) -> list[str]:
        """What stands in the client's chat, as its HTML was sent."""
        return [message.html for message in self.telegram.messages.values() if message.chat == CHAT]
