"""The embedded broker: a real Apache Kafka (KRaft, one node, loopback only) as a child process.

It answers, dies and comes back as the Kafka of a cluster does, because it is one. Its child ends with the process that
started it, and a lock on the folder that the child itself holds keeps a second broker off the same data.
"""

import asyncio
import base64
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import uuid
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from processors.russian.system import os_reason
from schemas.errors import ConfigError, Transient
from streams import settings
from streams.embedded.environ import environment
from streams.embedded.jars import fetch
from streams.embedded.java import command, run
from streams.embedded.probe import answering, check_free, cluster_of
from streams.embedded.server import HOST, properties
from streams.settings.login import password_of, with_password

log = logging.getLogger(__name__)

STOP_SECONDS = 60.0
"""A clean end takes a second on a quiet machine; killing it costs the next start a recovery of its segments."""


class Broker:
    """One broker on one folder; `async with` starts and stops it.

    `folder` holds the data and the written `server.properties`, `jars` is what `jars.fetch` returns, `heap_mb` is the
    Java heap in MB, `password` what it asks of everybody, if anything. The broker's own log goes to the file or the
    descriptor `output`, or to our stdout and stderr. `jvm` are further options of Java, `holds` descriptors that it
    shall keep open. Call it from the main thread: the kernel ends the broker when the thread that started it ends.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        controller_port: int,
        heap_mb: int,
        jars: Path,
        output: Path | int | None = None,
        jvm: tuple[str, ...] = (),
        password: str = "",
        holds: tuple[int, ...] = (),
    ) -> None:
        self._folder = folder.absolute()
        self._port = port
        self._controller_port = controller_port
        self._heap_mb = heap_mb
        self._jars = jars
        self._output = output
        self._jvm = jvm
        self._password = password
        self._holds = holds
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.subprocess.Process | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients connect, `host:port`."""
        return f"{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Process id of the broker while it runs."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and alive else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start, and return when it answers a metadata request; at once when it runs already.

        There is no time limit: on a busy machine Java takes its minutes, and who cannot wait cancels. Raises
        `ConfigError` when the folder is held by another broker or cannot be written, a port is taken or Java is
        missing; `Transient` when the broker ends by itself.
        """
        if self.pid is not None:
            return
        await self._reap()
        try:
            await self._begin()
        except OSError as error:
            raise ConfigError(f"нельзя писать в папку Kafka {self._folder}: {os_reason(error)}") from error
        try:
            await self._until_ready()
        except BaseException:
            await self.stop()
            raise

    async def _begin(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # `java` inherits the locked file, so the lock lasts exactly as long as somebody works on the data
        with (self._folder / "lock").open("wb") as lock:
            _hold(lock, self._folder)
            for port in (self._port, self._controller_port):
                check_free(port, "broker.port и следующий за ним")
            line = await command(self._jars, self._heap_mb)
            self._write(properties(self._port, self._controller_port, self._password))
            await self._format(line)
            self._process = await self._spawn(line, lock)

    def _write(self, text: str) -> None:
        file = self._folder / "server.properties"
        file.unlink(missing_ok=True)  # a file that others could read would stay so
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)

    async def stop(self, timeout: float | None = STOP_SECONDS) -> None:
        """End it cleanly (segments flushed, no recovery at the next start); after `timeout` seconds by force."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), timeout)
            if self._process.returncode is None:
                log.warning("broker does not stop, killing it", extra={"timeout": timeout})
            self.kill()
        await self._reap()

    def kill(self) -> None:
        """SIGKILL, for tests of faults. `pid` is None at once; the next `start` or `stop` waits for its end."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._ending, self._process = self._process, None

    async def ended(self) -> int:
        """Wait until the broker ends by itself; its exit code, negative for a signal."""
        return 0 if self._process is None else await self._process.wait()

    async def _reap(self) -> None:
        process = self._ending or self._process
        if process is not None:
            await process.wait()
        self._ending = self._process = None

    async def _format(self, line: list[str]) -> None:
        """Give the data folder its cluster id, once. Of it all, Kafka writes `meta.properties` last."""
        if (self._folder / "data" / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", "server.properties"]
        code, said = await run(*line, *tool, cwd=self._folder, umask=0o077)
        if code:
            raise ConfigError(f"Kafka не смогла подготовить папку {self._folder}: {_last_line(said)}")

    async def _spawn(self, line: list[str], lock: BinaryIO) -> asyncio.subprocess.Process:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise ConfigError("нет программы setpriv: apt-get install util-linux")
        with contextlib.ExitStack() as files:
            out = self._output
            output = files.enter_context(out.open("ab")) if isinstance(out, Path) else out
            return await asyncio.create_subprocess_exec(
                setpriv,
                "--pdeathsig=TERM",  # the kernel ends Java with us, however we end; the process id stays the same
                line[0],
                *self._jvm,
                *line[1:],
                "kafka.Kafka",
                "server.properties",
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[lock.fileno(), *self._holds],
                env=environment(),
                umask=0o077,
                start_new_session=True,  # Ctrl-C is for us: clients are stopped before their broker
            )

    async def _until_ready(self) -> None:
        kafka = with_password(settings.Kafka(bootstrap=self.bootstrap), self._password)
        cluster = cluster_of(self._folder)
        while await answering(kafka, self._port) != cluster:
            if self._process is None or self._process.returncode is not None:
                code = self._process.returncode if self._process else None
                raise Transient(f"Kafka в папке {self._folder} завершилась с кодом {code}; причина — в журнале")
            await asyncio.sleep(0.05)


async def run_broker(loaded: settings.Settings) -> int:
    """`leadpulse broker`: run until SIGTERM or SIGINT. Returns 0, or 1 when the broker ended by itself.

    Raises what `Broker.start` and `jars.fetch` raise. A second signal does not wait for a clean end.
    """
    serving = asyncio.create_task(_serve(loaded))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    await asyncio.wait({serving})
    return 0 if serving.cancelled() else serving.result()


def of(loaded: settings.Settings, jars: Path, output: int | None = None, holds: tuple[int, ...] = ()) -> Broker:
    """The broker that the settings describe."""
    broker = loaded.broker
    ports, password = (broker.port, broker.port + 1), password_of(broker)
    return Broker(broker.folder, *ports, broker.heap_mb, jars, output, password=password, holds=holds)


async def _serve(loaded: settings.Settings) -> int:
    async with of(loaded, await fetch()) as broker:
        log.info("ready", extra={"bootstrap": broker.bootstrap, "pid": broker.pid})
        try:
            code = await broker.ended()
        except asyncio.CancelledError:
            log.info("stopping")
            raise
    log.error("broker ended by itself", extra={"code": code})
    return 1


def _hold(lock: BinaryIO, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigError(f"с папкой {folder} уже работает другая Kafka: сначала остановите её") from error


def _last_line(said: str) -> str:
    return (said.strip().splitlines() or ["без объяснения"])[-1]
