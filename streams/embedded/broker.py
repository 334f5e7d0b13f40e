"""The embedded broker: a real Apache Kafka (KRaft, one node, loopback only) as a child process.

It answers, dies and comes back as the Kafka of a cluster does, because it is one. Its child ends with the process that
started it, and a lock on the folder that the child itself holds keeps a second broker off the same data.
"""

import asyncio
import base64
import contextlib
import fcntl
import logging
import shutil
import signal
import socket
import uuid
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from schemas.errors import ConfigError, Transient
from streams import settings
from streams.embedded.jars import fetch
from streams.embedded.java import command, run
from streams.embedded.server import HOST, properties

log = logging.getLogger(__name__)


class Broker:
    """One broker on one folder; `async with` starts and stops it.

    `folder` holds the data and the written `server.properties`, `jars` is what `jars.fetch` returns, `heap_mb` is the
    Java heap in MB. The broker's own log goes to the file `output`, or to our stdout and stderr. `jvm` are further
    options of Java. Call it from the main thread: the kernel ends the broker when the thread that started it ends.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        controller_port: int,
        heap_mb: int,
        jars: Path,
        output: Path | None = None,
        jvm: tuple[str, ...] = (),
    ) -> None:
        self._folder = folder.absolute()
        self._port = port
        self._controller_port = controller_port
        self._heap_mb = heap_mb
        self._jars = jars
        self._output = output
        self._jvm = jvm
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

    async def start(self, timeout: float = 60.0) -> None:
        """Start, and return when it answers a metadata request; at once when it runs already.

        Raises `ConfigError` when the folder is held by another broker, a port is taken or Java is missing; `Transient`
        when the broker ends by itself or does not answer within `timeout` seconds (it is stopped then).
        """
        if self.pid is not None:
            return
        await self._reap()
        self._folder.mkdir(parents=True, exist_ok=True)
        # `java` inherits the locked file, so the lock lasts exactly as long as somebody works on the data
        with (self._folder / "lock").open("wb") as lock:
            _hold(lock, self._folder)
            for port in (self._port, self._controller_port):
                _check_free(port)
            line = await command(self._jars, self._heap_mb)
            (self._folder / "server.properties").write_text(properties(self._port, self._controller_port))
            await self._format(line)
            self._process = await self._spawn(line, lock)
        try:
            async with asyncio.timeout(timeout):
                await self._until_ready(self._process)
        except TimeoutError as error:
            await self.stop()
            raise Transient(f"the broker at {self.bootstrap} did not answer within {timeout:g} s") from error
        except BaseException:
            await self.stop()
            raise

    async def stop(self, timeout: float = 10.0) -> None:
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
        code, said = await run(*line, *tool, cwd=self._folder)
        if code:
            raise ConfigError(f"Kafka could not format {self._folder}:\n{said}")

    async def _spawn(self, line: list[str], lock: BinaryIO) -> asyncio.subprocess.Process:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise ConfigError("no setpriv: apt-get install util-linux")
        with contextlib.ExitStack() as files:
            output = files.enter_context(self._output.open("ab")) if self._output else None
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
                pass_fds=[lock.fileno()],
                start_new_session=True,  # Ctrl-C is for us: clients are stopped before their broker
            )

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        meta = (self._folder / "data" / "meta.properties").read_text()
        cluster = dict(line.split("=", 1) for line in meta.splitlines() if "=" in line)["cluster.id"]
        while await self._answering() != cluster:
            if process.returncode is not None:
                raise Transient(f"the broker on {self._folder} ended with {process.returncode}; its log says why")
            await asyncio.sleep(0.05)

    async def _answering(self) -> str | None:
        """The id of the cluster that answers a metadata request on our port, if one does."""
        if not await _listens(self._port):  # an open port is no answer, but a closed one spares a client's error lines
            return None
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5000)
        try:
            await admin.start()
            cluster = await admin.describe_cluster()
        except (KafkaError, OSError):
            return None
        finally:
            await admin.close()
        return str(cluster["cluster_id"]) if cluster["brokers"] else None


async def run_broker(broker: settings.Broker) -> int:
    """`leadpulse broker`: run until SIGTERM or SIGINT. Returns 0, or 1 when the broker ended by itself.

    Raises what `Broker.start` and `jars.fetch` raise. A second signal does not wait for a clean end.
    """
    serving = asyncio.create_task(_serve(broker))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    await asyncio.wait({serving})
    return 0 if serving.cancelled() else serving.result()


async def _serve(options: settings.Broker) -> int:
    jars = await fetch()
    async with Broker(options.folder, options.port, options.port + 1, options.heap_mb, jars) as broker:
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
        raise ConfigError(f"another broker works on {folder}; stop it first") from error


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does: a port in TIME_WAIT is free
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigError(f"port {port} of the broker is taken on {HOST}: {error.strerror}") from error


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
