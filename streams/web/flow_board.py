"""One look at Kafka and the store for all who watch the flow, however many: each second while somebody does, else each
five."""

import asyncio
import contextlib
import logging
import secrets
from typing import Final

import msgspec
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import LeadpulseError, Transient
from schemas.failed import Muted
from schemas.topics import TOPICS, TopicSpec
from schemas.traffic import FlowFigures
from streams.clients.store_web import StoreWeb
from streams.engine.clock import Clock
from streams.engine.dealing import Desk
from streams.engine.ends import Ends
from streams.engine.group import Groups
from streams.engine.mutes import Heap, KnownMutes
from streams.engine.newest import newest
from streams.settings import Kafka
from streams.web.flow_along import Along, Pair, along
from streams.web.flow_figures import History, Sample, Told, tell

log = logging.getLogger(__name__)

PAUSE_S: Final = 5.0
WATCHED_S: Final = 1.0
PATIENCE_S: Final = 2.0
"""Of who watches: so often he hears something, also when Kafka is slow."""
FIGURES_S: Final = 60.0
"""From one look at the store to the next: what is usual changes by the hour."""
ASKER: Final = "Страница"
"""In whose name the store is asked when it is nobody's question."""
READERS: Final = ("pipeline", "transcribe", "minutes", "store", "notify")
"""Workers whose progress is committed offsets."""
SHOWN: Final = 20
"""Records of a box that a person looks at."""


class FlowBoard:
    """What stands in the boxes now. `run` keeps it; without it there is nothing on it."""

    def __init__(self, kafka: Kafka, ends: Ends, store: StoreWeb, mutes: KnownMutes, clock: Clock) -> None:
        self._kafka, self._ends, self._store, self._clock = kafka, ends, store, clock
        self.mutes = mutes
        self._groups = Groups(kafka)
        self._names = {name: f"{kafka.prefix}leadpulse-{name}" for name in READERS}
        self.history = History()
        self.figures: FlowFigures | None = None
        self.fault = ""
        """Why there was no look the last time, for the page; empty where there was one."""
        self._looked = asyncio.Event()
        self._watched = asyncio.Event()

    async def run(self) -> None:
        """Look for ever."""
        loop = asyncio.get_running_loop()
        asked = -FIGURES_S
        while True:
            self._watched.clear()
            await self.look()
            if self.figures is None or loop.time() - asked >= FIGURES_S:
                asked = loop.time()
                await self.ask()
            await asyncio.sleep(WATCHED_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._watched.wait(), PAUSE_S - WATCHED_S)

    async def looked(self) -> None:
        """Watch: return when there was one more look, or after a while without one."""
        self._watched.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), PATIENCE_S)

    async def look(self) -> None:
        """One look at Kafka."""
        await self._look()
        self._looked.set()
        self._looked.clear()

    async def _look(self) -> None:
        prefix = self._kafka.prefix
        tps = [TopicPartition(prefix + topic.name, p) for topic in TOPICS for p in range(topic.partitions)]
        try:
            committed = await self._groups.committed(self._names.values())
            ends = await self._ends.ask(tps)  # after it: what is read meanwhile is not behind
        except (Transient, KafkaError, OSError) as fault:
            if not self.fault:
                log.warning("flow without Kafka", extra={"error": str(fault)})
            self.fault = "Kafka не отвечает"
            return
        self.fault = ""
        self.history.add(
            Sample(
                self._clock(),
                {(tp.topic.removeprefix(prefix), tp.partition): end for tp, end in ends.items()},
                {
                    worker: {(tp.topic.removeprefix(prefix), tp.partition): at for tp, at in committed[group].items()}
                    for worker, group in self._names.items()
                },
            )
        )

    async def ask(self) -> None:
        """One look at the store; without it the figures stay what they were."""
        try:
            self.figures = msgspec.convert(await self._store.get("/api/flow", ASKER), FlowFigures)
        except (LeadpulseError, msgspec.ValidationError) as fault:
            log.info("flow without the store", extra={"error": str(fault)})

    def told(self) -> dict[str, Told]:
        """The lines of every box."""
        return tell(self.history, self.figures, self.muted())

    def along(self) -> dict[Pair, Along]:
        """What goes along every arrow."""
        return along(self.history, self.told())

    def muted(self) -> dict[Heap, Muted]:
        """Of which dead letters somebody knows now."""
        return self.mutes.now(self._clock())

    async def newest(self, topic: TopicSpec) -> list[ConsumerRecord[bytes, bytes]]:
        """Its last records. Raises `Transient`."""
        return await newest(self._kafka, topic, SHOWN)

    def desk(self, by: str) -> Desk:
        """For one person's look at dead letters, or work on them; he closes it."""
        return Desk(self._kafka, by, secrets.token_hex(8), self._clock, lambda _claim: None)

    async def close(self) -> None:
        """Close the connections."""
        await self._groups.stop()
