"""A sender on the real shelf and a fake Telegram, with an outbox in memory instead of Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from types import SimpleNamespace
from typing import Any

from aiokafka import ConsumerRecord

from alerting.outbox import Item, Wish
from alerting.render import Rendered
from schemas.errors import Transient
from schemas.topics import LEAD_ALERTS, OUTBOX
from streams.engine.kafka import Output
from streams.engine.retry import World
from streams.notify.handed.once import Once
from streams.notify.telegram.bot_api import BotApi
from streams.notify.telegram.limits import Limits
from streams.notify.telegram.sender import Sender
from streams.notify.telegram.shelf import ITEM, Place, Shelf
from streams.settings import Telegram
from tests.fakes.telegram import FakeTelegram

TOKEN = "123:secret"
PLACE = Place(LEAD_ALERTS.name, 3)
TS = 1_795_165_391_000


class Topic:
    """The outbox and whatever else is sent, in memory; `away` while Kafka is."""

    def __init__(self) -> None:
        self.records: list[Output] = []
        self.away = False

    async def send(self, outputs: Iterable[Output]) -> None:
        """Outputs."""
        if self.away:
            raise Transient("no broker")
        self.records += outputs

    async def read(self, _partitions: Collection[int]) -> AsyncIterator[ConsumerRecord]:
        """A reader of the outbox."""
        for number, output in enumerate(self.of(OUTBOX.name)):
            record = {"value": output.value, "partition": output.partition, "headers": output.headers}
            yield SimpleNamespace(**record, offset=number)

    def of(self, name: str) -> list[Output]:
        """What was sent to a topic."""
        return [output for output in self.records if output.topic == name]


class Post:
    """A notify worker's Telegram part, that a test may start anew on the same outbox."""

    def __init__(
        self,
        telegram: FakeTelegram,
        topic: Topic,
        once: Callable[[Shelf, BotApi], Once] | None = None,
        place: Place = PLACE,
        clock: Callable[[], int] = lambda: TS,
        **settings: Any,
    ) -> None:
        ample: dict[str, Any] = {"per_second": 1e3, "per_chat_second": 1e3, "per_group_minute": 1e5}
        self.settings = Telegram(api=telegram.url, token=TOKEN, timeout=2.0, **ample | settings)
        self.topic = topic
        self.told: list[tuple[str, str, str]] = []
        self.details: list[str] = []
        self.pauses: list[float] = []
        self.api = BotApi(self.settings)
        self.shelf = Shelf(topic, topic, 2.0)  # type: ignore[arg-type]
        world = World(sleep=self._pause)
        more: dict[str, Any] = {} if once is None else {"once": once(self.shelf, self.api)}
        self.sender = Sender(
            self.settings,
            self.shelf,
            self.api,
            Limits(self.settings),
            lambda: {place},
            self,  # type: ignore[arg-type]
            world,
            clock=clock,
            **more,
        )

    async def want(
        self, key: str, to: str, version: int = 1, text: str = "новость", *, rings: bool = True, origin: str = ""
    ) -> None:
        """As a record of `lead.alerts` that was appended at `TS`."""
        await self.shelf.open([PLACE], 1)
        await self.shelf.put(PLACE, [Wish(key, to, version, version, TS, Rendered(text), rings, origin)])

    def item(self, key: str) -> Item:
        """What the outbox in Kafka says."""
        items = [ITEM.decode(output.value) for output in self.topic.of(OUTBOX.name) if output.key == key.encode()]
        assert isinstance(items[-1], Item)
        return items[-1]

    def begins(self, kind: str, subject: str, detail: str = "") -> None:
        """Notices."""
        self.details.append(detail)
        self.told.append(("begins", kind, subject))

    def ends(self, kind: str, subject: str) -> None:
        """Notices."""
        self.told.append(("ends", kind, subject))

    def only(self, kind: str, subjects: Collection[str]) -> None:
        """Notices."""
        self.told.append(("only", kind, " ".join(sorted(subjects))))

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0.02)
