"""The embedded broker as its users meet it: start, crash, come back, stand in each other's way, end."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.errors import ConfigError, Transient
from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from streams.engine.kafka import MAX_REQUEST
from tests import processes
from tests.installation import until

TOPIC = "kept"
GROUP = "readers"

Ports = Callable[[], tuple[int, int]]


@pytest_asyncio.fixture
async def own(tmp_path: Path, free_ports: Ports) -> AsyncIterator[Broker]:
    """A running broker that the test may mistreat; `tmp_path / "kafka"` is its folder."""
    port, controller_port = free_ports()
    folder = tmp_path / "kafka"
    async with Broker(folder, port, controller_port, 256, await fetch(), output=tmp_path / "broker.log") as running:
        yield running


async def create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, 1, 1)])
    finally:
        await admin.close()


async def produce(bootstrap: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_request_size=MAX_REQUEST)
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, value, partition=0)
    finally:
        await producer.stop()


async def consume(bootstrap: str, count: int) -> list[bytes]:
    """The next records of the group, committed."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=GROUP, auto_offset_reset="earliest", enable_auto_commit=False
    )
    consumer.assign([TopicPartition(TOPIC, 0)])
    await consumer.start()
    try:
        async with asyncio.timeout(120):
            values = [(await consumer.getone()).value for _ in range(count)]
        await consumer.commit()
        return [value for value in values if value is not None]
    finally:
        await consumer.stop()


async def test_a_record_goes_in_and_comes_out(broker: Broker) -> None:
    """The session's broker takes a record and hands it out again."""
    await create_topic(broker.bootstrap)
    await produce(broker.bootstrap, b"first")
    assert await consume(broker.bootstrap, 1) == [b"first"]


async def test_it_survives_kill_9(own: Broker) -> None:
    """After SIGKILL the same data are there: records, the group's committed offset, and the topic itself."""
    await create_topic(own.bootstrap)
    await produce(own.bootstrap, b"read before")
    assert await consume(own.bootstrap, 1) == [b"read before"]
    await produce(own.bootstrap, b"unread")

    own.kill()
    assert own.pid is None
    await own.start()

    assert await consume(own.bootstrap, 1) == [b"unread"]
    await produce(own.bootstrap, b"after")
    assert await consume(own.bootstrap, 1) == [b"after"]


async def test_it_takes_the_largest_record(own: Broker) -> None:
    """A record of the size that our producers allow themselves is taken and handed out."""
    await create_topic(own.bootstrap)
    largest = os.urandom(MAX_REQUEST - 1000)
    await produce(own.bootstrap, largest)
    assert await consume(own.bootstrap, 1) == [largest]


async def test_a_clean_stop_leaves_nothing_to_recover(own: Broker, tmp_path: Path) -> None:
    """`stop` ends the process, Kafka has written its mark of a clean end, and the folder is free for the next start."""
    pid = own.pid
    assert pid is not None
    await own.stop()
    assert not psutil.pid_exists(pid)
    assert (tmp_path / "kafka" / "data" / ".kafka_cleanshutdown").exists()
    await own.start()
    assert own.pid not in {None, pid}


async def test_a_held_folder_is_refused(own: Broker, tmp_path: Path, free_ports: Ports) -> None:
    """A second broker on the same data says so before it touches them, and the first one goes on."""
    second = Broker(tmp_path / "kafka", *free_ports(), heap_mb=256, jars=await fetch())
    try:
        with pytest.raises(ConfigError, match="уже работает другая Kafka"):
            await second.start()
    finally:
        await second.stop()
    await create_topic(own.bootstrap)


async def test_a_taken_port_is_named(tmp_path: Path, free_ports: Ports) -> None:
    """Where somebody else listens on the controller's port, the error names that port."""
    port, controller_port = free_ports()
    late = Broker(tmp_path, port, controller_port, heap_mb=256, jars=await fetch())
    taken = pytest.raises(ConfigError, match=f"порт {controller_port} занят")
    with socket.create_server(("127.0.0.1", controller_port)), taken:
        await late.start()


async def test_a_broker_that_cannot_start_is_a_fault(tmp_path: Path, free_ports: Ports) -> None:
    """A Java that ends by itself is told at once, not after the time limit; nothing of it is left."""
    broken = Broker(tmp_path, *free_ports(), heap_mb=256, jars=await fetch(), output=tmp_path / "log", jvm=("-Xno",))
    with pytest.raises(Transient, match="завершилась с кодом 1"):
        await broken.start()
    assert broken.pid is None


PROGRAM = """
import asyncio, logging, sys
from pathlib import Path
from streams import settings
from streams.embedded.broker import run_broker

logging.basicConfig(format="%(message)s", level="WARNING", stream=sys.stdout)
logging.getLogger("streams").setLevel("INFO")
options = settings.Broker(folder=Path(sys.argv[1]), port=int(sys.argv[2]), heap_mb=256)
sys.exit(asyncio.run(run_broker(settings.Settings(broker=options))))
"""
"""What `leadpulse broker` does."""


@pytest_asyncio.fixture
async def command(tmp_path: Path, free_ports: Ports) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process in `run_broker` that has said "ready"."""
    port, _ = free_ports()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(tmp_path / "kafka"), str(port), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while await process.stdout.readline() != b"ready\n":
            assert process.returncode is None
    java = java_of(process)
    yield process
    for left in (process, java):  # Java too: it holds our pipe
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            left.kill()
    await process.communicate()


def java_of(process: asyncio.subprocess.Process) -> psutil.Process:
    (java,) = psutil.Process(process.pid).children()
    return java


async def test_the_command_stops_cleanly(command: asyncio.subprocess.Process, tmp_path: Path) -> None:
    """SIGTERM to `leadpulse broker` ends Kafka cleanly and gives exit code 0."""
    java = java_of(command)
    command.terminate()
    async with asyncio.timeout(120):
        assert await command.wait() == 0
    assert not java.is_running()
    assert (tmp_path / "kafka" / "data" / ".kafka_cleanshutdown").exists()


async def test_the_command_tells_a_dead_broker(command: asyncio.subprocess.Process) -> None:
    """When Java dies by itself, `leadpulse broker` ends with 1, so its supervisor starts it again."""
    java_of(command).kill()
    async with asyncio.timeout(120):
        assert await command.wait() == 1


async def test_kafka_dies_with_its_parent(command: asyncio.subprocess.Process) -> None:
    """SIGKILL to `leadpulse broker` leaves no Java behind that would hold the folder and the port."""
    java = java_of(command)
    command.kill()

    async def ended() -> bool:
        return processes.ended(java)

    await until(ended, 15, "Java ends")
