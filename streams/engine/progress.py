"""Lag of every partition, and the watchdog: records wait, nothing is committed, nothing is in work → the worker ends.

Stock consumers have died silently (faust-streaming#175, #523): so progress is judged by the broker's end offsets, asked
over a connection of our own.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted

from streams.engine import metrics
from streams.engine.kafka import client_options
from streams.settings import Settings

log = logging.getLogger(__name__)

INTERVAL = 15.0
"""Seconds between two looks."""


class Watchdog:
    """Looks at the worker's partitions until it is cancelled."""

    def __init__(
        self,
        settings: Settings,
        app: Any,
        busy: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        interval: float = INTERVAL,
    ) -> None:
        self._options = client_options(settings.kafka)
        self._prefix, self._patience = settings.kafka.prefix, settings.pipeline.watchdog_seconds
        self._app, self._busy, self._clock = app, busy, clock
        self._interval = min(interval, self._patience / 3)
        self._since: dict[TopicPartition, tuple[int | None, float]] = {}

    async def run(self, stalled: Callable[[str, int], None]) -> None:
        """Measure lag; call `stalled(topic, partition)` when one has stood still for too long."""
        consumer = AIOKafkaConsumer(**self._options, enable_auto_commit=False)
        try:
            while True:
                await asyncio.sleep(self._interval)
                try:
                    if consumer._client.cluster.brokers():
                        await self._look(consumer, stalled)
                    else:
                        await consumer.start()
                except (KafkaError, OSError, ConsumerNotStarted) as error:
                    log.warning("cannot ask for end offsets", extra={"error": repr(error)})
        finally:
            await consumer.stop()

    async def _look(self, consumer: AIOKafkaConsumer, stalled: Callable[[str, int], None]) -> None:
        if not self._app.started:  # it still waits for the broker or the topics
            return
        progress = {TopicPartition(p.topic, p.partition): p for p in self._app.consumer.progress()}
        ends = await consumer.end_offsets(list(progress)) if progress else {}
        starts = await consumer.beginning_offsets(list(progress)) if progress else {}
        now = self._clock()
        self._since = {tp: since for tp, since in self._since.items() if tp in progress}
        for tp, end in ends.items():
            committed = progress[tp].committed
            lag = end - max(committed or 0, starts[tp])  # what retention deleted is nobody's work
            metrics.LAG.labels(tp.topic.removeprefix(self._prefix), tp.partition).set(lag)
            before, since = self._since.get(tp, (committed, now))
            if lag <= 0 or committed != before or self._busy():
                self._since[tp] = committed, now
            else:
                self._since[tp] = before, since
                if now - since > self._patience:
                    stalled(tp.topic.removeprefix(self._prefix), tp.partition)
