"""The frame of every worker: one Faust app, its health page, its watchdog, its end.

A worker says what it consumes (`consume`), what else it does (`background`) and what it needs to be ready (`needs`);
`run` does the rest and returns the process's exit code.
"""

import asyncio
import faulthandler
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from faust.exceptions import ConsumerNotStarted

from schemas.topics import OPS_NOTICES, TOPICS, TopicSpec
from streams.engine.budget import Ledger, Limits, Origin
from streams.engine.clock import wall_clock
from streams.engine.conditions import Condition, Conditions
from streams.engine.connect import wait_for_topics
from streams.engine.faust_app import faust_app
from streams.engine.group import GroupView
from streams.engine.health import Check, HealthPage
from streams.engine.kafka import Outputs
from streams.engine.loop_consumer import LINGER_MS
from streams.engine.notices import Notices, read_told
from streams.engine.progress import Watchdog
from streams.engine.reader import Reader
from streams.engine.settle import Batch, Process, Settler
from streams.settings import Settings

log = logging.getLogger(__name__)

ENDING = (signal.SIGTERM, signal.SIGINT)

STOP_SECONDS = 8.0
"""A worker that has not ended so long after SIGTERM is ended hard: what it did not ack is done again."""

GC_ALLOCATIONS = 20_000
"""Young objects before a collection: a batch makes thousands that all die with it, and the default of 700 walks them
again and again (a sixth of the CPU per event, `make bench`). What is alive after the start is frozen out of it."""

EXIT_CRASH, EXIT_STALLED = 1, 70


def nobody_looks() -> bool:
    """Nobody waits to see what the worker has read."""
    return False


class Worker:
    """One worker process: `leadpulse worker NAME`. While `watched` says so it gathers for a short time only."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        jobs: bool = False,
        wait_empty: bool = False,
        linger_ms: int = LINGER_MS,
        watched: Callable[[], bool] = nobody_looks,
    ) -> None:
        self.name, self.settings = name, settings
        self.outputs = Outputs(settings.kafka)
        told = Reader(settings.kafka, OPS_NOTICES)
        self.notices = Notices(self.outputs.send, lambda: read_told(told), wall_clock)
        self._conditions = Conditions(self.notices)
        self.needs: dict[str, Callable[[], Check]] = {}
        """Asked at each look at `/readyz`, so cheap and without waiting: true, or what is missing in words."""
        self._jobs = jobs
        self._settlers: dict[str, Settler] = {}
        self._background: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        self._closing: list[Callable[[], Awaitable[None]]] = []
        self._ended: asyncio.Future[int] | None = None
        self.app = faust_app(name, settings, jobs=jobs, wait_empty=wait_empty, linger_ms=linger_ms)
        self.app.watched = watched

    def consume(
        self,
        topic: TopicSpec,
        process: Process,
        *,
        origin: Origin | None = None,
        discard: Callable[[int], None] = lambda _partition: None,
    ) -> None:
        """Settle every batch of `topic` with `process`. `origin`: who may be parked; `discard` as in `Settler`."""
        settler = Settler(
            f"{self.name}.{topic.name}",
            topic.name,
            process,
            self.outputs,
            Ledger(Limits.of(self.settings.pipeline), origin),
            owned=self._owned,
            fatal=lambda error: self._fail(EXIT_CRASH, "a batch cannot be settled", error),
            attempts=self.settings.pipeline.attempts,
            discard=discard,
        )
        self._settlers[topic.name] = settler
        source = self.app.topic(
            self.settings.kafka.prefix + topic.name,
            value_type=bytes,
            value_serializer="raw",
            key_type=bytes,
            key_serializer="raw",
        )
        run = settler.run_jobs if self._jobs else settler.run
        self.app.agent(source, name=f"{self.name}.{topic.name}", concurrency=1)(run)

    def background(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` beside the agents; if it ends or raises, the worker ends and is started anew."""
        self._background.append((name, work))

    def watch(self, condition: Condition) -> Callable[[], Check]:
        """Tell ops when `condition` does not hold, and when it does again. Gives a need for `/readyz`."""
        return self._conditions.watch(condition)

    def on_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Call `close` when everything has stopped."""
        self._closing.append(close)

    async def run(self) -> int:
        """Work until SIGTERM or SIGINT. Returns the exit code."""
        loop = asyncio.get_running_loop()
        self._ended = loop.create_future()
        for number in ENDING:  # not by the loop: closed, it would give them back, and a late one would end us with -15
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._finish, 0))
        page = HealthPage(self.settings.metrics.host, getattr(self.settings.metrics, self.name), self._checks)
        await page.start()
        told = [("notices", self._tell_ops), ("conditions", self._conditions.run)]
        tasks = [asyncio.ensure_future(self._guard(name, work)) for name, work in [*told, *self._background]]
        if self._settlers:
            watchdog = self._watchdog()
            tasks.append(asyncio.ensure_future(self._guard("faust", self._run_faust)))
            tasks.append(asyncio.ensure_future(self._guard("watchdog", lambda: watchdog.run(self._stalled))))
        log.info("started", extra={"pid": os.getpid()})
        code = await self._ended
        log.info("stopping", extra={"code": code})
        last_resort = loop.call_later(STOP_SECONDS, _end_hard, code)
        await self._stop(tasks, page)
        last_resort.cancel()
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        return code

    def _watchdog(self) -> Watchdog:
        view = GroupView(self.settings.kafka, self.app.conf.id, self._settlers)
        watchdog = Watchdog(self.settings, self.app, view, lambda topic: self._settlers[topic].in_work)
        self.needs["progress"] = lambda: watchdog.complaint or True
        return watchdog

    async def _stop(self, tasks: list[asyncio.Task[None]], page: HealthPage) -> None:
        if self._settlers and self.app.started:
            await self.app.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.outputs.stop()
        for close in self._closing:
            await close()
        await page.stop()

    async def _run_faust(self) -> None:
        await wait_for_topics(self.settings.kafka, self._settlers, group=self.app.conf.id)
        self.app.finalize()
        self.app.conf.web_enabled = False  # our own page serves health and metrics; Faust's would bind 0.0.0.0:6066
        gc.collect()  # before the first batch comes, which it would hold up for a fifth of a second
        gc.freeze()
        gc.set_threshold(GC_ALLOCATIONS, 20, 20)
        await self.app.start()
        self.app.sensors.remove(self.app.monitor)  # Faust's own statistics of every message, which nobody asks for
        while not self.app.crashed:
            if self._jobs:
                self._drop_moved_jobs()
            await asyncio.sleep(1.0)
        raise RuntimeError(f"Faust crashed: {self.app.crash_reason!r}")

    async def _tell_ops(self) -> None:
        # asked for before it is made, the topic would be made by a cluster that allows that, with its own settings
        await wait_for_topics(self.settings.kafka, [OPS_NOTICES.name])
        await self.notices.run()

    def _drop_moved_jobs(self) -> None:
        consumer = self.app.consumer
        if not consumer.flow_active or self.app.rebalancing:
            return
        for name, settler in self._settlers.items():
            topic = self.settings.kafka.prefix + name
            settler.drop_jobs({tp.partition for tp in consumer.assignment() if tp.topic == topic})

    async def _guard(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._fail(EXIT_CRASH, f"{name} was cancelled by what it uses", None)
        except Exception as error:  # noqa: BLE001 — the one place where any fault of a part ends the process
            self._fail(EXIT_CRASH, f"{name} failed", error)
        else:
            self._fail(EXIT_CRASH, f"{name} ended by itself", None)

    def _owned(self, batch: Batch) -> bool:
        topic = self.settings.kafka.prefix + batch.topic
        return bool(self.app.started and self.app.consumer.owns(topic, batch.partition))

    def consumed(self) -> list[TopicSpec]:
        """The topics of `consume`."""
        return [topic for topic in TOPICS if topic.name in self._settlers]

    def assigned(self) -> set[tuple[str, int]]:
        """Topics (without prefix) and partitions that are ours; none while the group divides them anew."""
        if self.app.rebalancing:
            return set()
        prefix = self.settings.kafka.prefix
        return {(tp.topic.removeprefix(prefix), tp.partition) for tp in self._assignment()}

    def _assignment(self) -> Any:
        try:
            return self.app.consumer.assignment() if self.app.started else set()
        except ConsumerNotStarted:  # it comes up a moment after the app
            return set()

    def _stalled(self, what: str) -> None:
        faulthandler.dump_traceback(sys.stderr)
        self._fail(EXIT_STALLED, f"stalled: {what}", None)

    def _fail(self, code: int, text: str, error: Exception | None) -> None:
        if self._ended is not None and not self._ended.done():
            log.critical(text, exc_info=error)
            self._finish(code)

    def _finish(self, code: int) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(code)

    def _checks(self) -> dict[str, Check]:
        checks: dict[str, Check] = {name: check() for name, check in self.needs.items()}
        if self._settlers:
            checks["assigned"] = bool(self.assigned()) or "разделы ещё не назначены"
        return checks


def _end_hard(code: int) -> None:
    log.warning("stopping took too long, ended hard")
    os._exit(code)
