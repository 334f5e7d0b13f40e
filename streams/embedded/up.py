"""`leadpulse up`: the embedded broker and all workers on one machine, as children of this process.

First the ground is looked at (folders, ports, a second instance), then the broker starts, then its topics are made,
then all workers: each finds what it needs, so a healthy start logs no fault. They end in the reverse order, the gateway
first; when this process is killed, the kernel ends them all. docs/decisions/0024 says why there is no supervisord.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from typing import BinaryIO

from schemas.errors import ConfigError, LeadpulseError, Transient
from streams.embedded import broker as embedded
from streams.embedded.child import FIRST_PAUSE, LONGEST_PAUSE, Child
from streams.embedded.console import Console
from streams.embedded.ground import check_ports, hold, prepare_folder, prepare_folders
from streams.embedded.handover import hand_over
from streams.embedded.jars import fetch
from streams.embedded.java import java
from streams.embedded.probe import groups_served
from streams.embedded.readiness import all_ready
from streams.engine import log as lines
from streams.engine import signing_keys, topics
from streams.engine.clock import wall_clock
from streams.settings import Settings

log = logging.getLogger("leadpulse.up")

WORKERS = (
    "store",
    "pipeline",
    "transcribe",
    "tracks",
    "live",
    "minutes",
    "notify",
    "web",
    "agent",
    "actions",
    "gateway",
)
"""In the order of starting. The gateway comes last and goes first."""


def workers_of(settings: Settings) -> tuple[str, ...]:
    """All of them, but a page or an assistant that nobody wants, and who hears meetings where no videobridge is in."""
    idle = set() if settings.web.enabled else {"web"}
    if not settings.commands.enabled:
        idle |= {"agent", "actions"}
    if settings.gateway.live_token is None:
        idle |= {"tracks", "live"}
    return tuple(name for name in WORKERS if name not in idle)


async def run(settings: Settings) -> int:
    """Start everything; return 0 when all has stopped. The first SIGINT or SIGTERM stops in order, the second at once.

    Raises `LeadpulseError`, one line in words, when the start is not possible.
    """
    lock = await hold(settings.broker.folder)
    with lock:
        prepare_folders(settings)
        check_ports(settings, workers_of(settings))
        await java()
        console = Console(settings.log)
        lines.configure("up", stream=console, form=settings.log.format)
        try:
            return await Up(settings, console, lock.fileno()).run()
        finally:
            await console.close()


class Up:
    """All processes of one installation."""

    def __init__(self, settings: Settings, console: Console, lock: int) -> None:
        self._settings, self._console, self._lock = settings, console, lock
        self._workers = workers_of(settings)
        self._children = [Child(name, hand_over(name, settings), console, (lock,)) for name in self._workers]
        self._broker: embedded.Broker | None = None
        self._signals = 0

    async def run(self) -> int:
        """Work until a signal."""
        working = asyncio.ensure_future(self._work())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signal, working)
        await asyncio.wait({working})
        if working.cancelled():
            log.info("всё остановлено")
            return 0
        working.result()
        return 1

    def _signal(self, working: asyncio.Task[None]) -> None:
        self._signals += 1
        if self._signals == 1:
            log.info("останавливаю по порядку; Ctrl-C ещё раз — сразу")
            working.cancel()
            return
        log.warning("останавливаю сразу")
        for child in self._children:
            child.kill()
        if self._broker is not None:
            self._broker.kill()

    async def _work(self) -> None:
        async with self._running_broker() as broker, _beside(self._keep_broker(broker)):
            await self._make_topics()
            try:
                for child in self._children:
                    child.start()
                await all_ready(self._children, self._settings.metrics)
                self._tell()
                await asyncio.Event().wait()
            finally:
                *others, gateway = self._children
                await gateway.stop()
                await asyncio.gather(*(child.stop() for child in others))

    @contextlib.asynccontextmanager
    async def _running_broker(self) -> AsyncIterator[embedded.Broker]:
        log.info("жду Kafka на порту %s", self._settings.broker.port)
        jars = await fetch()
        ours, its = os.pipe()
        with os.fdopen(ours, "rb") as pipe, os.fdopen(its, "wb"):
            async with _beside(self._copy(pipe)):
                self._broker = embedded.of(self._settings, jars, output=its, holds=(self._lock,))
                async with self._broker:
                    yield self._broker

    async def _copy(self, pipe: BinaryIO) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        try:
            await self._console.copy("broker", reader)
        finally:
            transport.close()

    async def _keep_broker(self, broker: embedded.Broker) -> None:
        """Start the broker again whenever it ends by itself; the workers wait for it."""
        pause = FIRST_PAUSE
        while True:
            code = await broker.ended()
            log.warning("Kafka завершилась (код %s); запускаю снова", code)
            while True:
                await asyncio.sleep(pause)
                try:
                    # of a full disk Kafka itself only says that it ended
                    await asyncio.to_thread(prepare_folder, self._settings.broker.folder, "broker.folder")
                    await broker.start()
                except (Transient, ConfigError) as error:
                    log.warning("Kafka не запускается: %s", error)
                    pause = min(pause * 2, LONGEST_PAUSE)
                else:
                    pause = FIRST_PAUSE
                    break

    async def _make_topics(self) -> None:
        log.info("жду темы Kafka")
        while True:
            try:
                await topics.apply(self._settings.kafka, self._settings.retention.topics())
                if self._settings.commands.enabled:
                    await signing_keys.ensure(self._settings.kafka, self._settings.commands.keys, wall_clock())
            except Transient as error:
                log.info("темы ещё не созданы: %s", error)
                await asyncio.sleep(FIRST_PAUSE)
            else:
                break
        groups = [f"{self._settings.kafka.prefix}leadpulse-{name}" for name in self._workers]
        while not await groups_served(self._settings.kafka, groups):  # noqa: ASYNC110 — the broker tells nobody
            await asyncio.sleep(0.1)

    def _tell(self) -> None:
        gateway, store, page = self._settings.gateway, self._settings.store, self._settings.web
        shown = f"http://{page.host}:{page.port}" if page.enabled else "выключена (web.enabled)"
        where = (
            f"страница {shown}, шлюз http://{gateway.host}:{gateway.port}, API http://{store.api_host}:{store.api_port}"
        )
        log.info("готово: %s", where)
        if not self._settings.telegram.token.get_secret_value():
            log.info("нет токена бота (telegram.token): тревоги и отчёты ждут, ничего не потеряется")


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """`work` for as long as the block runs."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, LeadpulseError):
            await task
