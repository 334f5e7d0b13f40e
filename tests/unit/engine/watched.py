"""A watchdog among stand-ins: an app with two partitions, a broker and a clock."""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from faust.exceptions import ConsumerNotStarted

from streams.engine.batches import Progress
from streams.engine.group import Log
from streams.engine.progress import Watchdog
from streams.settings import Kafka, Pipeline, Settings

TP, OTHER = TopicPartition("p.source.wms", 0), TopicPartition("p.source.wms", 1)
PATIENCE, STEP = 60.0, 5.0


class Bench:
    """A watchdog among stand-ins: an app with two partitions, of which OTHER is at its end, a broker and a clock."""

    def __init__(self) -> None:
        self.committed: dict[TopicPartition, int | None] = {TP: 10, OTHER: 5}
        self.logs_ = {TP: Log(0, 10), OTHER: Log(0, 5)}
        self.delivered = dict.fromkeys((TP, OTHER), 0)
        self.oldest: dict[TopicPartition, int] = {}
        self.busy: set[int] = set()
        self.nobodys: set[TopicPartition] = set()
        self.dropped: set[TopicPartition] = set()
        self.healed: list[TopicPartition] = []
        self.now = 0.0
        self.rebalancing, self.consumer_up = False, True
        self.stalled: list[str] = []
        settings = Settings(kafka=Kafka(prefix="p.", session_timeout=10), pipeline=Pipeline(watchdog_seconds=PATIENCE))
        app: Any = SimpleNamespace(consumer=self, started=True)
        self._app = app
        self.watchdog = Watchdog(
            settings,
            app,
            self,  # type: ignore[arg-type]
            lambda _: self.busy,
            lambda: self.now,
            wall=lambda: round(self.now * 1000),
        )

    def wait(self, records: int = 1) -> None:
        """Let records wait in TP."""
        self.logs_[TP] = Log(0, 10 + records)

    def progress(self) -> list[Progress]:
        """The app's side."""
        if not self.consumer_up:
            raise ConsumerNotStarted
        return [
            Progress(tp.topic, tp.partition, at, self.delivered[tp], self.oldest.get(tp))
            for tp, at in self.committed.items()
        ]

    async def deliver_again(self) -> set[TopicPartition]:
        """The app's side."""
        found, self.dropped = self.dropped, set()
        self.healed += found
        return found

    async def logs(self, tps: Collection[TopicPartition]) -> dict[TopicPartition, Log]:
        """The broker's side."""
        return {tp: self.logs_[tp] for tp in tps}

    async def unowned(self) -> set[TopicPartition]:
        """The broker's side."""
        return self.nobodys

    async def look(self, seconds: float = STEP) -> bool:
        """Look again and again for some seconds; whether it called it a stall."""
        self.stalled.clear()
        self._app.rebalancing = self.rebalancing
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            await self.watchdog._look(self.stalled.append)
        return bool(self.stalled)
