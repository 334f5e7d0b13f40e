"""Lag of every partition, and the watchdog: it sees a worker that stands still, heals what it can, else ends it.

Stock consumers have died silently (faust-streaming#175, #523), so progress is judged by what the broker says, partition
by partition. What it sees:

- records wait, and nothing of the partition is committed or in work, whatever the other partitions do;
- a batch was delivered and dropped by Faust: it is delivered again, at once;
- partitions that nobody has, or none for us: a leader whose metadata knew no topics gives nothing to anybody. The
  metadata is read anew every `faust_app.METADATA_MAX_AGE_S`, which heals it; the watchdog is for what that does not.

Time is counted only between looks that the broker answered, so that an outage, or a stopped process, is nobody's fault.
"""

import asyncio
import gc
import logging
import time
from collections.abc import Callable, Collection
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted

from streams.engine import metrics
from streams.engine.batches import Progress
from streams.engine.clock import Clock, wall_clock
from streams.engine.group import GroupView, Log
from streams.settings import Settings

log = logging.getLogger(__name__)

INTERVAL_S = 5.0
"""Between two looks."""

MOST_STEP = 4
"""Intervals that one step counts at most: a process that was stopped did not stand still of itself."""

TOLD_AFTER_S = 15.0
"""Standing still for so long is said by `/readyz`. Less is an ordinary rebalance or a slow commit."""

REBALANCE_S = 35.0
"""Beyond the session's time-out: a rebalance (20 s, `broker_rebalance_timeout`) and a busy machine's way back."""

COLLECT_S = 60.0
"""At most so often all garbage is collected to see whether a batch that is not in work is held by anybody."""

Stalled = Callable[[str], None]
"""Called with what stands still, in words for the log."""


class Watchdog:
    """Looks at the worker's partitions until it is cancelled. `in_work`: partitions of a topic that are worked on."""

    def __init__(
        self,
        settings: Settings,
        app: Any,
        view: GroupView,
        in_work: Callable[[str], Collection[int]],
        clock: Callable[[], float] = time.monotonic,
        interval: float = INTERVAL_S,
        wall: Clock = wall_clock,
    ) -> None:
        self._prefix, self._patience = settings.kafka.prefix, settings.pipeline.watchdog_seconds
        self._share_patience = max(self._patience, settings.kafka.session_timeout + REBALANCE_S)
        self._app, self._view, self._in_work, self._clock = app, view, in_work, clock
        self._wall_clock = wall
        self._interval = min(interval, self._patience / 3)
        self._told_after = min(TOLD_AFTER_S, self._patience / 2)
        self.complaint = ""
        """What stands still, in words for `/readyz`; empty when all is well."""
        self._collected = clock()
        self._told_of: set[TopicPartition] = set()
        self._forget()

    def _forget(self) -> None:
        self._looked = self._clock()
        self._stood: dict[TopicPartition, tuple[int | None, float]] = {}
        self._shareless = 0.0

    async def run(self, stalled: Stalled) -> None:
        """Measure lag; call `stalled` when something has stood still for too long."""
        try:
            while True:
                await asyncio.sleep(self._interval)
                if not self._app.started:  # it still waits for the broker or the topics
                    continue
                try:
                    await self._view.connect()
                    await self._look(stalled)
                except (KafkaError, OSError, ConsumerNotStarted) as error:
                    log.warning("cannot ask for end offsets", extra={"error": repr(error)})
                    self._forget()
        finally:
            await self._view.stop()

    async def _look(self, stalled: Stalled) -> None:
        rebalancing = self._app.rebalancing
        progress = {} if rebalancing else {TopicPartition(p.topic, p.partition): p for p in self._progress()}
        logs = await self._view.logs(progress)
        unowned = await self._view.unowned()
        now = self._clock()
        step = min(now - self._looked, MOST_STEP * self._interval)
        self._looked = now
        complaints = [
            self._judge_share(bool(progress), rebalancing, len(unowned), step, stalled),
            *[self._judge(progress[tp], log_, step, stalled) for tp, log_ in logs.items()],
        ]
        self.complaint = "; ".join(filter(None, complaints))
        if not rebalancing:
            for tp in self._told_of - progress.keys():
                metrics.forget_partition(self._name(tp), tp.partition)
            self._told_of = set(progress)
        self._stood = {tp: stood for tp, stood in self._stood.items() if tp in progress}
        await self._heal(progress, now)

    def _progress(self) -> list[Progress]:
        try:
            return list(self._app.consumer.progress())
        except ConsumerNotStarted:  # it comes up a moment after the app
            return []

    def _judge_share(self, some: bool, rebalancing: bool, unowned: int, step: float, stalled: Stalled) -> str:
        """Whether every partition is somebody's, and the group is not being divided for ever."""
        if not unowned and not rebalancing:
            self._shareless = 0.0
            return "" if some else "все разделы у других процессов"
        self._shareless += step
        if self._shareless > self._share_patience:
            stalled("the group is divided for ever" if rebalancing else f"{unowned} partitions are nobody's")
        if self._shareless <= self._told_after:
            return ""
        return "процессы не могут поделить разделы" if rebalancing else f"разделов без хозяина: {unowned}"

    def _judge(self, progress: Progress, borders: Log, step: float, stalled: Stalled) -> str:
        """One partition: how far behind, and for how long nothing has been done about it."""
        tp, topic = TopicPartition(progress.topic, progress.partition), self._name(progress)
        lag = borders.end - max(progress.committed or 0, borders.start)  # what retention deleted is nobody's work
        oldest = progress.oldest if lag > 0 else None
        metrics.stands(topic, tp.partition, lag, max(0, self._wall_clock() - oldest) / 1000 if oldest else 0.0)
        before, stood = self._stood.get(tp, (progress.committed, -step))
        if lag <= 0 or progress.committed != before or tp.partition in self._in_work(topic):
            self._stood[tp] = progress.committed, 0.0
            return ""
        stood += step
        self._stood[tp] = before, stood
        if stood > self._patience:
            stalled(f"{topic}/{tp.partition} has records, no commit, nothing in work")
        return f"{topic}/{tp.partition}: записи ждут, но не обрабатываются" if stood > self._told_after else ""

    def _name(self, at: Progress | TopicPartition) -> str:
        """Our own name of a topic, without the installation's prefix."""
        return at.topic.removeprefix(self._prefix)

    async def _heal(self, progress: dict[TopicPartition, Progress], now: float) -> None:
        waiting = [
            tp for tp, p in progress.items() if p.delivered and tp.partition not in self._in_work(self._name(tp))
        ]
        if waiting and now - self._collected > COLLECT_S:  # a dropped batch may hang in a cycle
            self._collected = now
            gc.collect()
        for tp in await self._app.consumer.deliver_again():
            log.warning("batch delivered again: it was dropped", extra={"topic": tp.topic, "partition": tp.partition})
