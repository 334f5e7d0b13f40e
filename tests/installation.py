"""An installation of Leadpulse for one test: its own topic prefix on the session's broker, its own folders and ports.

Workers run as real processes (`leadpulse worker NAME`), so a test can kill them.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from subprocess import DEVNULL, STDOUT, CompletedProcess, Popen
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError

from schemas.topics import TOPICS, TopicSpec
from streams.cli.run import WORKERS
from streams.engine.kafka import Output, Outputs
from streams.engine.reader import Reader
from streams.engine.topics import apply
from streams.settings import Commands, Kafka, Metrics, Settings, Store, Web
from tests.forked import ROOT, Forked, Request, run
from tests.migrated import copy_migrated
from tests.ports import free_port

Started = Forked | Popen[bytes]
"""A process of a test."""

BUSY = 5.0
"""So many times as long as on a quiet machine a test waits for what must come. A wait only ends a test that fails."""

COMMAND_SECONDS = 300.0
"""A command that takes a second on a quiet machine."""


async def until(condition: Callable[[], Awaitable[bool]], timeout: float, what: str, pause: float = 0.2) -> None:
    """Wait for a condition. `timeout` is generous on a quiet machine; a busy one gets `BUSY` times that."""
    deadline = time.monotonic() + timeout * BUSY
    while not await condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout * BUSY} s: {what}")
        await asyncio.sleep(pause)


AT_ANY_HOUR = """[alerts]
quiet_from = 0
quiet_until = 0
shadow_days = 0.0
weekly_budget = 1000000
group_clients = 1000000
"""
"""A test runs at night too, knows its sources from the first day, and has more alarms than a curator would bear."""


class Installation:
    """Topics, settings and worker processes of one test."""

    def __init__(self, bootstrap: str, folder: Path, environ: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.prefix = f"t{os.getpid()}x{time.monotonic_ns() % 10**9}."
        ports = {name: free_port() for name in WORKERS}
        self.settings = Settings(
            kafka=Kafka(bootstrap=bootstrap, prefix=self.prefix, session_timeout=6.0),
            metrics=Metrics(**ports),
            store=Store(folder=folder / "chdb", api_port=free_port(), api_token_file=folder / "token"),
            web=Web(port=free_port()),
            commands=Commands(keys=folder / "keys"),
        )
        folder.mkdir(parents=True, exist_ok=True)
        rules = folder / "rules.toml"
        rules.write_text(AT_ANY_HOUR)
        self.environ = {
            "LEADPULSE_PIPELINE__RULES": str(rules),
            "LEADPULSE_KAFKA__BOOTSTRAP": bootstrap,
            "LEADPULSE_KAFKA__PREFIX": self.prefix,
            "LEADPULSE_KAFKA__SESSION_TIMEOUT": "6",
            "LEADPULSE_STORE__FOLDER": str(self.settings.store.folder),
            "LEADPULSE_STORE__API_PORT": str(self.settings.store.api_port),
            "LEADPULSE_STORE__API_TOKEN_FILE": str(self.settings.store.api_token_file),
            "LEADPULSE_WEB__PORT": str(self.settings.web.port),
            "LEADPULSE_WEB__STORE_SECONDS": "60",  # a busy machine answers late
            "LEADPULSE_WEB__ACTS": str(folder / "acts"),
            "LEADPULSE_COMMANDS__KEYS": str(folder / "keys"),
            "LEADPULSE_STORE__TICK_SECONDS": "86400",
            "LEADPULSE_STORE__SQL_SECONDS": "300",
            "LEADPULSE_MINUTES__EXPORTS": str(folder / "exports"),
            "LEADPULSE_EXPORT__FOLDER": str(folder / "exports"),
            **{f"LEADPULSE_METRICS__{name.upper()}": str(port) for name, port in ports.items()},
            **(environ or {}),
        }
        self.outputs = Outputs(self.settings.kafka)
        self._processes: list[Started] = []
        self._asking: tuple[AIOKafkaAdminClient, AIOKafkaConsumer] | None = None

    async def __aenter__(self) -> "Installation":
        await apply(self.settings.kafka)
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._processes:
            self.end(process)
        await self.outputs.stop()
        await self._ask(lambda admin, _: admin.delete_topics([self.prefix + topic.name for topic in TOPICS]))
        await self._hang_up()

    def start(self, *arguments: str, environ: dict[str, str] | None = None, fresh: bool = False) -> Started:
        """Start `python -m …` with this installation's settings; its log goes to the test's folder. `fresh`: with a
        Python of its own, for who looks at that."""
        log = self.folder / f"{arguments[-1]}-{len(self._processes)}.log"
        whole = {**os.environ, **self.environ, **(environ or {})}
        process: Started
        with log.open("wb") as out:
            if fresh:
                command = [sys.executable, "-m", *arguments]
                process = Popen(command, env=whole, cwd=ROOT, stdin=DEVNULL, stdout=out, stderr=STDOUT)
            else:
                process = Forked(Request(arguments[0], arguments[1:], whole), out.fileno(), out.fileno())
        self._processes.append(process)
        return process

    def worker(self, name: str, environ: dict[str, str] | None = None, fresh: bool = False) -> Started:
        """Start `leadpulse worker NAME`. A store that is not `fresh` finds its tables made, where it had none."""
        folder = Path({**self.environ, **(environ or {})}["LEADPULSE_STORE__FOLDER"])
        if name == "store" and not fresh and not folder.exists():
            copy_migrated(folder)
        return self.start("streams.cli", "worker", name, environ=environ, fresh=fresh)

    def command(self, *arguments: str, **environ: str) -> CompletedProcess[str]:
        """`leadpulse …`: what it says until it ends."""
        return run(Request("streams.cli", arguments, {**os.environ, **self.environ, **environ}), COMMAND_SECONDS)

    def end(self, process: Started, number: int = signal.SIGKILL) -> int:
        """Send a signal and wait for the end."""
        if process.poll() is None:
            process.send_signal(number)
        return process.wait(120)

    async def produce(self, topic: TopicSpec, records: Iterable[tuple[str, bytes]]) -> None:
        """Put (key, value) records on a topic."""
        await self.outputs.send([Output(topic.name, key.encode(), value) for key, value in records])

    async def read(self, topic: TopicSpec) -> list[ConsumerRecord]:
        """Everything that stands on a topic now."""
        reader = Reader(self.settings.kafka, topic)
        return [record async for record in reader.read(range(topic.partitions))]

    async def count(self, topic: TopicSpec) -> int:
        """Records on a topic, by its offsets."""
        tps = [TopicPartition(self.prefix + topic.name, p) for p in range(topic.partitions)]
        ends: dict[TopicPartition, int] = await self._ask(lambda _, consumer: consumer.end_offsets(tps))
        return sum(ends.values())

    async def lag(self, worker: str, topic: TopicSpec) -> int:
        """Records of a topic that the worker's group has not committed."""
        group = f"{self.prefix}leadpulse-{worker}"
        offsets = await self._ask(lambda admin, _: admin.list_consumer_group_offsets(group))
        committed: int = sum(at.offset for tp, at in offsets.items() if tp.topic == self.prefix + topic.name)
        return await self.count(topic) - committed

    async def _ask(self, question: Callable[[AIOKafkaAdminClient, AIOKafkaConsumer], Awaitable[Any]]) -> Any:
        """An answer of the broker over connections that stay: new ones cost it more than the answer. Where it went away
        meanwhile they are made anew, once."""
        if self._asking is not None:
            try:
                return await question(*self._asking)
            except GroupCoordinatorNotAvailableError:
                raise
            except KafkaError:
                await self._hang_up()
        address = self.settings.kafka.bootstrap
        admin = AIOKafkaAdminClient(bootstrap_servers=address)
        consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
        self._asking = admin, consumer
        try:
            await admin.start()
            await consumer.start()
        except BaseException:
            await self._hang_up()
            raise
        return await question(admin, consumer)

    async def _hang_up(self) -> None:
        if self._asking is not None:
            (admin, consumer), self._asking = self._asking, None
            await admin.close()
            await consumer.stop()

    async def settled(self, worker: str, topic: TopicSpec, timeout: float = 60.0) -> None:
        """Wait until the worker has committed everything of a topic."""

        async def done() -> bool:
            try:
                return await self.lag(worker, topic) == 0
            except GroupCoordinatorNotAvailableError:  # a fresh broker makes the offsets topic at the first question
                return False

        await until(done, timeout, f"{worker} settles {topic.name}")
